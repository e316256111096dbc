"""What ought not to change a report's labels does not, and what ought to change them changes them so."""

import re
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lexicons.vocabulary import Level, LEVELS, MIRRORED_TASK, Task
from reportparse.finding import Finding
from reportparse.pipeline import ReportParser
from tests.reportparse.changes import change_dashes, rename_levels, swap_sides, wrap_lines
from tests.reportparse.grammar import RULES
from tests.reportparse.kinds import KINDS
from tests.reportparse.report_strategies import Report, reports
from tests.reportparse.short_code import from_findings

PROPERTY = settings(max_examples=60, deadline=None, derandomize=True, database=None)

UNRELATED = ["The aorta is normal in calibre.", "Paraspinal muscles show mild fatty atrophy.", "The conus ends at L1.",
             "The left kidney holds a small simple cyst.", "Marrow signal is normal."]  # fmt: skip
INDICATIONS = ["INDICATION: Severe L4-5 stenosis, evaluate.",
               "CLINICAL HISTORY: Known moderate canal stenosis at L3-4.",
               "COMPARISON: 2018, severe left foraminal stenosis at L5-S1.",
               "TECHNIQUE: Sagittal T1, T2 and STIR; axial T2 from L1-2 to L5-S1."]  # fmt: skip
DASHES = ["-", "–", "—", "‑", "−", "/"]
SENTENCES: dict[str, list[str]] = {name: [text for text, _ in cases] for name, cases in (KINDS | RULES).items()}
"""Kind of language or rule of the grammar -> texts."""

HELD_LEVELS = {"lvl-spoken", "lvl-range", "transitional", "region", "levels worded by others", "headings",
               "a level outside the grid takes its words with it"}  # fmt: skip
"""Groups whose levels are not all written as pairs, or must stay in their order."""

_NOT_WRAPPED = re.compile(r"above the L4-S1 fusion|more to the left, narrowing|mild \(R\); canal")
"""Texts in which a wrap still changes a label."""

_NO_PAIR = re.compile(r"junction|L45|below|above|lower two|3-4 and 4-5|through|T12 to|respectively", re.IGNORECASE)

PARSER = ReportParser()

Rows = dict[tuple[Level, Task], tuple[object, ...]]


def rows(text: str) -> Rows:
    """(level, task) -> all that a finding says beside its offsets, and the words it rests on, single-spaced."""
    return {(f.level, f.task): (*f[2:9], f.rule, " ".join(text[f.start : f.end].split())) for f in PARSER.parse(text)}


def labels(text: str) -> Rows:
    """``rows`` without the words, and without the scope, which a level on a line of its own changes."""
    return {slot: (*row[:4], *row[5:8]) for slot, row in rows(text).items()}


def shift(findings: list[Finding], by: int) -> list[Finding]:
    return [f._replace(start=f.start + by, end=f.end + by) for f in findings]


def check_swap(text: str) -> None:
    swapped = {
        (level, MIRRORED_TASK[task]): (*row[:-1], swap_sides(str(row[-1]))) for (level, task), row in rows(text).items()
    }
    assert rows(swap_sides(text)) == swapped


def check_rename(text: str, order: list[int]) -> None:
    moved = {(LEVELS[order[LEVELS.index(level)]], task): (*row[:-1], rename_levels(str(row[-1]), order))
             for (level, task), row in rows(text).items()}  # fmt: skip
    assert rows(rename_levels(text, order)) == moved


def check_indication(text: str, indication: str) -> None:
    plain = f"FINDINGS:\n{text}"
    assert PARSER.parse(f"{indication}\n\n{plain}") == shift(PARSER.parse(plain), len(indication) + 2)


@given(reports())
@PROPERTY
def test_a_composed_report_gives_its_labels(report: Report) -> None:
    assert from_findings(PARSER.parse(report.text)) == report.labels


@given(reports())
@PROPERTY
def test_swapping_left_and_right_swaps_the_tasks(report: Report) -> None:
    check_swap(report.text)


@pytest.mark.parametrize("name", SENTENCES)
def test_swapping_left_and_right_swaps_the_tasks_of_a_sentence(name: str) -> None:
    for text in SENTENCES[name]:
        check_swap(text)


@given(reports(), st.permutations(range(6)))
@PROPERTY
def test_renaming_the_levels_moves_their_rows(report: Report, order: list[int]) -> None:
    check_rename(report.text, order)


@pytest.mark.parametrize("name", sorted(SENTENCES.keys() - HELD_LEVELS))
@pytest.mark.parametrize("order", [[1, 2, 3, 4, 5, 0], [5, 4, 3, 2, 1, 0]])
def test_renaming_the_levels_moves_the_rows_of_a_sentence(name: str, order: list[int]) -> None:
    for text in SENTENCES[name]:
        if not _NO_PAIR.search(text):
            check_rename(text, order)


@given(reports(("paragraph", "prose", "listed")), st.randoms(use_true_random=False))
@PROPERTY
def test_levels_may_come_in_any_order(report: Report, random: Random) -> None:
    paragraphs = [p for p in report.paragraphs if not re.match(r"\d\.|IMPR", p)]
    mixed = random.sample(paragraphs, len(paragraphs))
    assert rows(report.gap.join([*report.head, *mixed])) == rows(report.gap.join([*report.head, *paragraphs]))


