"""The segments of one sentence with what binding has found out about each: the state the binding steps share."""

from reportparse.segment import FORAMEN, LIST_JOINERS, RECESS, Segment
from reportparse.statements import PRESENT, Value
from reportparse.values import value_of

STRONG = (";", "contrast", "close")
"""Joiners that nothing reaches across."""


class Clause:
    """Segments and, for each by its index, what they lack filled in step by step.

    values: what is said; sites, sides: of what; bare: the kind of word that stands with no place; owner: the segment a
    place was taken from; dead: it says nothing of a canal, foramen or recess; negated: a negation reaches it. headed: a
    level was set apart before the sentence.
    """

    def __init__(self, segments: list[Segment], headed: bool) -> None:
        self.headed = headed
        self.segments = segments
        self.values: list[Value | None] = [value_of(s) for s in segments]
        self.sites = [s.sites for s in segments]
        self.sides = [s.sides for s in segments]
        self.bare = ["" for _ in segments]
        self.owner = list(range(len(segments)))
        self.dead = [False] * len(segments)
        self.negated = [s.neg and not s.double_neg for s in segments]


def is_free(c: Clause, i: int) -> bool:
    """Whether a segment says something but names no place."""
    s = c.segments[i]
    return not c.dead[i] and not c.sites[i] and (c.values[i] is not None or s.neg or bool(s.sides))


def is_hungry(c: Clause, i: int) -> bool:
    """Whether a segment names a place and says nothing of it yet, stenosis as such apart."""
    s = c.segments[i]
    value = c.values[i]
    return (
        bool(c.sites[i]) and not c.dead[i] and (value is None or (value is PRESENT and not s.verb and not s.stenosed))
    )


def is_aside(c: Clause, j: int) -> bool:
    """``by a bulging disc``, ``with redundant roots``: a cause or a company, never the topic."""
    s = c.segments[j]
    while j > 0 and s.joiner in LIST_JOINERS and not s.has_value and not c.segments[j].sten:
        j -= 1
        s = c.segments[j]
    if s.joiner == "because":
        return True
    return s.joiner in ("with", "verb") and not s.has_value and not s.sten and (bool(s.roots) or s.soft_site != "")


def topic_to_left(c: Clause, i: int) -> int:
    """The nearest segment to the left that names a place or, unless segment i is a stenosis, another finding."""
    only_places = bool(c.segments[i].sten) and any(s.names_place for s in c.segments[:i])
    for j in range(i - 1, -1, -1):
        s = c.segments[j]
        if is_aside(c, j) or (only_places and (s.finding or s.part) and not s.names_place):
            continue
        if s.names_place or s.finding or s.part:
            return j
        if c.sites[j] and not c.dead[j]:
            own_side = c.sides[j] and c.sides[j] != c.sides[c.owner[j]] and c.values[j] is None
            return j if own_side or s.more else c.owner[j]
    return -1


def head_to_right(c: Clause, i: int) -> int:
    """The segment with the shared head: joined by list words, its site after its own value or with none."""
    s = c.segments[i]
    for j in range(i + 1, len(c.segments)):
        t = c.segments[j]
        if t.depth != s.depth:
            return -1
        if t.joiner not in LIST_JOINERS and not (t.joiner == "neg" and s.joiner == "neg"):
            return -1
        if c.dead[j] or t.verb or t.pronoun or (t.level_first and not s.level_first):
            return -1
        if t.names_place:
            prenominal = t.value_at < 0 or t.value_at < t.site_at
            if (t.soft_site and not t.sten) or (s.sides and not c.sites[j] & (FORAMEN | RECESS)):
                return -1
            return j if prenominal and (s.sides or t.sten or s.neg) else -1
        if t.levels:
            return -1
    return -1
