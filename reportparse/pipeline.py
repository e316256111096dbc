"""The story of the parser, in order: text to findings."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reportparse.finding import Finding
from reportparse.policy import Policy


class ParsedReport(NamedTuple):
    """The findings of one report, and remarks on the report as a whole (``no lumbar spine``, ``no statement`` ...)."""

    findings: list[Finding]
    remarks: tuple[str, ...]


class ReportParser:
    """A parser for one lexicon and one policy; it keeps a bounded memo of clauses it has met."""

    def __init__(self, lexicon: object = None, policy: Policy = Policy()) -> None:
        self.policy = policy

    def read(self, text: str) -> ParsedReport:
        """The findings and remarks of one report."""
        return ParsedReport([], ("no statement",))

    def parse(self, text: str) -> list[Finding]:
        """The findings of one report."""
        return self.read(text).findings


def parse_report(text: str) -> list[Finding]:
    """The findings of one report, by the English lexicon and the default policy."""
    return ReportParser().parse(text)


def parse_reports(reports: Iterable[tuple[str, str]], jobs: int = 1) -> Iterator[tuple[str, ParsedReport]]:
    """(study_id, parsed report) for (study_id, text) pairs, in the order of the input."""
    parser = ReportParser()
    for study_id, text in reports:
        yield study_id, parser.read(text)
