"""Hard wraps: whether a line of a report goes on from the line before it.

Told by what the lines say (a bullet, a level, a label begins something; a preposition asks for more) and by the shape
of the text (whether there was room for the next word). Known weakness: notes typed line by line in small letters, with
lines of about the same length, are taken for wrapped.
"""

import re
from typing import NamedTuple

_BULLET = re.compile(r"[ \t]*(?:[-*#>]+(?=[a-z])|(?:[-*#>]+|\(?\d{1,2}[.)]|\(?[a-h][.)])[ \t]+)")
_LEVEL_START = re.compile(r"[ \t*#-]*(?:at |level |the )?(?:[ltd](?:1[0-2]|[1-9])|l\s?[-.]?\s?\d)\s?[-/ ls]{0,4}\d?\b")
_LEVEL_HEADING = re.compile(
    r"[ \t*#-]*(?:at |level )?[ltd]\s?(?:1[0-2]|[1-9])\s?[-/]\s?[ls]?\s?\d\b(?:\s*[:.)-]|\s{2,}|\s*$)"
)
_LEVEL_LABEL = re.compile(
    r"[ \t*#-]*(?:at |level )?[ltd]\s?(?:1[0-2]|[1-9])\s?[-/]\s?[ls]?\s?\d(?: (?:level|disc))?\s?:"
)
_LABEL_START = re.compile(r"[ \t*#-]*[a-z][a-z /,&()]{0,40}:")
_ENDS = tuple(".:!?|")

WIDEST_WRAP = 100
"""Lines longer than this are taken for hard wrapped only where there are two of about the same length."""

_NARROWEST_WRAP = 40
"""Narrower lines are written one under the other, and tell nothing of the room that was left."""

_UNWRAPPED = 10_000
"""A width that leaves room in every line."""

_SHORT_LINE = 30
"""A line of no more characters has said little; the next is not taken for its end."""

_ROOM = 12
"""A line that would have had less room for the next word was wrapped."""

_NEVER_FIRST = frozenset("is are and or of which with respectively".split())
"""A line that begins with one of these goes on from the one before."""

_OFTEN_FIRST = frozenset("the no adequate there normal diffuse small evidence features feature mild both".split())
"""Words that begin a note's next line as often in small letters as in capitals."""

_AWAITS_LEVEL = re.compile(r"(?:\b(?:at|and|or|to|through|from|of|between)|[&+,])$")
_OPEN_END = re.compile(
    r"\b(?:and|or|of|the|with|at|to|without|mild|mildly|moderate|moderately|severe|severely|left|right|bilateral|no|not"
    r"|nor|neither|central|neural|foraminal|lateral|greater|than|is|are|by|from|in|on|due|a|an|for|both|causing"
    r"|compressing|encroaching|narrowing of|spinal|,)[ \t]*,?$|,[ \t]*$"
)
_ON_SIDE = re.compile(r"\bon (?:the |both )?(?:left|right)$|\bmore (?:to|on) (?:the )?(?:left|right)$")


class Shape(NamedTuple):
    """What the lines of a text tell of its wrapping.

    width: of the longest line, or more than any where nothing shows the lines to be wrapped. several: more than one
    line is about that long. broken: a line about that long ends in the middle of a sentence. cased: the text is neither
    all capitals nor all small letters.
    """

    width: int
    several: bool
    broken: bool
    cased: bool


def read_shape(rows: list[str], original: str, lowered: str) -> Shape:
    """The shape of a text, given as rows of its lower-case form and as written."""
    width = max(map(len, rows))
    full = [row.rstrip() for row in rows if len(row) >= width - _ROOM]
    several = len(full) > 1
    broken = several and any(row and row[-1] not in _ENDS for row in full)
    cased = original != original.upper() and original != lowered
    return Shape(_UNWRAPPED if width > WIDEST_WRAP and not several else width, several, broken, cased)


def ends_statement(row: str) -> bool:
    """Whether a line ends in a mark that ends what it says."""
    return row[-1] in _ENDS


def is_wrapped(before: str, line: str, original: str, at: int, shape: Shape) -> bool:
    """Whether a line goes on from the one before: no new item begins here, and no room was left there.

    before: the line before, stripped; at: where the line starts in the original text.
    """
    if _introduces(before, line):
        return not starts_with_level(line)
    ended = ends_statement(before) or before.rstrip("\"')*")[-1:] in _ENDS
    if (ended and not shape.broken) or _is_item(line):
        return False
    first_word = line.split(None, 1)[0]
    room = shape.width - len(before) - 1 - len(first_word)
    if ended:
        return room < 0 and shape.width >= _NARROWEST_WRAP and not _begins(line)
    no_room = room < _ROOM and shape.width >= _NARROWEST_WRAP
    written = original[at : at + len(line)]
    if _begins(line):
        return _goes_on_with_level(before, line, written, shape, no_room)
    if _needs_more(before) or first_word in _NEVER_FIRST:
        return True
    return _goes_on_with_word(before, line, written, shape, no_room)


def _introduces(before: str, line: str) -> bool:
    """``Findings are as follows. Levels:`` above a line that begins nothing new: the colon is of the sentence."""
    return before[-1] == ":" and ". " in before and not _LABEL_START.match(line) and not _BULLET.match(line)


def _is_item(line: str) -> bool:
    """Whether a line is an item of a list, a row of a table, or a level with a colon."""
    columns = "|" in line or "\t" in line or "   " in line.strip()
    return columns or bool(_BULLET.match(line) or _LEVEL_LABEL.match(line))


def _begins(line: str) -> bool:
    """Whether a line begins with a level or a label."""
    return bool(_LEVEL_START.match(line) or _LABEL_START.match(line) or _LEVEL_HEADING.match(line))


def _goes_on_with_level(before: str, line: str, written: str, shape: Shape, no_room: bool) -> bool:
    """Whether a line that begins with a level or a label goes on all the same: the line before asks for one."""
    is_small = not shape.cased or written.lstrip()[:1].islower()
    if no_room and is_small and not _LEVEL_START.match(line) and _needs_more(before):
        return True
    return (no_room and (before[-1] in ",-/" or line.lstrip().startswith("at "))) or _awaits_level(before)


def _goes_on_with_word(before: str, line: str, written: str, shape: Shape, no_room: bool) -> bool:
    """Whether a line that begins with any other word goes on: by its first letter and the room before it."""
    if shape.cased:
        indent = len(line) - len(line.lstrip())
        word = written[indent : indent + len(line.split(None, 1)[0])].strip("(),.;:")
        if word[:1].isupper() and not word.isupper():
            return False
        if word[:1].islower():
            crowded = no_room and (shape.several or line.split(None, 1)[0] not in _OFTEN_FIRST)
            return shape.width < _NARROWEST_WRAP or before[-1] == ";" or crowded
    return no_room and len(before) > _SHORT_LINE


def _awaits_level(before: str) -> bool:
    """Whether a line breaks off where a level must follow (``... stenosis at``)."""
    return _AWAITS_LEVEL.search(before) is not None and len(before.split()) > 2


def _needs_more(before: str) -> bool:
    """Whether a line breaks off in the middle of a phrase."""
    return _OPEN_END.search(before) is not None and _ON_SIDE.search(before) is None and len(before.split()) > 2


def starts_with_level(line: str) -> bool:
    """Whether a line begins with a level set apart (``L4-5:``, ``L4-5  Disc bulge``)."""
    return _LEVEL_HEADING.match(line) is not None
