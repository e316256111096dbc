"""The figures of the audit: by hand on a case in the head, and against docs/labels.md read slowly on random ones."""

import math
import time

import numpy as np
import pandas as pd
import pytest

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.audit.audit import Audit, audit
from reportparse.audit.gold import GOLD_CODES
from reportparse.audit.slots import decode_label

GOLD = {
    "a": {"L4-L5": {"SCS": "2", "LFS": "1-2", "RFS": "P"}, "L5-S1": {"SCS": "0", "LFS": "?"}},
    "b": {"L4-L5": {"SCS": "3"}},
    "c": {},
}
LABELS = {
    "a": {"L4-L5": {"SCS": "2", "LFS": "2", "RFS": "P"}, "L5-S1": {"LFS": "3"}},
    "b": {"L4-L5": {"SCS": "1"}},
    "c": {"L1-L2": {"RSS": "0"}},
}


@pytest.fixture
def found(make_gold, make_table) -> Audit:
    rules = ["r1", "r1", "r2", "r2", "r1", "r3"]
    return audit(make_gold(GOLD), make_table(LABELS, rule=rules), np.random.default_rng(0), 200)


def value(found: Audit, metric: str) -> float:
    return found.whole.estimates[metric].value


def test_figures_by_hand(found) -> None:
    # gold: 5 labels; given: 5 (the ? slot does not count); right: a SCS, a RFS
    assert value(found, "precision") == pytest.approx(2 / 5)
    assert value(found, "recall") == pytest.approx(2 / 5)
    assert value(found, "slot_f1") == pytest.approx(2 / 5)
    # gold grades at a SCS, a LFS (2), a L5-S1 SCS, b SCS; of these a SCS and a LFS have the right grade
    assert value(found, "grade_accuracy") == pytest.approx(2 / 4)
    # both label a SCS, LFS, RFS and b SCS
    assert value(found, "exact_agreement") == pytest.approx(2 / 4)
    # 90 slots, one ?, five labelled: 84 silent, one of them invented
    assert value(found, "spurious_per_100") == pytest.approx(100 / 84)
    assert value(found, "missed_per_100") == pytest.approx(100 / 5)
    assert value(found, "coverage") == pytest.approx(5 / 89)
    assert value(found, "reports_exact") == 0


def test_kappa_by_hand(found) -> None:
    # pairs (2,2) (2,2) (3,1): observed 4/3; by chance each gold with each label: (0+0+1)*2 + (1+1+4) = 8 over 9
    assert value(found, "kappa") == pytest.approx(1 - (4 / 3) / (8 / 9))
    assert found.whole.estimates["kappa"].n == 3


def test_confusion_hides_nothing(found) -> None:
    confusion = found.whole.confusion
    assert confusion.sum() == 89
    assert confusion[0, 5] == 1 and confusion[5, 0] == 1 and confusion[4, 4] == 1 and confusion[3, 1] == 1
    assert confusion[5, 5] == 83


def test_parts_add_up(found) -> None:
    for parts in (found.tasks, found.levels, found.cells):
        assert sum(part.confusion.sum() for part in parts) == 89
    assert [part.name for part in found.tasks] == list(TASKS)
    assert [part.name for part in found.levels] == list(LEVELS)
    by_task = {part.name: part.estimates["slot_f1"].value for part in found.tasks}
    assert by_task["SCS"] == pytest.approx(2 * 1 / (2 + 3))
    assert by_task["RFS"] == 1
    assert math.isnan(by_task["LSS"])
    assert by_task["RSS"] == 0


def test_grades_by_hand(found) -> None:
    moderate = found.grades[2]
    assert (moderate.name, moderate.precision.value, moderate.recall.value, moderate.f1.value) == ("2", 1, 1, 1)
    mild = found.grades[1]
    assert mild.precision.value == 0 and math.isnan(mild.recall.value)


def test_rules_most_wrong_first(found) -> None:
    rules = {rule.rule: (rule.n, rule.right) for rule in found.rules}
    assert rules == {"r1": (3, 1), "r2": (1, 1), "r3": (1, 0)}  # r2's label in a ? slot is not scored
    assert [rule.rule for rule in found.rules] == ["r1", "r3", "r2"]


