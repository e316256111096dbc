"""Lines: page furniture blanked, hard wraps undone.

Every step keeps the length of the text, so an offset in the result is an offset in the report.
"""

import re
from typing import NamedTuple

from reportparse.wraps import ends_statement, is_wrapped, read_shape

_FURNITURE = re.compile(
    r"^[ \t]*(?:[-=_*.#~]{4,}[ \t]*$|[-=_* ]*continued on (?:next )?page|.*\bpage\s+\d+\s*$|page\s+\d+\s+(?:of|/)\s+\d+"
    r"|\(?electronically\s+signed|pt:\s|patient\s*(?:name|id)\b"
    r"|mrn\b|dob\b|dictated\s+by|transcribed\s+by|accession\b|\(?continued\)?\s*$).*$",
    re.MULTILINE,
)
_FURNITURE_CUE = re.compile(r"[-=_*.#~]{4}|page \d|signed|patient|[pmd][rto][nb:]|dictated|transcr|accession|continued")
_BLANKED = "\x01"
"""Stands for the characters of page furniture until wraps are undone, so that a sentence goes on over a page break."""


class Line(NamedTuple):
    """A line after hard wraps are undone: offsets, whether a blank line precedes it, and its indent.

    indent: columns before its first letter or digit, a bullet counted in.
    """

    start: int
    end: int
    after_blank: bool
    indent: int


def undo_layout(lowered: str, original: str) -> tuple[str, list[Line], bool]:
    """The plain text with page furniture blanked and hard wraps undone, its lines, and whether it was wrapped.

    lowered: the text as ``to_plain`` gives it; original: as it is in the report.
    """
    if _FURNITURE_CUE.search(lowered):
        lowered = _FURNITURE.sub(lambda m: _BLANKED * len(m.group()), lowered)
    rows = lowered.split("\n")
    shape = read_shape(rows, original, lowered)
    wraps: list[int] = []
    lines: list[Line] = []
    at, before, blank = 0, "", True
    for row in rows:
        stripped = row.strip()
        if not stripped:
            before, blank = "", True
        elif stripped[0] == _BLANKED:
            if before and not ends_statement(before):
                wraps.append(at - 1)
        else:
            if before and is_wrapped(before, row, original, at, shape):
                wraps.append(at - 1)
                lines[-1] = lines[-1]._replace(end=at + len(row))
            else:
                lines.append(Line(at, at + len(row), blank, len(row) - len(row.lstrip(" \t-*>|."))))
            before, blank = stripped, False
        at += len(row) + 1
    return (_blank(lowered, wraps) if wraps or _BLANKED in lowered else lowered), lines, len(wraps) > 1


def _blank(text: str, wraps: list[int]) -> str:
    """The text with spaces for furniture and for the line breaks of wraps."""
    characters = list(text.replace(_BLANKED, " "))
    for at in wraps:
        characters[at] = " "
    return "".join(characters)
