"""Segments to statements: each value is given its sites, sides and levels by the structure of the sentence.

A segment that lacks a site takes it from a shared head to its right (``moderate left and mild right foraminal
narrowing``) or from the topic to its left (``foraminal narrowing, severe on the left``); one that lacks a value takes
it from a predicate to its right or shares the value to its left. The nearest word never decides by nearness alone.
"""

from reportparse.clause import Clause, is_aside, ROOTED
from reportparse.level_scope import find_levels, LevelScope
from reportparse.other_findings import absorb
from reportparse.places import find_site
from reportparse.roots import open_roots, place_roots
from reportparse.segment import Segment
from reportparse.sharing import find_value
from reportparse.sidedness import find_sides, join_sides, lead_sides, other_sides
from reportparse.statements import Reading, SAME, Statement, to_tasks


def read_segments(segments: list[Segment], headed: bool) -> Reading:
    """The statements of one sentence's segments; headed: its level was set apart before it."""
    c = Clause(segments, headed)
    other_sides(c)
    place_roots(c)
    absorb(c)
    join_sides(c)
    lead_sides(c)
    for i in range(len(segments)):
        find_site(c, i)
    for i in range(len(segments)):
        find_value(c, i)
    find_sides(c)
    open_roots(c)
    levels = find_levels(c)
    statements = [s for i in range(len(segments)) if (s := _to_statement(c, i, levels[i])) is not None]
    return Reading(tuple(statements), _last_topic(c), _passing_levels(c))


def _to_statement(c: Clause, i: int, scope: LevelScope) -> Statement | None:
    """What segment i states, None where it states nothing."""
    s, value = c.segments[i], c.values[i]
    if _repeats(c, i):
        return Statement(
            0, SAME, c.sides[i], s.first, s.last, scope.levels, -1, scope.quantifier, scope.outside, bare="same"
        )
    if value is None or c.dead[i] or not (c.sites[i] or c.bare[i]) or _is_content_only(c, i):
        return None
    levels, quantifier, outside = scope
    if s.multilevel and not levels and not quantifier and value.high > 0:
        quantifier = "none"
    if s.otherwise and not s.levels:
        levels, quantifier = (), quantifier or "otherwise"
    owner = c.segments[c.owner[i]]
    return Statement(
        to_tasks(c.sites[i], c.sides[i]), value, c.sides[i], min(s.first, owner.first), max(s.last, owner.last),
        levels, -1, quantifier, outside,
        exception=s.joiner == "except" or s.now,
        unsided=not c.sides[i] and bool(c.sites[i] & ROOTED),
        bare="" if c.sites[i] else c.bare[i],
    )  # fmt: skip


def _repeats(c: Clause, i: int) -> bool:
    """Whether a segment says but that things are the same, at a level or side of its own (``similar at L5-S1``)."""
    s = c.segments[i]
    says_same = s.same or (s.also and bool(s.levels) and not s.sides)
    if not says_same or s.has_value or c.sites[i] or c.dead[i]:
        return False
    return bool(s.levels or s.quantifier or c.sides[i] or (c.headed and i == 0) or len(c.segments) == 1)


def _is_content_only(c: Clause, i: int) -> bool:
    """Whether a segment speaks of the cord or the cauda equina themselves, and of no stenosis (``normal cord``)."""
    s, owner = c.segments[i], c.segments[c.owner[i]]
    soft_sites = (s.soft_site, owner.soft_site if not s.sites else "")
    return ("cord" in soft_sites or "cauda" in soft_sites) and not (s.sten or s.verb or s.stenosed or s.severe)


def _passing_levels(c: Clause) -> tuple[int, ...]:
    """Levels named only as the worst of many (``multilevel stenosis, worst at L4-5``)."""
    if not any(s.multilevel for s in c.segments):
        return ()
    return tuple(ordinal for s in c.segments if s.more for ordinal in s.levels)


def _last_topic(c: Clause) -> int:
    """The sites the sentence spoke of last, -1 for another finding, 0 for none."""
    for i in range(len(c.segments) - 1, -1, -1):
        s = c.segments[i]
        if is_aside(c, i):
            continue
        if s.names_place and not c.dead[i]:
            return c.sites[i]
        if s.finding or s.part:
            return -1
    return 0