def test_wrong_slots(found) -> None:
    listed = [(slot.study_id, slot.level, slot.task, slot.kind.value, slot.rule) for slot in found.wrong]
    assert listed == [
        ("a", "L4-L5", "LFS", "wrong range", "r1"),
        ("a", "L5-S1", "SCS", "missed", ""),
        ("b", "L4-L5", "SCS", "wrong grade", "r1"),
        ("c", "L1-L2", "RSS", "spurious", "r3"),
    ]
    assert (found.wrong[0].gold, found.wrong[0].labelled) == ("2 moderate (1-2)", "2 moderate")


def test_notes_name_studies_of_one_side_only(make_gold, make_table) -> None:
    found = audit(make_gold(GOLD), make_table({"x": LABELS["a"]}), np.random.default_rng(0), 0)
    assert "left out: 1 (x)" in found.notes[0]
    assert "counted as silent: 3 (a, b, c)" in found.notes[1]
    assert value(found, "missed_per_100") == 100


def test_an_open_label_is_no_label(make_gold, make_table) -> None:
    table = make_table({"a": {"L4-L5": {"SCS": "?"}, "L1-L2": {"SCS": "?"}}})
    found = audit(make_gold(GOLD), table, np.random.default_rng(0), 0)
    assert value(found, "missed_per_100") == 100 and value(found, "spurious_per_100") == 0
    listed = [(slot.level, slot.kind.value, slot.labelled) for slot in found.wrong if slot.task == "SCS"]
    assert listed == [("L4-L5", "missed", "left open"), ("L5-S1", "missed", "nothing"), ("L4-L5", "missed", "nothing")]


def test_a_report_is_exact_whatever_stands_in_a_slot_that_is_not_scored(make_gold, make_table) -> None:
    gold = {"a": {"L4-L5": {"SCS": "2", "LFS": "?", "RFS": "?"}}}
    table = make_table({"a": {"L4-L5": {"SCS": "2", "LFS": "1"}}})
    assert value(audit(make_gold(gold), table, np.random.default_rng(0), 0), "reports_exact") == 1


def test_a_table_as_gold_leaves_its_open_rows_out(make_table) -> None:
    from reportparse.audit.gold import to_gold

    gold = to_gold(make_table(GOLD))
    found = audit(gold, make_table(GOLD), np.random.default_rng(0), 0)
    assert found.n_reports == 2  # a study with no row is in no label table
    assert value(found, "slot_f1") == 1 and found.whole.confusion.sum() == 59 and not found.wrong


def slow_figures(gold: dict, labels: dict) -> dict[str, float]:
    """The definitions of docs/labels.md, slot by slot."""
    meaning = {code: None if value < 0 else decode_label(value) for code, value in GOLD_CODES.items()}
    tp = fp = fn = graded = graded_ok = silent = spurious = exact = 0
    pairs = []
    for study, levels in gold.items():
        ok = True
        for level in LEVELS:
            for task in TASKS:
                code = levels.get(level, {}).get(task)
                given = meaning.get(labels.get(study, {}).get(level, {}).get(task, "?"))
                if code == "?":
                    continue
                if code is None:
                    silent += 1
                    if given is not None:
                        spurious, fp, ok = spurious + 1, fp + 1, False
                    continue
                want = meaning[code]
                if want[2] is not None:
                    graded += 1
                    graded_ok += given is not None and given[2] == want[2]
                    if given is not None and given[2] is not None:
                        pairs.append((want[2], given[2]))
                if given == want:
                    tp += 1
                else:
                    ok, fn, fp = False, fn + 1, fp + (given is not None)
        exact += ok
    apart = sum((a - b) ** 2 for a, b in pairs) / len(pairs)
    by_chance = sum((a - b) ** 2 for a, _ in pairs for _, b in pairs) / len(pairs) ** 2
    return {
        "slot_f1": 2 * tp / (2 * tp + fp + fn),
        "grade_accuracy": graded_ok / graded,
        "kappa": 1 - apart / by_chance,
        "spurious_per_100": 100 * spurious / silent,
        "reports_exact": exact / len(gold),
    }


@pytest.mark.parametrize("seed", range(8))
def test_figures_are_those_of_labels_md(seed, draw_pair, make_gold, make_table) -> None:
    gold, labels = draw_pair(seed, 4 + 5 * seed)
    found = audit(make_gold(gold), make_table(labels), np.random.default_rng(0), 0)
    for metric, expected in slow_figures(gold, labels).items():
        assert value(found, metric) == pytest.approx(expected, abs=1e-12), metric


