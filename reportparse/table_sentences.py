"""Tables as sentences: each cell is read under the level and the place that its row and its column name."""

from reportparse.finding import Section
from reportparse.layout import Line
from reportparse.reader import SentenceReader
from reportparse.sentence import Sentence
from reportparse.tables import Cell, find_tables, TableCell, to_table_cells

_GRADE_MARK = {
    "0": "none", "1": "mild", "2": "moderate", "3": "severe", "+": "mild", "++": "moderate", "+++": "severe",
}  # fmt: skip
"""Digits and plus signs alone in a cell under a canal, a foramen or a recess."""

LONGEST_HEADING = 40


def read_tables(reader: SentenceReader, text: str, lines: list[Line]) -> dict[int, list[Sentence]]:
    """The sentences that stand for the lines of tables, by line number."""
    if not any(mark in text for mark in ("|", "\t", "   ", " / ", ";")):
        return {}
    found: dict[int, list[Sentence]] = {}
    for rows in find_tables(text, lines):
        if sum(_is_heading(reader, text, cell) for cell in rows[0].cells) < 2:
            continue
        cells = to_table_cells(text, rows)
        sentences = [s for cell in cells if (s := _read_cell(reader, text, cell, lines)) is not None]
        if sentences:
            found |= {row.line: [] for row in rows}
            for sentence in sentences:
                found[sentence.line].append(sentence)
    return found


def _is_heading(reader: SentenceReader, text: str, cell: Cell) -> bool:
    """Whether a column heading is short and names a level or a place."""
    words = text[cell.start : cell.end].rstrip(": ")
    if len(words) > LONGEST_HEADING or ":" in words or ";" in words:
        return False
    levels, sites, _ = reader.read_place(words)
    return bool(levels) or sites is not None


def _read_cell(reader: SentenceReader, text: str, cell: TableCell, lines: list[Line]) -> Sentence | None:
    """A cell as a sentence under its level and its place; None where its headings are not such."""
    levels, sites, sides = reader.read_place(text[cell.column.start : cell.column.end])
    row_levels, row_sites, row_sides = reader.read_place(text[cell.row.start : cell.row.end])
    if levels and not row_levels:
        levels, sites, sides, row_levels = (), row_sites, row_sides, levels
    if levels or not row_levels or sites is None:
        return None
    words = text[cell.cell.start : cell.cell.end]
    parsed, starts, ends = reader.read(_GRADE_MARK.get(words, words))
    parsed = parsed._replace(heading=row_levels, label_sites=sites, label_sides=sides, begins_with_level=True)
    ends = [min(end, len(words)) for end in ends]  # a mark is shorter than its word
    blank = lines[cell.line].after_blank
    return Sentence(cell.line, True, blank, Section.BODY, "", cell.cell.start, 0, parsed, starts, ends)
