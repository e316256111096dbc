"""Segments to statements: each value is given its sites, sides and levels by the structure of the sentence.

A segment that lacks a site takes it from a shared head to its right (``moderate left and mild right foraminal
narrowing``) or from the topic to its left (``foraminal narrowing, severe on the left``); one that lacks a value takes
it from a predicate to its right or shares the value to its left. The nearest word never decides by nearness alone.
"""

from reportparse.clause import Clause, is_aside
from reportparse.level_scope import find_levels
from reportparse.places import absorb, find_site, open_roots, place_roots
from reportparse.segment import FORAMEN, RECESS, Segment
from reportparse.sharing import find_value
from reportparse.sidedness import find_sides, join_sides, lead_sides, other_sides
from reportparse.statements import OPEN, Reading, Statement, to_tasks


def read_segments(segments: list[Segment], headed: bool = False) -> Reading:
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
    statements = [s for i in range(len(segments)) if (s := to_statement(c, i, levels[i])) is not None]
    return Reading(tuple(statements), *last_topic(c), passing_levels(c))


def to_statement(c: Clause, i: int, level: tuple[tuple[int, ...], str, bool]) -> Statement | None:
    s, value = c.segments[i], c.values[i]
    ordinals, quantifier, outside = level
    is_same = (s.same and not s.has_value) or (s.also and bool(s.levels) and not s.has_value and not s.sides)
    if (
        is_same
        and (s.levels or s.quantifier or c.sides[i] or (c.headed and i == 0) or len(c.segments) == 1)
        and not c.sites[i]
        and not c.dead[i]
    ):
        return Statement(
            0, OPEN, c.sides[i], ordinals, -1, quantifier, outside, False, False, "same", s.first, s.last, "same"
        )
    if value is None or c.dead[i] or not (c.sites[i] or c.bare[i]):
        return None
    if s.multilevel and not ordinals and not quantifier and value.high > 0:
        quantifier = "none"
    topic = c.segments[c.owner[i]]
    soft = (s.soft_site, topic.soft_site if not s.sites else "")
    if ("cord" in soft or "cauda" in soft) and not (s.sten or s.verb or s.stenosed or s.severe):
        return None
    if s.otherwise and not s.levels:
        ordinals, quantifier = (), quantifier or "otherwise"
    sites = c.sites[i]
    unsided = not c.sides[i] and bool(sites & (FORAMEN | RECESS))
    evidence = c.segments[c.owner[i]]
    first, last = min(s.first, evidence.first), max(s.last, evidence.last)
    return Statement(
        to_tasks(sites, c.sides[i]), value, c.sides[i], ordinals, -1, quantifier, outside,
        s.joiner == "except" or s.now, unsided, "" if sites else c.bare[i], first, last, value.rule,
    )  # fmt: skip


def passing_levels(c: Clause) -> tuple[int, ...]:
    if not any(s.multilevel for s in c.segments):
        return ()
    return tuple(ordinal for s in c.segments if s.more for ordinal in s.levels)


def last_topic(c: Clause) -> tuple[int, str]:
    for i in range(len(c.segments) - 1, -1, -1):
        s = c.segments[i]
        if is_aside(c, i):
            continue
        if s.names_place and not c.dead[i]:
            return c.sites[i], s.sides
        if s.finding or s.part:
            return -1, ""
    return 0, ""
