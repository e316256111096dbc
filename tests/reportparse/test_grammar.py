"""The rules of the grammar, each by sentences that are read wrongly without it."""

import pytest

from reportparse.pipeline import parse_report
from tests.reportparse.changes import swap_sides
from tests.reportparse.grammar import RULES
from tests.reportparse.short_code import from_findings, to_labels

CASES = [pytest.param(*case, id=f"{rule}-{n}") for rule, cases in RULES.items() for n, case in enumerate(cases, 1)]
MIRROR = {"LFS": "RFS", "RFS": "LFS", "LSS": "RSS", "RSS": "LSS", "SCS": "SCS"}


@pytest.mark.parametrize(("text", "code"), CASES)
def test_a_sentence_is_read(text: str, code: str) -> None:
    assert from_findings(parse_report(text)) == to_labels(code)


@pytest.mark.parametrize(("text", "code"), CASES)
def test_a_sentence_is_read_in_a_mirror(text: str, code: str) -> None:
    swapped = {lv: {MIRROR[task]: value for task, value in tasks.items()} for lv, tasks in to_labels(code).items()}
    assert from_findings(parse_report(swap_sides(text))) == swapped


@pytest.mark.parametrize(("text", "code"), CASES)
def test_a_sentence_is_read_in_capitals(text: str, code: str) -> None:
    assert parse_report(text.upper()) == parse_report(text)
