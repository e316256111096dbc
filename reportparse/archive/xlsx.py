"""Excel archives (.xlsx)."""

import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from reportparse.archive.columns import find_columns, has_columns
from reportparse.archive.record import ArchiveError, FileFault, Record, to_record


def read_xlsx(path: Path, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The records of a workbook, one per row of its first sheet with a text and an id column; row 1 is the header.

    openpyxl holds all different strings of a workbook in memory: for archives of a million reports use another format.
    """
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped]
    except ImportError:
        raise ArchiveError("reading .xlsx needs openpyxl: pip install 'lumbar[xlsx]'") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(path, read_only=True, data_only=True)
        except OSError:
            raise
        except Exception:
            raise FileFault("the workbook cannot be opened; it is cut off, damaged or encrypted") from None
        try:
            yield from _read_sheet(_find_sheet(book.worksheets, text_column, id_column), text_column, id_column)
        finally:
            book.close()


def _find_sheet(sheets: Sequence[Any], text_column: str | None, id_column: str | None) -> Any:
    if not sheets:
        raise FileFault("the workbook has no sheet with cells")
    for sheet in sheets:
        sheet.reset_dimensions()
        names = _header(next(_rows(sheet), ()))
        if {text_column, id_column} - {None} <= set(names) and (text_column or id_column or has_columns(names)):
            return sheet
    return sheets[0]


def _read_sheet(sheet: Any, text_column: str | None, id_column: str | None) -> Iterator[Record]:
    rows = _rows(sheet)
    names = _header(next(rows, ()))
    if not names:
        raise FileFault("the first sheet is empty; expected a header row and one row per report")
    id_at, text_at = find_columns(names, text_column, id_column)
    filled = (row for row in rows if any(cell is not None for cell in row))
    for number, row in enumerate(filled, 1):
        cells = [*row, *[None] * (len(names) - len(row))]
        yield to_record(number, _unescaped(cells[id_at]), _unescaped(cells[text_at]))


def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:
    rows = sheet.iter_rows(values_only=True)
    while True:
        try:
            row = list(islice(rows, 1))
        except Exception:
            raise FileFault("the sheet is damaged here; the rows before it were kept") from None
        if not row:
            return
        yield row[0]


def _header(row: tuple[object, ...]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in row]


def _unescaped(cell: object) -> object:
    """The cell with Excel's ``_x000D_`` escapes read."""
    from openpyxl.utils.escape import unescape  # type: ignore[import-untyped]

    return unescape(cell) if isinstance(cell, str) and "_x" in cell else cell
