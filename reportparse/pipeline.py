"""The story of the parser, in order: text to findings."""

from functools import cache
from typing import NamedTuple

from lexicons.load import Lexicon, read_lexicon
from reportparse.claiming import to_claims
from reportparse.finding import Finding
from reportparse.layout import undo_layout
from reportparse.passages import PassageReader
from reportparse.plain_text import to_plain
from reportparse.policy import Policy
from reportparse.reader import SentenceReader
from reportparse.region import is_lumbar
from reportparse.resolve import to_findings
from reportparse.table_sentences import read_tables


class ParsedReport(NamedTuple):
    """The findings of one report, and remarks on the report as a whole.

    remarks: ``no lumbar spine`` (another region's report: no findings whatever it says), ``no statement`` (it says
    nothing of a canal, foramen or recess that names a level or the whole study).
    """

    findings: list[Finding]
    remarks: tuple[str, ...]


class ReportParser:
    """A parser for one lexicon and one policy.

    It remembers lines, sentences and clauses it has met, up to fixed bounds; what it remembers changes its speed only.
    """

    def __init__(self, lexicon: Lexicon | None = None, policy: Policy = Policy()) -> None:
        self.lexicon = lexicon or read_lexicon()
        self.policy = policy
        self._sentences = SentenceReader(self.lexicon, policy)
        self._passages = PassageReader(self.lexicon, self._sentences)

    def read(self, text: str) -> ParsedReport:
        """The findings and remarks of one report."""
        lowered = to_plain(text)
        flat, lines, wrapped = undo_layout(lowered, text)
        tables = read_tables(self._sentences, flat, lines)
        sentences = self._passages.read(flat, lines, tables)
        if not is_lumbar(flat, sentences):
            return ParsedReport([], ("no lumbar spine",))
        findings = to_findings(*to_claims(sentences, wrapped), self.policy)
        return ParsedReport(findings, () if findings else ("no statement",))

    def parse(self, text: str) -> list[Finding]:
        """The findings of one report."""
        return self.read(text).findings


@cache
def _default_parser() -> ReportParser:
    return ReportParser()


def parse_report(text: str) -> list[Finding]:
    """The findings of one report, by the English lexicon and the default policy."""
    return _default_parser().parse(text)
