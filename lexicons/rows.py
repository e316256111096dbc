"""Phrase tables as written: the rows of a folder of TSV files, and what keeps a line from being one."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HEADER = ["phrase", "concept", "value", "example"]


class Row(NamedTuple):
    """One row of a phrase table, with the file and line it stands in; ``||`` parts several examples."""

    phrase: str
    concept: str
    value: str
    example: str
    file: str
    line: int

    @property
    def examples(self) -> list[str]:
        """The examples one by one."""
        return [example for piece in self.example.split("||") if (example := piece.strip())]


class Fault(NamedTuple):
    """What is wrong with this line of this file."""

    file: str
    line: int
    message: str


class LexiconError(ValueError):
    """A phrase table that cannot be used; the message names the file and the line."""


def read_rows(folder: Path) -> list[Row]:
    """The rows of all ``*.tsv`` files of a folder, by file name and line; LexiconError at the first bad line."""
    rows: list[Row] = []
    for row in read_lines(folder):
        if isinstance(row, Fault):
            raise LexiconError(f"{row.file}:{row.line}: {row.message}")
        rows.append(row)
    return rows


def read_lines(folder: Path) -> Iterator[Row | Fault]:
    """As ``read_rows``, but a fault where a line is no row; empty lines and those that begin with # are passed over."""
    paths = sorted(folder.glob("*.tsv"))
    if not paths:
        raise LexiconError(f"{folder.name}: no .tsv file in this folder")
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            yield Fault(path.name, error.object.count(b"\n", 0, error.start) + 1, "not UTF-8")
        else:
            yield from _read_table(path.name, text)


def _read_table(name: str, text: str) -> Iterator[Row | Fault]:
    reader = csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    for line, cells in enumerate(reader, start=1):
        if line == 1:
            if cells != HEADER:
                yield Fault(name, 1, f"the header is {cells}, expected {HEADER}")
                return
        elif cells and not cells[0].startswith("#"):
            yield _to_row(name, line, cells)


def _to_row(name: str, line: int, cells: list[str]) -> Row | Fault:
    if not 2 <= len(cells) <= len(HEADER):
        return Fault(name, line, f"{len(cells)} cells, expected {len(HEADER)}, parted by tabs")
    phrase, concept, value, example, *_ = (cell.strip() for cell in (*cells, "", ""))
    return Row(phrase, concept, value, example, name, line)
