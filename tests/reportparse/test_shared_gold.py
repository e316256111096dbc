"""The parser against the gold sets that lie beside the repository, where they do."""

import json
from pathlib import Path

import pytest

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.pipeline import ReportParser
from tests.reportparse.short_code import from_findings, Labels

MOST_SPURIOUS = 0.3
"""Labels in slots that the report never mentions, per hundred such slots."""


def find_gold(name: str) -> Path | None:
    """``shared/gold`` beside the repository or one of its parents."""
    here = Path(__file__).resolve().parents[2]
    found = (parent / "shared" / "gold" / f"{name}.jsonl" for parent in here.parents)
    return next((path for path in found if path.is_file()), None)


def read_gold(name: str) -> list[tuple[str, Labels]]:
    """(text, labels) pairs; skips the test where the set is not there."""
    path = find_gold(name)
    if path is None:
        pytest.skip(f"no shared/gold/{name}.jsonl beside the repository")
    lines = path.read_text(encoding="utf-8").split("\n")
    return [(gold["text"], gold["labels"]) for gold in map(json.loads, filter(None, lines))]


def score(name: str) -> tuple[float, float]:
    """Slot F1, and spurious labels per 100 slots that the report is silent on; ``?`` slots are not scored."""
    parser = ReportParser()
    right = false = missed = silent = spurious = 0
    for text, gold in read_gold(name):
        labels = from_findings(parser.parse(text))
        for level in LEVELS:
            for task in TASKS:
                wanted, got = gold.get(level, {}).get(task), labels.get(level, {}).get(task)
                if wanted == "?":
                    continue
                right += wanted is not None and wanted == got
                missed += wanted is not None and wanted != got
                false += got is not None and wanted != got
                silent += wanted is None
                spurious += wanted is None and got is not None
    return 2 * right / (2 * right + false + missed), 100 * spurious / silent


@pytest.mark.parametrize(("name", "least_f1"), [("challenge", 0.98), ("dev_authored", 0.98), ("dev_sudirman", 0.97)])
def test_the_gold_sets_are_read(name: str, least_f1: float) -> None:
    f1, spurious = score(name)
    assert f1 >= least_f1
    assert spurious <= MOST_SPURIOUS


def test_what_the_gold_leaves_open_is_not_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    gold: list[tuple[str, Labels]] = [
        ("L4-5: Mild canal stenosis. Severe left foraminal stenosis.", {"L4-L5": {"SCS": "1", "LFS": "?"}}),
        ("L4-5: No canal stenosis.", {"L4-L5": {"SCS": "1", "RFS": "2"}}),
        ("L5-S1: Mild canal stenosis.", {}),
    ]
    monkeypatch.setitem(globals(), "read_gold", lambda name: gold)
    f1, spurious = score("made up")
    assert f1 == pytest.approx(2 * 1 / (2 * 1 + 2 + 2))
    assert spurious == pytest.approx(100 * 1 / (3 * 30 - 4))
