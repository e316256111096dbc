"""The kinds of language of the project's catalogue, each with sentences of our own and the labels they deserve."""

import pytest

from reportparse.pipeline import parse_report
from tests.reportparse.kinds import KINDS
from tests.reportparse.short_code import from_findings, to_labels

CASES = [pytest.param(*case, id=f"{kind}-{n}") for kind, cases in KINDS.items() for n, case in enumerate(cases, 1)]


def test_there_are_49_kinds_of_three_sentences_or_more() -> None:
    assert len(KINDS) == 49
    assert min(map(len, KINDS.values())) >= 3


@pytest.mark.parametrize(("text", "code"), CASES)
def test_a_kind_is_read(text: str, code: str) -> None:
    assert from_findings(parse_report(text)) == to_labels(code)
