"""The rules of the grammar, each by sentences that are read wrongly without it."""

import pytest

from reportparse.pipeline import parse_report
from tests.reportparse.changes import swap_sides
from tests.reportparse.grammar import RULES
from tests.reportparse.short_code import from_findings, Labels, to_labels

MIRROR = {"LFS": "RFS", "RFS": "LFS", "LSS": "RSS", "RSS": "LSS", "SCS": "SCS"}


def swap_tasks(labels: Labels) -> Labels:
    return {level: {MIRROR[task]: value for task, value in tasks.items()} for level, tasks in labels.items()}


@pytest.mark.parametrize("rule", RULES)
def test_its_sentences_are_read(rule: str) -> None:
    expected = {text: to_labels(code) for text, code in RULES[rule]}
    assert {text: from_findings(parse_report(text)) for text in expected} == expected


@pytest.mark.parametrize("rule", RULES)
def test_its_sentences_are_read_in_a_mirror(rule: str) -> None:
    expected = {swap_sides(text): swap_tasks(to_labels(code)) for text, code in RULES[rule]}
    assert {text: from_findings(parse_report(text)) for text in expected} == expected


@pytest.mark.parametrize("rule", RULES)
def test_its_sentences_are_read_in_capitals(rule: str) -> None:
    expected = {text: parse_report(text) for text, _ in RULES[rule]}
    assert {text: parse_report(text.upper()) for text in expected} == expected
