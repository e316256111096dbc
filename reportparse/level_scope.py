"""Which levels a segment speaks of: levels lead what follows them, or close the list before them."""

from reportparse.clause import Clause, is_aside, STRONG
from reportparse.segment import LIST_JOINERS


def find_levels(c: Clause) -> list[tuple[tuple[int, ...], str, bool]]:
    """For each segment the level ordinals, the quantifier and whether the level is outside the grid."""
    found: list[tuple[tuple[int, ...], str, bool] | None] = [None] * len(c.segments)
    leading: tuple[tuple[int, ...], str, bool] | None = None
    for i, s in enumerate(c.segments):
        noticeably = s.more and bool(s.levels) and not s.names_place
        here = (tuple(s.levels), "more" if noticeably else s.quantifier, s.outside and not s.levels)
        if s.quantifier in ("above", "below") and (c.dead[i] or (not s.has_value and is_aside(c, i))):
            continue
        if not (s.levels or s.quantifier or s.outside):
            found[i] = leading
            continue
        found[i] = here
        alone = not (s.has_content and (c.sites[i] or c.bare[i] or c.dead[i]))
        is_leading = s.level_first and (s.has_content or i == 0 or s.joiner in STRONG)
        if alone and i > 0 and s.joiner not in STRONG and not s.has_content:
            is_leading = any(f is not None for f in found[:i]) and content_follows(c, i)
        if c.headed and s.more and not s.names_place:
            found[i] = here if not c.dead[i] else None
        elif is_leading or (s.quantifier and s.level_first):
            leading = here
        else:
            spread_left(c, i, here, found)
            if i + 1 < len(c.segments) and c.segments[i + 1].joiner == "rel":
                leading = here
    last: tuple[tuple[int, ...], str, bool] | None = None
    for i, level in enumerate(found):
        if level is None:
            spreads = last is not None and (
                last[1] not in ("all", "remaining") or c.segments[i].joiner in (*LIST_JOINERS, ":", "-")
            )
            found[i] = last if spreads else None
        else:
            last = level
    none = ((), "", False)
    return [f if f is not None else none for f in found]


def content_follows(c: Clause, i: int) -> bool:
    return i + 1 < len(c.segments) and c.segments[i + 1].has_content and not c.segments[i + 1].levels


def spread_left(
    c: Clause, i: int, here: tuple[tuple[int, ...], str, bool], found: list[tuple[tuple[int, ...], str, bool] | None]
) -> None:
    """A level at the end of a list speaks for the members before it that have none."""
    if c.headed or c.segments[i].joiner in STRONG or (c.segments[i].more and c.segments[i].has_content):
        return
    if c.segments[i].joiner == "except":
        return
    alone = not (c.segments[i].has_content or c.bare[i])
    earlier = any(f is not None for f in found[:i])
    if earlier and c.dead[i]:
        return
    for j in range(i - 1, -1, -1):
        if found[j] is not None or c.segments[j].multilevel:
            return
        if earlier and c.segments[j + 1].joiner not in LIST_JOINERS:
            return
        found[j] = here
        if c.segments[j].joiner == ";" or (c.segments[j].joiner in STRONG and not alone):
            return
