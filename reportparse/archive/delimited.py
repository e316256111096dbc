"""CSV and TSV archives."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from reportparse.archive.columns import Columns, find_columns, has_columns
from reportparse.archive.lines import Lines
from reportparse.archive.record import FileFault, RECODED_REMARK, Record, refuse, to_record
from reportparse.archive.rows import Row, split_rows

_DELIMITERS = ",;\t|"
_MAX_SHAPES = 1000


def read_delimited(path: Path, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The records of a .csv or .tsv file with a header row, one per row.

    The delimiter is a tab for .tsv, else found from the header. A row with more or fewer cells than the header
    is refused (empty cells at its end aside): which of its cells is the report cannot be known.
    """
    lines = Lines(path)
    delimiter, rest = _find_delimiter(iter(lines), path)
    rows = split_rows(rest, delimiter)
    header = next(rows, None)
    if header is None:
        raise FileFault("the file is empty; expected a header row and one row per report")
    if header.fault:
        raise FileFault(f"the header row cannot be read: {header.fault}")
    names = [name.strip() for name in header.cells]
    yield from _to_records(rows, lines, len(names), find_columns(names, text_column, id_column))


def _to_records(rows: Iterator[Row], lines: Lines, width: int, columns: Columns) -> Iterator[Record]:
    id_at, text_at = columns
    shapes: set[str] = set()
    number = 0
    recoded = lines.recoded
    for cells, fault, after_fault in rows:
        if after_fault and not (len(cells) == width and _shape(cells[id_at]) in shapes):
            continue
        number += 1
        if fault is not None:
            yield refuse(number, "", fault)
        elif len(cells) != width and (len(cells) < width or any(cells[width:])):
            yield refuse(number, "", f"the row has {len(cells)} cells where the header has {width}")
        else:
            remarks = (RECODED_REMARK,) if lines.recoded > recoded else ()
            if len(shapes) < _MAX_SHAPES:
                shapes.add(_shape(cells[id_at]))
            yield to_record(number, cells[id_at], cells[text_at], remarks)
        recoded = lines.recoded


def _shape(study_id: str) -> str:
    """How an id is built, its letters and digits made one.

    After a broken quote, lines are taken for rows of their own only where their id is built like one before it: a line
    from inside a report must not become a report.
    """
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"[0-9]+", "9", study_id[:64].strip()))


def _find_delimiter(lines: Iterator[str], path: Path) -> tuple[str, Iterator[str]]:
    """The delimiter, and the lines from the header on."""
    first = next(lines, "")
    if stated := re.fullmatch(r"sep=(.)\s*", first):
        return stated.group(1), lines
    rest = chain([first] if first else [], lines)
    if path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab")):
        return "\t", rest
    splits = {d: [name.strip('" \r\n') for name in first.split(d)] for d in _DELIMITERS}
    for delimiter, names in splits.items():
        if has_columns(names):
            return delimiter, rest
    return max(_DELIMITERS, key=lambda d: len(splits[d])), rest