@given(reports(), st.sampled_from([str.upper, str.lower]))
@PROPERTY
def test_case_changes_nothing(report: Report, change: Callable[[str], str]) -> None:
    assert PARSER.parse(change(report.text)) == PARSER.parse(report.text)


@pytest.mark.parametrize("name", SENTENCES)
def test_case_changes_nothing_in_a_sentence(name: str) -> None:
    for text in SENTENCES[name]:
        assert PARSER.parse(text.upper()) == PARSER.parse(text.lower()) == PARSER.parse(text), text


@given(reports(), st.sampled_from(DASHES))
@PROPERTY
def test_dashes_change_nothing(report: Report, dash: str) -> None:
    assert PARSER.parse(change_dashes(report.text, dash)) == PARSER.parse(report.text)
    if dash != "/" and "|" not in report.text:
        assert PARSER.parse(report.text.replace("-", dash)) == PARSER.parse(report.text)


@pytest.mark.parametrize("name", SENTENCES)
def test_dashes_change_nothing_in_a_sentence(name: str) -> None:
    for text in SENTENCES[name]:
        for dash in DASHES:
            assert PARSER.parse(change_dashes(text, dash)) == PARSER.parse(text), (dash, text)
        assert PARSER.parse(text.replace("-", "\u2013")) == PARSER.parse(text), text


@given(reports(("paragraph", "prose", "listed", "item")), st.integers(50, 90), st.sampled_from([str, str.upper]))
@PROPERTY
def test_hard_wraps_change_nothing(report: Report, width: int, case: Callable[[str], str]) -> None:
    assert labels(case(wrap_lines(report.text, width))) == labels(case(report.text))


@pytest.mark.parametrize("name", sorted(SENTENCES.keys() - {"layout", "lists over several lines"}))
def test_hard_wraps_change_nothing_in_a_sentence(name: str) -> None:
    for text in SENTENCES[name]:
        for width in (50, 70, 90) if not _NOT_WRAPPED.search(text) else ():
            assert labels(wrap_lines(text, width)) == labels(text), (width, text)


@given(reports(), st.sampled_from(INDICATIONS))
@PROPERTY
def test_an_indication_changes_nothing(report: Report, indication: str) -> None:
    check_indication(report.text, indication)


@pytest.mark.parametrize("name", SENTENCES)
def test_an_indication_changes_nothing_in_a_sentence(name: str) -> None:
    for text in SENTENCES[name]:
        for indication in INDICATIONS:
            check_indication(text, indication)


@given(reports(), st.sampled_from(UNRELATED), st.data())
@PROPERTY
def test_an_unrelated_paragraph_changes_nothing(report: Report, unrelated: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(report.paragraphs)))
    before, after = report.paragraphs[:at], report.paragraphs[at:]
    parts = [report.gap.join((*report.head, *before)), unrelated, report.gap.join(after)]
    assert rows("\n\n".join(p for p in parts if p)) == rows(report.text)


@given(reports(("paragraph", "prose")), st.sampled_from(UNRELATED), st.data())
@PROPERTY
def test_an_unrelated_sentence_changes_nothing(report: Report, unrelated: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(report.paragraphs) - 1))
    paragraphs = list(report.paragraphs)
    paragraphs[at] += f" {unrelated}"
    assert rows(report.gap.join((*report.head, *paragraphs))) == rows(report.text)


@pytest.mark.parametrize("name", SENTENCES)
def test_an_unrelated_paragraph_changes_nothing_around_a_sentence(name: str) -> None:
    for text in SENTENCES[name]:
        findings = PARSER.parse(text)
        for unrelated in UNRELATED:
            assert PARSER.parse(f"{text}\n\n{unrelated}") == findings, text
            assert PARSER.parse(f"{unrelated}\n\n{text}") == shift(findings, len(unrelated) + 2), text


@given(reports(), st.text(" \n\t\r\u00a0", max_size=20), st.text(" \n\t\r", max_size=20))
@PROPERTY
def test_offsets_move_with_the_text(report: Report, before: str, after: str) -> None:
    findings = PARSER.parse(report.text)
    assert all(0 <= f.start < f.end <= len(report.text) for f in findings)
    assert PARSER.parse(before + report.text + after) == shift(findings, len(before))


@pytest.mark.parametrize("name", SENTENCES)
def test_offsets_move_with_the_text_of_a_sentence(name: str) -> None:
    for text in SENTENCES[name]:
        findings = PARSER.parse(text)
        assert all(0 <= f.start < f.end <= len(text) and text[f.start : f.end].strip() for f in findings), text
        for space in ("  ", "\n\n\n", " \n   "):
            assert PARSER.parse(space + text) == shift(findings, len(space)), text


def test_what_was_parsed_before_changes_nothing() -> None:
    forth, back = ReportParser(), ReportParser()
    texts = [text for group in SENTENCES.values() for text in group]
    found = {text: back.parse(text) for text in reversed(texts)}
    assert {text: forth.parse(text) for text in texts} == found
