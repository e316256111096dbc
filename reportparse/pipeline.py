"""The story of the parser, in order: text to findings."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from lexicons.load import Lexicon, read_lexicon
from reportparse.context import Sentence, to_claims
from reportparse.finding import Finding, Section
from reportparse.layout import Line, normalise, read_spoken_marks, to_lines, undo_layout
from reportparse.passages import PassageReader
from reportparse.policy import Policy
from reportparse.reader import SentenceReader
from reportparse.resolve import to_findings
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
        self._passages = PassageReader(self.lexicon)
        self._reader = SentenceReader(self.lexicon, (1, 1, 1) if policy.minimal == "mild" else (0, 0, 0))

    def read(self, text: str) -> ParsedReport:
        """The findings and remarks of one report."""
        lowered = read_spoken_marks(normalise(text))
        flat = undo_layout(lowered, text)
        sentences = self._read_sentences(flat)
        if not _is_lumbar(flat, sentences):
            return ParsedReport([], ("no lumbar spine",))
        claims, deferred = to_claims(sentences)
        findings = to_findings(claims, deferred, self.policy)
        return ParsedReport(findings, () if findings else ("no statement",))

    def parse(self, text: str) -> list[Finding]:
        """The findings of one report."""
        return self.read(text).findings

    def _read_sentences(self, text: str) -> list[Sentence]:
        lines = to_lines(text)
        tables = self._read_tables(text, lines)
        sentences: list[Sentence] = []
        read = self._reader.read
        for passage in self._passages.read(text, lines):
            number, opens, after_blank, section, region, start, end = passage
            if tables and number in tables:
                if opens:
                    sentences += [s._replace(section=section, region=region) for s in tables[number]]
                continue
            parsed, starts, ends = read(text[start:end])
            if parsed.speaks or opens:
                sentences.append(
                    Sentence(number, opens, after_blank, section, region, start, parsed, starts, ends)
                )
        return sentences

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
        words = text[cell.cell.start : cell.cell.end]
        parsed, starts, ends = self._reader.read(_GRADE_DIGIT.get(words, words))
        parsed = parsed._replace(heading=row_levels, label_sites=sites, label_sides=sides, begins_with_level=True)
        return Sentence(cell.line, True, lines[cell.line].after_blank, Section.BODY, "", cell.cell.start, parsed, starts, ends)


_GRADE_DIGIT = {"0": "none", "1": "mild", "2": "moderate", "3": "severe"}
"""Digits alone in a cell under a canal, a foramen or a recess."""


_LUMBAR = re.compile(r"lumb|\bl[- ]?s?[- ]?spine|\blss\b|\blsp\b|\bls\b|\bl/s\b|cauda equina|lumbosacral")
_ELSEWHERE = re.compile(
    r"cervical|thoracic|dorsal spine|\bc[- ]?spine|\bt[- ]?spine|\bbrain|\bhead\b|\bneck\b|\bknee|\bhip\b|shoulder|pelvis|abdomen|chest|cranial"
    r"|\bwrist|\bankle|\bfoot\b|\bc[2-7][-/]"
)
_LUMBAR_TITLE = re.compile(rf"^\W*(?:mri?\s+)?(?:of\s+)?(?:the\s+)?(?:{_LUMBAR.pattern})", re.MULTILINE)
_TITLE_LENGTH = 160


def _is_lumbar(text: str, sentences: list[Sentence]) -> bool:
    """Whether a report speaks of the lumbar spine: it names a lumbar level, or its title is of no other region."""
    if any(s.parsed.heading or s.parsed.masks for s in sentences):
        return True
    title = text.strip()[:_TITLE_LENGTH]
    if _ELSEWHERE.search(title):
        return _LUMBAR.search(title) is not None or _LUMBAR_TITLE.search(text) is not None
    return _LUMBAR.search(text) is not None or _ELSEWHERE.search(text) is None


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
