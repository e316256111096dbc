"""Lines of a delimited file to rows of cells, with a way on after a broken quote."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAX_FIELD = 1 << 24
"""Longest cell, in characters; the csv module's own limit of 131,072 is below a long report."""


MAX_ROW_LINES = 1_000_000
"""Most lines of one row; more are taken for quotes that are never closed."""

REREAD_LINES = 50_000
"""Lines that may be read again, beyond as many as there are; after that a broken quote costs all it swallowed."""


class Row(NamedTuple):
    """The cells of one row, or the fault of a row that is none.

    ``after_fault``: the row begins inside what a faulty row above it took for a quoted cell.
    """

    cells: list[str]
    fault: str | None
    after_fault: bool


def split_rows(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """The rows of a delimited file by RFC 4180, blank ones left out.

    A quote that is never closed, or closed in the middle of a cell, makes its row a fault; reading goes on with
    the line after the row's first, so a stray quote costs one row and not the rest of the file.
    """
    csv.field_size_limit(MAX_FIELD)
    tape = _Tape(lines)
    while True:
        reader = csv.reader(tape, delimiter=delimiter, strict=True)
        after_fault = tape.is_rewound()
        tape.forget()
        try:
            for cells in reader:
                if any(cells):
                    yield Row(cells, None, after_fault)
                after_fault = tape.is_rewound()
                tape.forget()
            return
        except csv.Error:
            yield Row([], "a quote is not closed, or stands in the middle of a cell", after_fault)
            tape.rewind()


class _Tape:
    """An iterator over lines that can go back to the second line taken since ``forget``."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._fresh = 0
        self._reread = 0

    def __iter__(self) -> Iterator[str]:
        taken, again = self._taken, self._again
        while again:
            taken.append(again.popleft())
            yield taken[-1]
        for line in self._lines:
            if len(taken) == MAX_ROW_LINES:
                raise csv.Error
            self._fresh += 1
            taken.append(line)
            yield line

    def is_rewound(self) -> bool:
        return bool(self._again)

    def forget(self) -> None:
        self._taken.clear()

    def rewind(self) -> None:
        """Go back, unless so much was read again already that a hostile file could make this slow."""
        self._reread += len(self._taken)
        if self._reread <= REREAD_LINES + self._fresh:
            self._again.extendleft(reversed(self._taken[1:]))
        self._taken.clear()
