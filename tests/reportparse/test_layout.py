"""Lines, sentences and plain characters; every step keeps the length of the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportparse.pipeline import parse_report
from reportparse.plain_text import normalise, read_spoken_marks
from reportparse.sentence_cuts import to_sentences
from tests.reportparse.short_code import from_findings, to_labels


def sentences(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in to_sentences(text, 0, len(text))]


@given(st.text())
@settings(deadline=None, derandomize=True, database=None)
def test_normal_text_is_as_long_as_the_original(text: str) -> None:
    assert len(normalise(text)) == len(text) == len(read_spoken_marks(normalise(text)))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("L4–5", "l4-5"), ("L4—5", "l4-5"), ("L4‑5", "l4-5"), ("L4−5", "l4-5"), ("L4\u20445", "l4/5"),
        ("a\u00a0b\u2009c", "a b c"), ("a\r\nb", "a \nb"), ("a\rb\u2028c\x0bd\x0ce", "a\nb\nc\nd\ne"),
        ("a\x00b", "a b"), ("“it’s”", "\"it's\""), ("• L4-5", "* l4-5"), ("İL4-5", "İl4-5"), ("ẞ", "ß"),
    ],
)  # fmt: skip
def test_odd_characters_become_plain_one_for_one(text: str, plain: str) -> None:
    assert normalise(text) == plain


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("mild stenosis. no bulge.", ["mild stenosis.", "no bulge."]),
        ("mild stenosis.l4-5 normal", ["mild stenosis.", "l4-5 normal"]),
        ("mod. stenosis on the lt. side. done", ["mod. stenosis on the lt. side.", "done"]),
        ("measures 1.5 cm vs. 2.5 cm. done", ["measures 1.5 cm vs. 2.5 cm.", "done"]),
        ("is it? yes! l. foramen", ["is it?", "yes!", "l. foramen"]),
        ("", []),
        ("...", ["..."]),
    ],
)
def test_sentences_end_at_full_stops_but_not_after_abbreviations(text: str, cut: list[str]) -> None:
    assert sentences(text) == cut


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "FINDINGS: At L4-5 there is a broad disc bulge with moderate left and\nsevere right foraminal stenosis.",
            "L4-L5 LFS=2 RFS=3",
        ),
        (
            "At L4-5 there is a broad based disc bulge and facet arthropathy with no\nsignificant canal stenosis."
            " There is\nmild foraminal narrowing.",
            "L4-L5 SCS=0 xFS=1",
        ),
        (
            "L4-5: Disc bulge and facet arthropathy with mild canal stenosis and severe left\nforaminal narrowing.",
            "L4-L5 SCS=1 LFS=3",
        ),
        (
            "L3-4: Mild canal stenosis\nL4-5: Severe canal stenosis\nL5-S1: No canal stenosis",
            "L3-L4 SCS=1; L4-L5 SCS=3; L5-S1 SCS=0",
        ),
        ("L2-3: Severe right greater than\nleft foraminal\nstenosis. The canal\nis patent.", "L2-L3 xFS=3 SCS=0"),
        ("L4-5\n- Canal: mild\n- Left foramen: severe\n- Right foramen: none", "L4-L5 SCS=1 LFS=3 RFS=0"),
    ],
)
def test_wrapped_lines_are_joined_and_listed_ones_are_not(text: str, code: str) -> None:
    assert from_findings(parse_report(text)) == to_labels(code)


FURNITURE = ["Page 2 of 3", "----------------", "Electronically signed by the reader", "MRN 0000000",
             "Patient Name: NOBODY", "Continued on next page", "Accession 0000"]  # fmt: skip


@pytest.mark.parametrize("furniture", FURNITURE)
def test_page_furniture_is_looked_over(furniture: str) -> None:
    text = f"L4-5: Disc bulge with moderate canal and severe left\n{furniture}\nforaminal stenosis.\n{furniture}\n"
    assert from_findings(parse_report(text)) == {"L4-L5": {"SCS": "2", "LFS": "3"}}


def test_a_blank_line_ends_a_level() -> None:
    text = "L4-5: Disc bulge. Mild canal stenosis.\n\nSevere left foraminal stenosis."
    assert from_findings(parse_report(text)) == {"L4-L5": {"SCS": "1"}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "findings colon l4-5 moderate canal stenosis period l5-s1 mild canal stenosis period",
            "L4-L5 SCS=2; L5-S1 SCS=1",
        ),
        ("l3-4 mild canal stenosis new paragraph l4-5 severe canal stenosis", "L3-L4 SCS=1; L4-L5 SCS=3"),
        (
            "impression number one moderate canal stenosis at l4-5 period number two mild left foraminal"
            " stenosis at l5-s1 period",
            "L4-L5 SCS=2; L5-S1 LFS=1",
        ),
    ],
)
def test_dictated_marks_are_read_as_marks(text: str, code: str) -> None:
    assert from_findings(parse_report(text)) == to_labels(code)


def test_a_period_of_time_is_no_full_stop() -> None:
    assert read_spoken_marks("over a period of weeks") == "over a period of weeks"
