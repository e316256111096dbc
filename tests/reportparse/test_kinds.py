"""The kinds of language of the project's catalogue, each with sentences of our own and the labels they deserve."""

import pytest

from reportparse.pipeline import parse_report
from tests.reportparse.kinds import KINDS
from tests.reportparse.short_code import from_findings, to_labels


def test_there_are_49_kinds_of_three_sentences_or_more() -> None:
    assert len(KINDS) == 49
    assert min(map(len, KINDS.values())) >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_read(kind: str) -> None:
    expected = {text: to_labels(code) for text, code in KINDS[kind]}
    assert {text: from_findings(parse_report(text)) for text in expected} == expected
