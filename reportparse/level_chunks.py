"""Written levels to one chunk: a level, a list of them (``L2-3, 3-4 and 4-5``), or a range (``L1-2 through L3-4``)."""

from typing import NamedTuple

from reportparse.chunk import Chunk
from reportparse.levels import above, ALL_LEVELS, below, span_mask, to_discs, union
from reportparse.lexer import Token

DISC_KINDS = ("disc", "span", "outside")
"""Tokens that name a disc level by themselves; ``vertebra`` does so only in a range."""

_JOINERS = ("comma", "and", "or", "slash", "levelword", "at")
_MOST_JOINERS = 4

_NO_LEVEL = ""
"""The value of an ``outside`` token that names no level at all (``retrovertebral``), so that no range begins there."""


class _Named(NamedTuple):
    """What is named: a mask per disc, none for levels outside the six; the index of the token after it."""

    masks: tuple[int, ...]
    end: int


def read_levels(tokens: list[Token], at: int, chunks: list[Chunk], masks: list[tuple[int, ...]]) -> int:
    """Append the chunk of the levels that begin at a token, and their masks; returns the index after them.

    A list whose next level comes after both a comma and ``at`` ends there: ``mild at L3-4, at L4-5 severe``.
    """
    named = _read_range(tokens, at)
    if named is None:
        chunks.append(Chunk(tokens[at].concept, "", at, at))
        return at + 1
    levels, end = list(named.masks), named.end
    while (look := _next_of_list(tokens, end)) >= 0:
        another = _read_range(tokens, look)
        assert another is not None  # only a vertebra by itself names no level
        levels += another.masks
        end = another.end
    first, end, levels = _widen(tokens, at, end, chunks, levels)
    kept = tuple(dict.fromkeys(level for level in levels if level))
    if kept:
        chunks.append(Chunk("level", str(len(kept)), first, end - 1))
        masks.append(kept)
    else:
        chunks.append(Chunk("outside", "", first, end - 1))
    return end


def _next_of_list(tokens: list[Token], end: int) -> int:
    """The index of the next level of a list, -1 where the list ends."""
    look = end
    while look < len(tokens) and tokens[look].concept in _JOINERS and look - end < _MOST_JOINERS:
        look += 1
    if look >= len(tokens) or tokens[look].concept not in DISC_KINDS:
        return -1
    joining = [t.concept for t in tokens[end:look]]
    return -1 if "comma" in joining and "at" in joining else look


def _widen(
    tokens: list[Token], first: int, end: int, chunks: list[Chunk], levels: list[int]
) -> tuple[int, int, list[int]]:
    """``above L4-5``: the levels above it; ``L3-4 and up``: it and those above. Returns first, end and levels anew."""
    mask = union(levels)
    before = chunks[-1] if chunks else None
    if mask and before is not None and before.kind == "direction" and before.value in ("above", "below"):
        chunks.pop()
        return before.first, end, [above(mask) if before.value == "above" else below(mask)]
    if end < len(tokens) and tokens[end].concept == "direction" and tokens[end].value in ("up", "down"):
        return first, end + 1, [mask | (above(mask) if tokens[end].value == "up" else below(mask))]
    return first, end, levels


def _read_range(tokens: list[Token], at: int) -> _Named | None:
    """One level or a range of levels; None for a vertebra by itself."""
    token = tokens[at]
    other = tokens[at + 2] if at + 2 < len(tokens) and tokens[at + 1].concept in ("through", "dash") else None
    if token.concept == "vertebra":
        if other is None or other.concept != "vertebra":
            return None
        mask = span_mask(_numbers(token)[0], _numbers(other)[0])
        return _Named(to_discs(mask), at + 3)
    to_disc = other is not None and other.concept in ("disc", "span")
    if token.concept == "outside":
        if other is not None and to_disc and token.value != _NO_LEVEL:
            return _Named(to_discs((max(_numbers(other)) << 1) - 1), at + 3)
        return _Named((), at + 1)
    if other is not None and to_disc:
        both = _numbers(token) + _numbers(other)
        return _Named(to_discs((max(both) << 1) - min(both) & ALL_LEVELS), at + 3)
    return _Named(_numbers(token), at + 1)


def _numbers(token: Token) -> tuple[int, ...]:
    """The masks of a level token, or the rung of a vertebra."""
    return tuple(int(number) for number in token.value)
