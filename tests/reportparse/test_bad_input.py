"""Whatever comes in, the parser neither fails nor invents a label."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportparse.pipeline import parse_report, ReportParser
from tests.reportparse.kinds import SENTENCES
from tests.reportparse.report_strategies import Report, reports

ANYTHING = settings(deadline=None, derandomize=True, database=None)

_WORDS = """mild moderate severe no not without left right bilateral canal foraminal foramina recess stenosis narrowing
L4-5 L5-S1 L3-4, T12 and or with but to at of the is are : ; , . / ( ) [ ] | - > FINDINGS: IMPRESSION: ADDENDUM:
HISTORY: respectively same other levels remaining all previously now possible cannot exclude Lee grade 2 Schizas C
5 mm root exiting traversing disc bulge facet patent normal thecal sac compressing except 1. 2) * •"""
WORDS = st.sampled_from([*_WORDS.split(), "\n", "\n\n", "\t"])
"""Words of reports, for texts that only sound like one."""

ODD = [
    "", " ", "\n", "\r\n\r\n", "\x00", "\x00" * 50, "\ufeff", "\u200b\u200d", "\ud800", "İ", "İ" * 40, "ß", "ǅ", "ŉ",
    "\u0345", "ﬁ", "\u202e", "a\u0301" * 9, "😀", "½", "٤", "４-５", "Ⅳ", "\x1b[31m", "\x85", "\u2028\u2029", ":", "-:",
    "L", "L4-", "-5", "L4-5", "L4-5:", "L4-5: ", "|", "| |", "||||", "\t\t\t", "((((", "))))", "[]", ".", "...", "?!",
    "1.", "IMPRESSION", "FINDINGS:", "1. 2. 3.", "no", "No.", "none", "and", "respectively", "same", "to", "mild",
]  # fmt: skip
"""Texts that say nothing."""


def check(text: str) -> None:
    """The findings of a text are one a slot, in order, each with an interval in range and words of the text."""
    findings = parse_report(text)
    slots = [(f.level, f.task) for f in findings]
    assert len(slots) == len(set(slots))
    for f in findings:
        assert 0 <= f.start < f.end <= len(text)
        assert (f.low is None) == (f.high is None)
        if f.low is not None and f.high is not None:
            assert 0 <= f.low <= f.high <= 3
            assert f.grade is None or f.low <= f.grade <= f.high
        else:
            assert f.grade is None


@given(st.text(st.characters(codec=None), max_size=300))
@ANYTHING
def test_any_text_is_taken_and_says_nothing(text: str) -> None:
    assert parse_report(text) == []


@given(st.lists(WORDS, max_size=60).map(" ".join))
@settings(ANYTHING, max_examples=400)
def test_any_heap_of_words_is_taken(text: str) -> None:
    check(text)


@given(reports(), st.text(st.characters(codec=None), min_size=1, max_size=4), st.data())
@settings(ANYTHING, max_examples=60)
def test_a_report_with_a_foreign_body_is_taken(report: Report, foreign: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(report.text)))
    check(report.text[:at] + foreign + report.text[at:])


@given(reports(), st.integers(0, 400))
@settings(ANYTHING, max_examples=60)
def test_a_report_cut_short_is_taken(report: Report, length: int) -> None:
    check(report.text[:length])
    check(report.text[-length:])


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_say_nothing(text: str) -> None:
    assert parse_report(text) == []


@pytest.mark.parametrize("odd", ["İ", "ŉ", "ẞ", "\x00", "\u200b", "\ufeff", "\ud800", "😀", "\u0345"])
def test_odd_characters_move_no_offset(odd: str) -> None:
    for text in SENTENCES:
        findings = parse_report(f"{odd * 3}\n\n{text}")
        assert findings == [f._replace(start=f.start + 5, end=f.end + 5) for f in parse_report(text)], text


@pytest.mark.parametrize(
    "text",
    [
        "MRI CERVICAL SPINE\n\nC5-6: Severe canal stenosis, moderate left foraminal stenosis. Normal cord.",
        "MRI BRAIN: No mass. The ventricles are normal. Mild stenosis of the left carotid canal.",
        "Echocardiography: severe aortic stenosis, mild mitral regurgitation.",
        "Chest radiograph. Normal study.",
        "MRI LUMBAR SPINE\n\nDisc bulge at L4-5. Severe facet arthropathy at L5-S1. Mild scoliosis.",
        "Please send the report to the ward. Left message on the right phone.",
        "El canal es estrecho en L4-L5.",
    ],
)
def test_reports_of_other_things_give_no_label(text: str) -> None:
    assert [f for f in parse_report(text) if f.low is not None] == []


@pytest.mark.parametrize("unit", ["L4-5: Moderate canal stenosis.\n", "word ", "\x00", "İ"])
def test_five_megabytes_are_taken(unit: str) -> None:
    text = unit * (5_000_000 // len(unit))
    start = time.process_time()
    findings = ReportParser().parse(text)
    assert time.process_time() - start < 60
    assert [f[:3] for f in findings] == ([("L4-L5", "SCS", 2)] if "stenosis" in unit else [])
