"""The segments of one sentence with what binding has found out about each: the state the binding steps share.

In these steps ``c`` is the clause, ``s`` the segment at hand, the i-th, and ``t`` another, the j-th.
"""

from reportparse.segment import FORAMEN, LIST_JOINERS, RECESS, Segment
from reportparse.statements import PRESENT, Value
from reportparse.values import value_of

STRONG = (";", "contrast", "close")
"""Joiners that nothing reaches across."""

ROOTED = FORAMEN | RECESS
"""The sites that have a left and a right, and a nerve root."""


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

    def next(self, i: int) -> Segment | None:
        """The segment after segment i, None at the end."""
        return self.segments[i + 1] if i + 1 < len(self.segments) else None


def is_free(c: Clause, i: int) -> bool:
    """Whether a segment says something but names no place."""
    s = c.segments[i]
    return not c.dead[i] and not c.sites[i] and (c.values[i] is not None or s.neg or bool(s.sides))


def is_hungry(c: Clause, i: int) -> bool:
    """Whether a segment names a place and says nothing of it yet, stenosis as such apart."""
    if not c.sites[i] or c.dead[i]:
        return False
    s, value = c.segments[i], c.values[i]
    return value is None or (value is PRESENT and not s.verb and not s.stenosed)


def is_aside(c: Clause, j: int) -> bool:
    """Whether a segment is a cause or a company, never the topic: ``by a bulging disc``, ``with redundant roots``."""
    t = c.segments[j]
    while j > 0 and t.joiner in LIST_JOINERS and not t.has_value and not t.sten:
        j -= 1
        t = c.segments[j]
    if t.joiner == "because":
        return True
    return t.joiner in ("with", "verb") and not t.has_value and not t.sten and (bool(t.roots) or t.soft_site != "")


def topic_to_left(c: Clause, i: int) -> int:
    """The nearest segment to the left that names a place or another finding; -1 where there is none.

    To a stenosis other findings are no topic where a place is named (``canal ..., bulge: severe stenosis``).
    """
    only_places = bool(c.segments[i].sten) and any(t.names_place for t in c.segments[:i])
    for j in range(i - 1, -1, -1):
        t = c.segments[j]
        is_other = bool(t.finding) or t.part
        if is_aside(c, j) or (only_places and is_other and not t.names_place):
            continue
        if t.names_place or is_other:
            return j
        if c.sites[j] and not c.dead[j]:
            has_own_side = c.sides[j] and c.sides[j] != c.sides[c.owner[j]] and c.values[j] is None
            return j if has_own_side or t.more else c.owner[j]
    return -1


def head_to_right(c: Clause, i: int) -> int:
    """The segment whose site is shared by a list before it (``moderate left and mild right foraminal narrowing``).

    It is joined by list words only and its site comes after its own value, or it has none; -1 where there is none.
    """
    s = c.segments[i]
    for j in range(i + 1, len(c.segments)):
        t = c.segments[j]
        listed = t.joiner in LIST_JOINERS or (t.joiner == "neg" and s.joiner == "neg")
        if t.depth != s.depth or not listed:
            return -1
        if c.dead[j] or t.verb or t.pronoun or (t.level_first and not s.level_first):
            return -1
        if t.names_place:
            return j if _can_head(c, i, j) else -1
        if t.levels:
            return -1
    return -1


def _can_head(c: Clause, i: int, j: int) -> bool:
    """Whether the place of segment j suits segment i.

    A side wants a foramen or recess, and of what lies in the canal (``sac``) only a stenosis is meant.
    """
    s, t = c.segments[i], c.segments[j]
    if (t.soft_site and not t.sten) or (s.sides and not c.sites[j] & ROOTED):
        return False
    prenominal = t.value_at < 0 or t.value_at < t.site_at
    return prenominal and bool(s.sides or t.sten or s.neg)
