"""Which levels a segment speaks of: levels lead what follows them, or close the list before them."""

from typing import NamedTuple

from reportparse.clause import Clause, is_aside, STRONG
from reportparse.segment import LIST_JOINERS, Segment


class LevelScope(NamedTuple):
    """The levels of a segment: ordinals of ``level`` chunks, a quantifier, or a level outside the six."""

    levels: tuple[int, ...] = ()
    quantifier: str = ""
    outside: bool = False


def find_levels(c: Clause) -> list[LevelScope]:
    """The levels of each segment: its own, those that lead it, or those its list ends in.

    A level written before what it speaks of leads (``at L4-5 mild canal and severe foraminal stenosis``), one written
    after it goes with the list before it (``mild canal and severe foraminal stenosis at L4-5``).
    """
    found: list[LevelScope | None] = [None] * len(c.segments)
    leading: LevelScope | None = None
    for i, s in enumerate(c.segments):
        if s.quantifier in ("above", "below") and (c.dead[i] or (not s.has_value and is_aside(c, i))):
            continue
        if not (s.levels or s.quantifier or s.outside):
            found[i] = leading
            continue
        here = found[i] = _own_levels(s)
        if c.headed and s.more and not s.names_place:
            found[i] = None if c.dead[i] else here
        elif _is_leading(c, i, found):
            leading = here
        else:
            _spread_left(c, i, here, found)
            following = c.next(i)
            if following is not None and following.joiner == "rel":
                leading = here
    return _spread_right(c, found)


def _own_levels(s: Segment) -> LevelScope:
    """What the segment itself names; ``more noticeably at L4-5`` is marked ``more``: the level is one of many."""
    is_worst = s.more and bool(s.levels) and not s.names_place
    return LevelScope(tuple(s.levels), "more" if is_worst else s.quantifier, s.outside and not s.levels)


def _is_leading(c: Clause, i: int, found: list[LevelScope | None]) -> bool:
    """Whether the levels of segment i speak for the segments after it.

    A level between commas does so where something of no level follows and an earlier segment has its levels already.
    """
    s = c.segments[i]
    if s.quantifier and s.level_first:
        return True
    if i > 0 and s.joiner not in STRONG and not s.has_content:
        following = c.next(i)
        content_follows = following is not None and following.has_content and not following.levels
        return content_follows and any(f is not None for f in found[:i])
    return s.level_first and (s.has_content or i == 0 or s.joiner in STRONG)


def _spread_left(c: Clause, i: int, here: LevelScope, found: list[LevelScope | None]) -> None:
    """A level at the end of a list speaks for the members before it that have none."""
    s = c.segments[i]
    closes_contrast = i > 0 and s.joiner == "contrast" and _is_phrase(s) and _is_phrase(c.segments[i - 1])
    if c.headed or (s.joiner in (*STRONG, "except") and not closes_contrast) or (s.more and s.has_content):
        return
    alone = not (s.has_content or c.bare[i])
    earlier = any(f is not None for f in found[:i])
    if earlier and c.dead[i]:
        return
    for j in range(i - 1, -1, -1):
        t = c.segments[j]
        apart = earlier and c.segments[j + 1].joiner not in (*LIST_JOINERS, "(")
        if found[j] is not None or t.multilevel or apart:
            return
        found[j] = here
        if t.joiner == ";" or (t.joiner in STRONG and not alone):
            return


def _is_phrase(s: Segment) -> bool:
    """``severe canal stenosis``, ``no foraminal stenosis``: a noun with what is said of it, and no verb."""
    return bool(s.sten and s.names_place) and not (s.be or s.verb)


def _spread_right(c: Clause, found: list[LevelScope | None]) -> list[LevelScope]:
    """Segments still without levels take those of the segment before; ``all`` and ``remaining`` only within a list."""
    last = LevelScope()
    levels: list[LevelScope] = []
    for s, own in zip(c.segments, found, strict=True):
        if own is not None:
            last = own
        goes_on = last.quantifier not in ("all", "remaining") or s.joiner in (*LIST_JOINERS, ":", "-")
        levels.append(last if own is not None or goes_on else LevelScope())
    return levels