def test_kappa_of_one_grade_only_is_one_and_of_none_nothing(make_gold, make_table) -> None:
    one = {"a": {"L4-L5": {"SCS": "2", "LFS": "2"}}}
    assert value(audit(make_gold(one), make_table(one), np.random.default_rng(0), 0), "kappa") == 1
    none = {"a": {"L4-L5": {"SCS": "P"}}}
    assert math.isnan(value(audit(make_gold(none), make_table(none), np.random.default_rng(0), 0), "kappa"))


def test_bootstrap_is_the_seeds(draw_pair, make_gold, make_table) -> None:
    gold, labels = draw_pair(1, 30)
    runs = [audit(make_gold(gold), make_table(labels), np.random.default_rng(s), 100).whole for s in (5, 5, 6)]
    assert runs[0].estimates == runs[1].estimates
    assert runs[0].estimates["slot_f1"] != runs[2].estimates["slot_f1"]


def test_intervals_hold_the_figure_and_widen_with_fewer_reports(draw_pair, make_gold, make_table) -> None:
    widths = []
    for n_studies in (10, 160):
        gold, labels = draw_pair(2, n_studies)
        e = audit(make_gold(gold), make_table(labels), np.random.default_rng(0), 400).whole.estimates["slot_f1"]
        assert e.low < e.value < e.high
        widths.append(e.high - e.low)
    assert 2 < widths[0] / widths[1] < 8  # about the root of 16


def test_the_bootstrap_draws_reports_not_slots(make_gold, make_table) -> None:
    # half of the reports all right, half all wrong: slots would give a narrow interval, reports a wide one
    full = {level: dict.fromkeys(TASKS, "1") for level in LEVELS}
    wrong = {level: dict.fromkeys(TASKS, "2") for level in LEVELS}
    gold = {f"s{i}": full for i in range(20)}
    labels = {study: full if i % 2 else wrong for i, study in enumerate(gold)}
    e = audit(make_gold(gold), make_table(labels), np.random.default_rng(0), 1000).whole.estimates["slot_f1"]
    assert e.value == 0.5 and e.high - e.low > 0.3


def test_no_resamples_no_interval(found, make_gold, make_table) -> None:
    e = audit(make_gold(GOLD), make_table(LABELS), np.random.default_rng(0), 0).whole.estimates["slot_f1"]
    assert e.value == value(found, "slot_f1") and math.isnan(e.low) and math.isnan(e.high)


def test_strata_are_audits_of_their_own(draw_pair, make_gold, make_table) -> None:
    gold, labels = draw_pair(3, 20)
    names = ["odd" if i % 2 else "even" for i in range(20)]
    found = audit(make_gold(gold), make_table(labels), np.random.default_rng(0), 0, names)
    assert [group.name for group in found.strata] == ["even", "odd"]
    even = {study: levels for i, (study, levels) in enumerate(gold.items()) if i % 2 == 0}
    alone = audit(make_gold(even), make_table({s: labels[s] for s in even}), np.random.default_rng(0), 0)
    for metric, estimate in alone.whole.estimates.items():
        assert found.strata[0].estimates[metric].value == pytest.approx(estimate.value, nan_ok=True)


def test_a_thousand_resamples_of_five_thousand_reports(draw_pair, make_gold, make_table) -> None:
    gold, labels = draw_pair(4, 50)
    gold = {f"{study}.{i}": levels for i in range(100) for study, levels in gold.items()}
    table = pd.concat([make_table(labels).assign(study_id=lambda t, i=i: t["study_id"] + f".{i}") for i in range(100)])
    made = make_gold(gold)
    start = time.perf_counter()
    audit(made, table.reset_index(drop=True), np.random.default_rng(0), 1000)
    assert time.perf_counter() - start < 20  # 2 s on two idle cores


def test_an_empty_gold_has_nothing_to_measure(make_gold, make_table) -> None:
    found = audit(make_gold({}), make_table({}), np.random.default_rng(0), 10)
    assert found.n_reports == 0 and math.isnan(value(found, "slot_f1")) and not found.wrong
