"""Written levels: ``L4-5``, ``D12/L1``, ``L45``, ``L4 on L5``, ``T12 to L3`` as sets of disc levels.

A set of levels is a bit mask, bit 0 for T12-L1 to bit 5 for L5-S1. Vertebrae stand on a ladder: Tn at n, Ln at 12 + n,
S1 at 18; the disc below rung r has bit r - 12.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from lexicons.vocabulary import Level, LEVELS

LEVEL_COUNT = len(LEVELS)
ALL_LEVELS = (1 << LEVEL_COUNT) - 1

_RUNG = r"(?:1[0-2]|[1-9])"
LEVEL_PATTERN = (
    rf"(?:th?|[ldcs]|lumbar)[ .]?-?{_RUNG}"
    rf"(?:\s?(?:[-/\\]|\b(?:on|upon|over)\b|to(?=[ls]))\s?[ltdcs]?\s?(?:{_RUNG}|i\b)(?![0-9]|\s?(?:mm|cm)\b|[.][0-9]))+"
    rf"|[ltd]{_RUNG}\s?[ls][1-6]\b"
    r"|l(?:12|23|34|45|51|5s1)\b|ls1\b|l5\s?[-/]\s?s\b|l[1-5]\s[2-5]\b(?!\s?(?:mm|cm|x|[.]|-|/))"
    rf"|[ltdcs]-?{_RUNG}(?![0-9])"
)
"""One level expression in lower-case text with plain hyphens, from a word boundary on."""

BARE_PAIR_PATTERN = (
    r"(?<![0-9/.,-])(?:1\s?[-/]\s?2|2\s?[-/]\s?3|3\s?[-/]\s?4|4\s?[-/]\s?5|5\s?[-/]\s?[1s]1?)"
    r"(?![0-9/]|-[0-9]|[.][0-9]|\s?(?:mm|cm|weeks?|months?|days?|years?)\b)"
)
"""A level without its letter (``4-5``); it counts only beside another level or after a level cue."""

_REGION = {"t": "t", "d": "t", "l": "l", "s": "s", "c": "c"}
_PIECE = re.compile(r"([ltdcs]?)\s?-?(1[0-2]|[1-9])")


class LevelWord(NamedTuple):
    """A level expression read.

    kind: ``disc`` (one or more discs named pair by pair), ``span`` (vertebra to vertebra), ``vertebra``, or
    ``outside`` (a disc level that is not one of the six). masks: a bit mask per disc named, in the order named.
    rung: of the vertebra, for ``vertebra``.
    """

    kind: str
    masks: tuple[int, ...]
    rung: int


_OUTSIDE = LevelWord("outside", (), 0)


def to_mask(names: str) -> int:
    """The bit mask of comma-separated level names."""
    return sum(1 << LEVELS.index(Level(name)) for name in names.split(","))


def span_mask(upper: int, lower: int) -> int:
    """The discs between two rungs."""
    return sum(1 << bit for bit in range(LEVEL_COUNT) if upper <= bit + 12 < lower)


def to_discs(mask: int) -> tuple[int, ...]:
    """The masks of the single discs of a set, from head to foot."""
    return tuple(1 << bit for bit in range(LEVEL_COUNT) if mask >> bit & 1)


def union(masks: Iterable[int]) -> int:
    """The set of all levels that are in any of some sets."""
    found = 0
    for mask in masks:
        found |= mask
    return found


@lru_cache(4096)
def parse_level(words: str) -> LevelWord:
    """What a level expression names; ``words`` is a match of ``LEVEL_PATTERN`` or ``BARE_PAIR_PATTERN``."""
    words = words.replace("lumbar", "l").replace("th", "t").replace(".", " ").replace("si", "s1")
    if re.fullmatch(r"l5\s?[-/]\s?s", words):
        words = "l5-s1"
    for glued, full in (("5s1", "5-s1"), ("ls1", "l5-s1")):
        words = words.replace(glued, full)
    if re.fullmatch(r"l[1-5][1-5]", words):
        words = f"{words[:2]}-{words[2]}"
    pieces = _PIECE.findall(words)
    rungs = _to_rungs(pieces)
    if rungs is None:
        return _OUTSIDE
    if len(rungs) == 1:
        return LevelWord("vertebra", (), rungs[0])
    return _join(rungs)


def _to_rungs(pieces: list[tuple[str, str]]) -> list[int] | None:
    """Rungs of the vertebrae named, or None where one is outside T11..S1."""
    letter, rungs = "l", list[int]()
    for written, digits in pieces:
        number = int(digits)
        if written:
            letter = _REGION[written]
        elif rungs and rungs[-1] == 17 and number == 1:
            letter = "s"
        elif rungs and rungs[-1] == 12 and number == 1:
            letter = "l"
        rung = {"t": number, "l": 12 + number, "s": 17 + number, "c": -10 - number}[letter]
        if (letter == "l" and number > 5) or (letter == "s" and number > 1) or letter == "c" or rung < 1:
            return None
        rungs.append(rung)
    return rungs


def _join(rungs: list[int]) -> LevelWord:
    """The discs between each vertebra named and the next, in the order named."""
    masks = list[int]()
    kind = "disc"
    for upper, lower in pairwise(rungs):
        upper, lower = min(upper, lower), max(upper, lower)
        mask = span_mask(upper, lower)
        if lower - upper > 1:
            kind = "span"
        masks += to_discs(mask)
    masks = list(dict.fromkeys(masks))
    return LevelWord(kind, tuple(masks), 0) if masks else _OUTSIDE


def above(mask: int) -> int:
    """The levels cranial to the uppermost of a set."""
    lowest_bit = mask & -mask
    return lowest_bit - 1 if mask else 0


def below(mask: int) -> int:
    """The levels caudal to the lowest of a set."""
    return ALL_LEVELS & ~((1 << mask.bit_length()) - 1) if mask else 0
