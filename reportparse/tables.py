"""Tables in a report, cut into cells: rows of levels under columns of places, or the other way round."""

import re
from typing import NamedTuple

from reportparse.layout import Line

_RULE = re.compile(r"^[\s|+:=-]*$")
_EMPTY = re.compile(r"^[\s\-.–/x]*$|^n/?a$|^not (?:stated|mentioned|imaged|recorded|graded|given)$")

FEWEST_COLUMNS = 3


class Cell(NamedTuple):
    """A cell's text offsets."""

    start: int
    end: int


class Row(NamedTuple):
    """A line cut into cells; piped: by pipes or tabs, so that cells stand by number and not by position."""

    line: int
    cells: tuple[Cell, ...]
    piped: bool


class TableCell(NamedTuple):
    """A cell with its headings: the offsets of its column's heading, its row's heading and itself."""

    line: int
    column: Cell
    row: Cell
    cell: Cell


def to_row(text: str, number: int, line: Line) -> Row | None:
    """The cells of a line, or None where it has fewer than ``FEWEST_COLUMNS``."""
    words = text[line.start : line.end]
    if words.count("|") >= 2 or words.count("\t") >= 2:
        return _cut_at(text, number, line, "|" if words.count("|") >= 2 else "\t")
    if words.count(";") >= 3 and ":" not in words:
        return _cut_at(text, number, line, ";")
    if words.count(" / ") >= 2:
        return _cut_at(text, number, line, " / ")
    if "   " not in words.strip():
        return None
    cells = [Cell(line.start + m.start(), line.start + m.end()) for m in re.finditer(r"\S+(?:\s\S+)*", words)]
    return Row(number, tuple(cells), False) if len(cells) >= FEWEST_COLUMNS else None


def _cut_at(text: str, number: int, line: Line, mark: str) -> Row:
    """The cells between marks, blanks around them left out; empty ones at the ends only where pipes frame the row."""
    cells: list[Cell] = []
    at = line.start
    for piece in text[line.start : line.end].split(mark):
        lead = len(piece) - len(piece.lstrip())
        cells.append(Cell(at + min(lead, len(piece)), at + max(len(piece.rstrip()), min(lead, len(piece)))))
        at += len(piece) + len(mark)
    if mark == "|" and cells[0].start >= cells[0].end:
        cells = cells[1:]
    if mark == "|" and cells and cells[-1].start >= cells[-1].end:
        cells = cells[:-1]
    return Row(number, tuple(cells), True)


def find_tables(text: str, lines: list[Line]) -> list[list[Row]]:
    """Runs of two or more lines that can be cut into cells the same way, rules (``|---|---|``) left out."""
    tables: list[list[Row]] = []
    rows: list[Row] = []
    for number, line in enumerate(lines):
        if _RULE.match(text[line.start : line.end]):
            continue
        row = to_row(text, number, line)
        if row is not None and rows and row.piped == rows[0].piped and not (line.after_blank and len(rows) < 2):
            rows.append(row)
        else:
            if len(rows) >= 2:
                tables.append(rows)
            rows = [row] if row is not None else []
    if len(rows) >= 2:
        tables.append(rows)
    return tables


def to_table_cells(text: str, rows: list[Row]) -> list[TableCell]:
    """The filled cells below the first row and right of the first column, with their headings."""
    head = rows[0]
    found: list[TableCell] = []
    for row in rows[1:]:
        if not row.cells:
            continue
        for number, cell in enumerate(row.cells):
            column = _column(head, row, number)
            if number == 0 or column is None or _EMPTY.match(text[cell.start : cell.end]):
                continue
            found.append(TableCell(row.line, column, row.cells[0], cell))
    return found


def _column(head: Row, row: Row, number: int) -> Cell | None:
    """The heading of a cell: by number in a piped table, else the one that stands nearest above it."""
    if row.piped or len(head.cells) == len(row.cells):
        return head.cells[number] if number < len(head.cells) else None
    if len(head.cells) == len(row.cells) - 1:
        return head.cells[number - 1] if number else None
    line_start = row.cells[0].start
    offset = row.cells[number].start - line_start
    head_start = head.cells[0].start
    return min(head.cells, key=lambda c: abs((c.start - head_start) - offset))
