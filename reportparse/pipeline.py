"""The story of the parser, in order: text to findings."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from lexicons.load import Lexicon, read_lexicon
from reportparse.context import Sentence, to_claims
from reportparse.finding import Finding, Section
from reportparse.layout import Line, normalise, to_lines, to_sentences, undo_layout
from reportparse.policy import Policy
from reportparse.reader import SentenceReader
from reportparse.resolve import to_findings
from reportparse.sections import HeaderReader


class ParsedReport(NamedTuple):
    """The findings of one report, and remarks on the report as a whole (``no lumbar spine``, ``no statement`` ...)."""

    findings: list[Finding]
    remarks: tuple[str, ...]


class ReportParser:
    """A parser for one lexicon and one policy; it keeps a bounded memo of clauses it has met."""

    def __init__(self, lexicon: Lexicon | None = None, policy: Policy = Policy()) -> None:
        self.lexicon = lexicon or read_lexicon()
        self.policy = policy
        self._headers = HeaderReader(self.lexicon)
        self._reader = SentenceReader(self.lexicon, (1, 1, 1) if policy.minimal == "mild" else (0, 0, 0))

    def read(self, text: str) -> ParsedReport:
        """The findings and remarks of one report."""
        lowered = normalise(text)
        flat = undo_layout(lowered, text)
        sentences = list(self._read_sentences(flat))
        claims, deferred = to_claims(sentences)
        findings = to_findings(claims, deferred, self.policy)
        return ParsedReport(findings, () if findings else ("no statement",))

    def parse(self, text: str) -> list[Finding]:
        """The findings of one report."""
        return self.read(text).findings

    def _read_sentences(self, text: str) -> Iterator[Sentence]:
        place = _Place()
        for number, line in enumerate(to_lines(text)):
            place.enter_line(line)
            for start, end in to_sentences(text, line.start, line.end):
                opens = start == line.start
                at = place.take_header(self._headers, text, start, end, line)
                if place.skips or at >= end:
                    continue
                parsed = self._reader.read(text[at:end])
                yield Sentence(
                    number, opens, line.after_blank, place.section, place.region, parsed.heading, parsed.heading_alone,
                    parsed.outside, parsed.label_sites, parsed.label_sides, parsed.label_alone, parsed.masks,
                    tuple((a + at, b + at) for a, b in parsed.spans), parsed.reading, parsed.begins_with_level,
                    parsed.lesser,
                )  # fmt: skip


class _Place:
    """Where in the report the reader is: section, region, and whether the text here is passed over."""

    def __init__(self) -> None:
        self.section = Section.BODY
        self.region = ""
        self.skipping = ""
        self.skip_sentence = False
        self.skip_inline = False
        self.line = -1

    @property
    def skips(self) -> bool:
        return bool(self.skipping) or self.skip_sentence

    def enter_line(self, line: Line) -> None:
        if self.skipping == "skip" and line.after_blank and self.skip_inline:
            self.skipping = ""
        if self.skipping == "skip" and line.after_blank:
            self.skip_inline = True

    def take_header(self, headers: HeaderReader, text: str, start: int, end: int, line: Line) -> int:
        """Take in the header the sentence begins with, if any; returns where its content starts."""
        self.skip_sentence = False
        header = headers.read(text, start, end)
        if header is None:
            return start
        if header.concept == "region":
            if self.skipping != "prior":
                self.region = header.value
                self.skipping = ""
            return header.end
        if header.value == "skip":
            if header.bare:
                self.skip_sentence = True
            elif self.skipping != "prior":
                self.skipping = "skip"
                self.skip_inline = bool(text[header.end : line.end].strip(" .:*_"))
            return header.end
        if header.value == "prior":
            self.skipping = "prior"
            return header.end
        if self.skipping == "prior" and header.value not in ("addendum",):
            return header.end
        self.skipping = ""
        self.section = Section(header.value)
        return header.end


@cache
def _default_parser() -> ReportParser:
    return ReportParser()


def parse_report(text: str) -> list[Finding]:
    """The findings of one report, by the English lexicon and the default policy."""
    return _default_parser().parse(text)


def parse_reports(reports: Iterable[tuple[str, str]], jobs: int = 1) -> Iterator[tuple[str, ParsedReport]]:
    """(study_id, parsed report) for (study_id, text) pairs, in the order of the input."""
    parser = ReportParser()
    for study_id, text in reports:
        yield study_id, parser.read(text)
