"""The changes that ought not to matter, made to every labelled report written for the project."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reportparse.finding import Finding
from reportparse.pipeline import ReportParser
from tests.reportparse.changes import change_dashes, swap_sides
from tests.reportparse.test_properties import check_swap, PARSER, shift, UNRELATED

GOLD = Path(__file__).parents[1] / "gold"
REPORTS: dict[str, str] = {
    report["id"]: report["text"]
    for path in sorted(GOLD.glob("*.jsonl"))
    for report in map(json.loads, path.read_text(encoding="utf-8").splitlines())
}
FINDINGS = {study_id: PARSER.parse(text) for study_id, text in REPORTS.items()}

_NO_MIRROR = re.compile(
    r"rigth|lfet|\b[LR]F|Lee:? [LR]|[LR]-?spine|L-S spine|\br for\b|\bL (?:three|four)", re.IGNORECASE
)
"""Sides that ``swap_sides`` does not know, and letters that are no side."""


def changed_by(change: Callable[[str], str], moved: int = 0) -> list[str]:
    """The reports whose findings change, beside moving by so many characters."""
    return [i for i, text in REPORTS.items() if PARSER.parse(change(text)) != shift(FINDINGS[i], moved)]


@pytest.mark.parametrize("dash", ["-", "–", "—", "‑", "−", "/"])
def test_the_dash_in_a_level_changes_nothing(dash: str) -> None:
    assert changed_by(lambda text: change_dashes(text, dash)) == []


def test_dashes_anywhere_change_nothing() -> None:
    assert changed_by(lambda text: text.replace("-", "–")) == []


def test_wide_spaces_change_nothing() -> None:
    assert changed_by(lambda text: text.replace(" ", "\u00a0")) == []


@pytest.mark.parametrize("before", ["  \n\n", "\ufeff\r\n\r\n", *(f"{sentence}\n\n" for sentence in UNRELATED[:2])])
def test_what_stands_before_changes_nothing(before: str) -> None:
    assert changed_by(lambda text: before + text, len(before)) == []


@pytest.mark.parametrize("after", ["\n", "\n\n   ", *(f"\n\n{sentence}" for sentence in UNRELATED[:2])])
def test_what_stands_after_changes_nothing(after: str) -> None:
    assert changed_by(lambda text: text + after) == []


def test_windows_line_ends_change_nothing_but_offsets() -> None:
    def words(text: str, findings: list[Finding]) -> list[tuple[object, ...]]:
        return [(*f[:9], f.rule, " ".join(text[f.start : f.end].split())) for f in findings]

    for study_id, text in REPORTS.items():
        ended = text.replace("\n", "\r\n")
        assert words(ended, PARSER.parse(ended)) == words(text, FINDINGS[study_id]), study_id


def test_swapping_left_and_right_swaps_the_tasks() -> None:
    mirrored = [text for text in REPORTS.values() if not _NO_MIRROR.search(text)]
    assert len(mirrored) > 400
    for text in mirrored:
        check_swap(text)
        assert swap_sides(swap_sides(text)) == text


def test_offsets_cut_words_out_of_the_report() -> None:
    for study_id, text in REPORTS.items():
        for finding in FINDINGS[study_id]:
            assert 0 <= finding.start < finding.end <= len(text)
            assert re.search(r"\w|\+", text[finding.start : finding.end]), study_id


def test_reports_leave_nothing_for_the_next() -> None:
    parser = ReportParser()
    for study_id in reversed(REPORTS):
        assert parser.parse(REPORTS[study_id]) == FINDINGS[study_id], study_id
