"""The story of the parser, in order: text to findings."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from lexicons.load import Lexicon, read_lexicon
from reportparse.context import Sentence, to_claims
from reportparse.finding import Finding, Section
from reportparse.layout import Line, normalise, starts_with_level, to_lines, to_sentences, undo_layout
from reportparse.policy import Policy
from reportparse.reader import Parsed, SentenceReader
from reportparse.resolve import to_findings
from reportparse.sections import HeaderReader
from reportparse.tables import Cell, TableCell, find_tables, to_table_cells


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
        if not _is_lumbar(flat, sentences):
            return ParsedReport([], ("no lumbar spine",))
        claims, deferred = to_claims(sentences)
        findings = to_findings(claims, deferred, self.policy)
        return ParsedReport(findings, () if findings else ("no statement",))

    def parse(self, text: str) -> list[Finding]:
        """The findings of one report."""
        return self.read(text).findings

    def _read_sentences(self, text: str) -> Iterator[Sentence]:
        lines = to_lines(text)
        tables = self._read_tables(text, lines)
        place = _Place(self._headers.last_findings(text, lines))
        for number, line in enumerate(lines):
            place.enter_line(text, line, number)
            if number in tables:
                yield from (s._replace(section=place.section, region=place.region) for s in tables[number])
                continue
            for start, end in to_sentences(text, line.start, line.end):
                at = place.take_header(self._headers, text, start, end, line)
                if place.skips or at >= end:
                    continue
                parsed = self._reader.read(text[at:end])
                yield _to_sentence(parsed, number, line, start == line.start, at, place)

    def _read_tables(self, text: str, lines: list[Line]) -> dict[int, list[Sentence]]:
        """The sentences that stand for the lines of tables, by line."""
        if "|" not in text and "\t" not in text and "   " not in text:
            return {}
        found: dict[int, list[Sentence]] = {}
        for rows in find_tables(text, lines):
            if sum(self._is_place(text, cell) for cell in rows[0].cells) < 2:
                continue
            sentences = [s for cell in to_table_cells(text, rows) if (s := self._read_cell(text, cell, lines)) is not None]
            if sentences:
                found |= {row.line: [] for row in rows}
                for sentence in sentences:
                    found[sentence.line].append(sentence)
        return found

    def _is_place(self, text: str, cell: Cell) -> bool:
        """Whether a column heading is short and names a level or a place."""
        levels, sites, _ = self._reader.read_place(text[cell.start : cell.end])
        return cell.end - cell.start < 40 and (bool(levels) or sites is not None)

    def _read_cell(self, text: str, cell: TableCell, lines: list[Line]) -> Sentence | None:
        """A cell as a sentence under its level and its place; None where its headings are not such."""
        levels, sites, sides = self._reader.read_place(text[cell.column.start : cell.column.end])
        row_levels, row_sites, row_sides = self._reader.read_place(text[cell.row.start : cell.row.end])
        if levels and not row_levels:
            levels, sites, sides, row_levels = (), row_sites, row_sides, levels
        if levels or not row_levels or sites is None:
            return None
        parsed = self._reader.read(_GRADE_DIGIT.get(text[cell.cell.start : cell.cell.end], text[cell.cell.start : cell.cell.end]))
        parsed = parsed._replace(heading=row_levels, label_sites=sites, label_sides=sides, begins_with_level=True)
        return _to_sentence(parsed, cell.line, lines[cell.line], True, cell.cell.start, _Place(-1))


_GRADE_DIGIT = {"0": "none", "1": "mild", "2": "moderate", "3": "severe"}
"""Digits alone in a cell under a canal, a foramen or a recess."""


def _to_sentence(parsed: Parsed, number: int, line: Line, opens: bool, at: int, place: "_Place") -> Sentence:
    return Sentence(
        number, opens, line.after_blank, place.section, place.region, parsed.heading, parsed.heading_alone,
        parsed.outside, parsed.label_sites, parsed.label_sides, parsed.label_alone, parsed.masks,
        tuple((a + at, b + at) for a, b in parsed.spans), parsed.reading, parsed.begins_with_level, parsed.lesser,
    )  # fmt: skip


_LUMBAR = re.compile(r"lumb|\bl[- ]?s?[- ]?spine|\blss\b|\blsp\b|\bls\b|\bl/s\b|cauda equina|lumbosacral")
_ELSEWHERE = re.compile(
    r"cervical|thoracic|dorsal spine|\bc[- ]?spine|\bt[- ]?spine|\bbrain|\bhead\b|\bneck\b|\bknee|\bhip\b|shoulder|pelvis|abdomen|chest|cranial"
    r"|\bwrist|\bankle|\bfoot\b|\bc[2-7][-/]"
)
_TITLE_LENGTH = 160


def _is_lumbar(text: str, sentences: list[Sentence]) -> bool:
    """Whether a report speaks of the lumbar spine: it names a lumbar level, or its title is of no other region."""
    if any(s.heading or s.masks for s in sentences):
        return True
    title = text.strip()[:_TITLE_LENGTH]
    if _ELSEWHERE.search(title):
        return _LUMBAR.search(title) is not None
    return _LUMBAR.search(text) is not None or _ELSEWHERE.search(text) is None


class _Place:
    """Where in the report the reader is: section, region, and whether the text here is passed over."""

    def __init__(self, last_findings: int) -> None:
        self.last_findings = last_findings
        self.section = Section.BODY
        self.region = ""
        self.skipping = ""
        self.skip_sentence = False
        self.skip_inline = False
        self.line = -1

    @property
    def skips(self) -> bool:
        return bool(self.skipping) or self.skip_sentence

    def enter_line(self, text: str, line: Line, number: int) -> None:
        """A passed-over section ends at its line's end, or goes on to the findings header where there is one."""
        if self.skipping == "skip" and self.skip_inline:
            if number > self.last_findings or starts_with_level(text, line):
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
        if header.value in ("skip", "legend"):
            if header.bare or header.value == "legend":
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
