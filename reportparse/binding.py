"""Segments to statements: each value is given its sites, sides and levels by the structure of the sentence.

A segment that lacks a site takes it from a shared head to its right (``moderate left and mild right foraminal
narrowing``) or from the topic to its left (``foraminal narrowing, severe on the left``); one that lacks a value takes
it from a predicate to its right or shares the value to its left. The nearest word never decides by nearness alone.
"""

from typing import NamedTuple

from reportparse.segments import CANAL, FORAMEN, LIST_JOINERS, RECESS, Segment

SCS, LFS, RFS, LSS, RSS = 1, 2, 4, 8, 16

STRONG = (";", "contrast", "close")


class Value(NamedTuple):
    """What is said of a place: the interval of grades left possible, the grade if there is one, and how it is known.

    status is a ``finding.Status`` value; rule names the kind of words.
    """

    low: int
    high: int
    grade: int | None
    status: str
    rule: str


OPEN = Value(0, 3, None, "open", "contact")
NORMAL = Value(0, 0, 0, "graded", "normal")
NEGATED = Value(0, 0, 0, "graded", "negated")
PRESENT = Value(1, 3, None, "ungraded", "present")
LARGE = Value(2, 3, None, "bounded", "large")


class Statement(NamedTuple):
    """A value with its tasks and levels, relative to the sentence.

    tasks: bit mask of SCS..RSS, 0 where the place comes from the context (``bare`` says what kind of word stood
    alone: ``stenosis``, ``narrowing``, ``value``, ``normal``, ``same``). sides: as written, ``""`` for none.
    levels: ordinals of ``level`` chunks; pick: one disc of that chunk, -1 for all; quantifier: ``all``, ``remaining``, ``this``, ...; both empty where the
    context gives the level. outside: the level named is not one of the six. first, last: chunk indices of the
    evidence. exception: set off by ``except``.
    """

    tasks: int
    value: Value
    sides: str
    levels: tuple[int, ...]
    pick: int
    quantifier: str
    outside: bool
    exception: bool
    unsided: bool
    bare: str
    first: int
    last: int
    rule: str


class Reading(NamedTuple):
    """What one sentence says, and the topic it leaves behind.

    topic_sites: bit mask of sites last spoken of, -1 for another finding, 0 for none. passing: ordinals of levels
    only named as the worst of many, which the next sentence is not about.
    """

    statements: tuple[Statement, ...]
    topic_sites: int
    topic_sides: str
    passing: tuple[int, ...] = ()


def to_tasks(sites: int, sides: str) -> int:
    """The tasks of sites on sides; no side means both."""
    tasks = SCS if sites & CANAL else 0
    if sites & FORAMEN:
        tasks |= {"L": LFS, "R": RFS}.get(sides, LFS | RFS)
    if sites & RECESS:
        tasks |= {"L": LSS, "R": RSS}.get(sides, LSS | RSS)
    return tasks


def value_of(s: Segment) -> Value | None:
    """What the segment itself says, or None where it says nothing of its own."""
    neg = (s.neg and not s.double_neg) or (s.zero and s.grade is not None)
    if s.not_assessed and not s.grade:
        return OPEN._replace(rule="not-assessed")
    if s.grade is not None:
        return _graded(s, neg)
    if s.zero:
        return NEGATED if not neg else None
    if s.normal:
        return _hedged(NORMAL, s) if not neg else PRESENT
    if neg and s.verb == "contact":
        return OPEN
    if neg and (s.sten or s.stenosed or s.verb or s.severe):
        return NEGATED if not s.severe else None
    if s.severe:
        return _hedged(Value(3, 3, 3, "graded", "complete"), s)
    if s.verb == "contact":
        return OPEN
    if s.sten or s.stenosed or s.verb:
        return _hedged(LARGE if s.large or s.significant else PRESENT, s)
    return None


def _graded(s: Segment, neg: bool) -> Value:
    assert s.grade is not None
    low, high, grade = s.grade
    if neg:
        bound = max(low - 1, 0)
        return Value(0, bound, 0 if bound == 0 else None, "graded" if bound == 0 else "bounded", "negated-grade")
    if s.bound_low:
        return Value(low, 3, None, "bounded", "at-least")
    if s.bound_high:
        return Value(0, high, None, "bounded", "at-most")
    if s.verb == "contact" and not s.sten:
        return OPEN
    if grade is None:
        return Value(low, high, None, "bounded", "borderline")
    return _hedged(Value(low, high, grade, "graded", "graded"), s)


def _hedged(value: Value, s: Segment) -> Value:
    if not s.hedge or value.high == 0:
        return value
    return Value(0, value.high, None, "uncertain", "hedged")


def read_segments(segments: list[Segment], headed: bool = False) -> Reading:
    """The statements of one sentence's segments; headed: its level was set apart before it."""
    binder = _Binder(segments, headed)
    return binder.bind()


class _Binder:
    """Fills in what segments lack, then says what they state."""

    def __init__(self, segments: list[Segment], headed: bool) -> None:
        self.headed = headed
        self.segments = segments
        self.values: list[Value | None] = [value_of(s) for s in segments]
        self.sites = [s.sites for s in segments]
        self.sides = [s.sides for s in segments]
        self.bare = ["" for _ in segments]
        self.owner = list(range(len(segments)))
        self.dead = [False] * len(segments)
        self.negated_list = [s.neg and not s.double_neg for s in segments]

    def bind(self) -> Reading:
        self._other_sides()
        self._place_roots()
        self._absorb()
        self._join_sides()
        self._lead_sides()
        for i in range(len(self.segments)):
            self._find_site(i)
        for i in range(len(self.segments)):
            self._find_value(i)
        self._find_sides()
        self._open_roots()
        levels = self._find_levels()
        statements = [s for i in range(len(self.segments)) if (s := self._state(i, levels[i])) is not None]
        return Reading(tuple(statements), *self._topic(), self._passing())

    def _other_sides(self) -> None:
        """``on the other side``: across from the side named last."""
        last = ""
        for i, s in enumerate(self.segments):
            if s.sides == "O":
                self.sides[i] = {"L": "R", "R": "L"}.get(last, "")
            last = self.sides[i] or last

    def _place_roots(self) -> None:
        """Exiting roots stand for the foramen, traversing ones for the recess, unnamed ones for where they are said to be."""
        for i, s in enumerate(self.segments):
            if not s.roots:
                continue
            if s.place:
                self.sites[i] |= s.place
            if "exiting" in s.roots:
                self.sites[i] |= FORAMEN
            if "traversing" in s.roots:
                self.sites[i] |= RECESS
            if s.roots == {"any"} and not s.place and not s.sites:
                self.sites[i] = FORAMEN | RECESS
                if self.values[i] is not None:
                    self.values[i] = OPEN._replace(rule="root")

    def _absorb(self) -> None:
        """Sites that only say where a disc or a facet lies (``left subarticular and foraminal protrusion``)."""
        for i, s in enumerate(self.segments):
            if s.absorbed:
                self.dead[i] = True
                if s.finding_took_site:
                    self._absorb_left(i)
                if i and s.joiner in LIST_JOINERS and self.negated_list[i - 1] and s.value_at < 0:
                    self.negated_list[i] = True
            elif s.scheme and s.joiner == "(" and not s.names_place:
                self.dead[i] = any(v is not None for v in self.values[max(0, i - 2) : i])

    def _absorb_left(self, i: int) -> None:
        j = i
        while j > 0 and self.segments[j].joiner in LIST_JOINERS:
            j -= 1
            s = self.segments[j]
            if s.sten or s.stenosed or s.verb or s.normal or s.finding or not s.sites:
                return
            self.dead[j] = True
            self.sites[j] = 0

    def _join_sides(self) -> None:
        """``left and right foraminal``: a side alone beside a side becomes both; ``on the left`` opens a clause."""
        for i, s in enumerate(self.segments):
            alone = not (s.has_value or s.names_place or s.sten or s.finding or s.neg or s.past_grade)
            if alone and s.sides == "B" and s.joiner != "start" and not s.levels and not s.asym:
                self.dead[i] = True
        for i in range(1, len(self.segments)):
            s, before = self.segments[i], self.segments[i - 1]
            alone = not (s.has_value or s.names_place or s.sten or s.finding or s.neg or s.past_grade)
            if alone and s.sides and s.joiner in ("and", "or", "/", ",") and before.sides and not s.more:
                if before.sides != s.sides and not self.dead[i - 1]:
                    self.sides[i - 1] = "B"
                    self.dead[i] = True

    def _lead_sides(self) -> None:
        """``on the left, moderate at L4-5; none at L5-S1`` and ``right: mild / left: none``: a side that leads others."""
        side = ""
        for i, s in enumerate(self.segments):
            alone = not (s.has_value or s.names_place or s.sten or s.finding or s.neg or s.past_grade or s.part)
            following = self.segments[i + 1].joiner if i + 1 < len(self.segments) else ""
            opens = s.joiner in ("start", ";", "(", "contrast", ":", "/") or s.side_after and s.joiner == ","
            if alone and s.sides in ("L", "R") and not self.dead[i] and not s.more and not s.levels:
                if following in (":", "-") or (opens and s.side_after and following == ","):
                    side = s.sides
                    self.dead[i] = True
                    continue
            if s.joiner in ("contrast", "close") or s.sides or (s.joiner == ";" and s.names_place):
                side = ""
            if side and not self.sides[i] and not s.finding:
                self.sides[i] = side

    def _open_roots(self) -> None:
        """A nerve root with no place named leaves its foramen and recess open."""
        for i, s in enumerate(self.segments):
            if s.roots == {"any"} and not s.place and not s.sites and self.values[i] is not None:
                self.values[i] = OPEN._replace(rule="root")

    def _is_free(self, i: int) -> bool:
        """Whether a segment says something but names no place."""
        s = self.segments[i]
        return not self.dead[i] and not self.sites[i] and (self.values[i] is not None or s.neg or bool(s.sides))

    def _is_hungry(self, i: int) -> bool:
        """Whether a segment names a place and says nothing of it yet, stenosis as such apart."""
        s = self.segments[i]
        value = self.values[i]
        return bool(self.sites[i]) and not self.dead[i] and (value is None or (value is PRESENT and not s.verb and not s.stenosed))

    def _find_site(self, i: int) -> None:
        s = self.segments[i]
        if s.more and not s.names_place and not self.dead[i] and (s.levels or s.more_side) and not s.finding:
            self._refine_topic(i)
            return
        if not self._is_free(i) or s.same:
            return
        if self.values[i] is None and not s.sides:
            return
        if s.sten == "stenosis" and self.values[i] is not None and not s.pronoun and not s.sides:
            self._place_bare_stenosis(i)
            return
        topic = self._topic_to_left(i)
        if s.verb and i + 1 < len(self.segments) and self.segments[i + 1].joiner in LIST_JOINERS and self.segments[i + 1].verb:
            self.sites[i], self.sides[i] = self.sites[i + 1], s.sides or self.sides[i + 1]
            return
        if s.verb and (topic < 0 or self.dead[topic]):
            return
        bare = next((j for j in range(i - 1, -1, -1) if self.bare[j]), -1)
        if topic < 0 and bare >= 0 and self.values[i] is not None and not s.sten:
            self.bare[i] = self.bare[bare]
            apart = s.otherwise or s.quantifier or s.joiner in STRONG
            self.sides[i] = self.sides[i] or ("" if apart else self.sides[bare])
            return
        hungry_left = topic >= 0 and self._is_hungry(topic) and topic == i - 1 and not self.dead[topic]
        if not hungry_left and not s.sten and not s.side_after and s.joiner != "rel" and not s.be:
            head = self._head_to_right(i)
            if head >= 0:
                self._take(i, head, head_right=True)
                return
        if topic >= 0:
            where = self.segments[topic]
            if self.dead[topic] and s.sten and where.finding and where.place:
                self.sites[i] = where.place
                self.sides[i] = s.sides or where.sides
            elif self.dead[topic]:
                self.dead[i] = True
            else:
                self._take(i, topic)
        elif self.values[i] is not None:
            self.bare[i] = s.sten or ("it" if s.pronoun else "") or ("normal" if s.normal == "normal" and not s.sides else "value")

    def _place_bare_stenosis(self, i: int) -> None:
        """``stenosis`` with no place: the topic's where it hangs on one, else the canal's (told by the context)."""
        s = self.segments[i]
        topic = self._topic_to_left(i)
        self.bare[i] = "stenosis"
        hangs = s.joiner in (*LIST_JOINERS, "rel", "-", ":", "(", "with")
        if topic >= 0 and hangs and not self.dead[topic] and not s.neg:
            self._take(i, topic)

    def _refine_topic(self, i: int) -> None:
        """``worst on the left at L5-S1``: the topic again, narrowed to a side or a level."""
        s = self.segments[i]
        topic = self._topic_to_left(i)
        if topic < 0:
            return
        if self.dead[topic]:
            self.dead[i] = True
            return
        self.sites[i] = self.sites[topic]
        self.sides[i] = s.more_side or s.sides or self.sides[topic]
        self.owner[i] = topic
        if self.values[i] is None and s.levels:
            self.values[i] = PRESENT

    def _take(self, i: int, owner: int, head_right: bool = False) -> None:
        self.sites[i] = self.sites[owner]
        self.owner[i] = owner
        s = self.segments[i]
        if self.segments[owner].roots == {"any"} and self.values[i] is not None:
            self.values[i] = OPEN
        if s.neg and self.values[i] is None:
            across = not head_right and {self.sides[i], self.segments[owner].sides} == {"L", "R"}
            self.values[i] = NEGATED._replace(rule="not-this-side") if across else NEGATED
        if not self.sides[i] and not head_right and not s.otherwise:
            self.sides[i] = self.sides[owner] if not s.more_side else s.more_side

    def _head_to_right(self, i: int) -> int:
        """The segment with the shared head: joined by list words, its site after its own value or with none."""
        s = self.segments[i]
        for j in range(i + 1, len(self.segments)):
            t = self.segments[j]
            if t.joiner not in LIST_JOINERS and not (t.joiner == "neg" and s.joiner == "neg"):
                return -1
            if self.dead[j] or t.verb or t.pronoun or (t.level_first and not s.level_first):
                return -1
            if t.names_place:
                prenominal = t.value_at < 0 or t.value_at < t.site_at
                if (t.soft_site and not t.sten) or (s.sides and not self.sites[j] & (FORAMEN | RECESS)):
                    return -1
                return j if prenominal and (s.sides or t.sten or s.neg) else -1
            if t.levels:
                return -1
        return -1

    def _is_aside(self, j: int) -> bool:
        """``by a bulging disc``, ``with redundant roots``: a cause or a company, never the topic."""
        s = self.segments[j]
        while j > 0 and s.joiner in LIST_JOINERS and not s.has_value and not self.segments[j].sten:
            j -= 1
            s = self.segments[j]
        if s.joiner == "because":
            return True
        return s.joiner in ("with", "verb") and not s.has_value and not s.sten and (bool(s.roots) or s.soft_site != "")

    def _topic_to_left(self, i: int) -> int:
        """The nearest segment to the left that names a place or, unless segment i is a stenosis, another finding."""
        only_places = bool(self.segments[i].sten) and any(s.names_place for s in self.segments[:i])
        for j in range(i - 1, -1, -1):
            s = self.segments[j]
            if self._is_aside(j) or (only_places and (s.finding or s.part) and not s.names_place):
                continue
            if s.names_place or s.finding or s.part:
                return j
            if self.sites[j] and not self.dead[j]:
                own_side = self.sides[j] and self.sides[j] != self.sides[self.owner[j]] and self.values[j] is None
                return j if own_side or s.more else self.owner[j]
        return -1

    def _find_value(self, i: int) -> None:
        """A place with nothing said of it: a predicate to the right, a shared value to the left, else nothing."""
        if self.bare[i] and self.values[i] is PRESENT and not self.dead[i]:
            shared = self._shared_left(i)
            self.values[i] = shared if shared is NEGATED else self.values[i]
        if self.dead[i] or not self.sites[i] or not self._is_hungry(i):
            return
        s = self.segments[i]
        if s.soft_site and not s.sten and not self._sten_follows(i) and not s.be:
            return
        if s.neg and not s.double_neg and self.values[i] is None and not self._predicate_right(i):
            self.values[i] = NEGATED
            return
        own = self._own_value_right(i)
        if own is not None:
            if self._covers(i, own):
                self.values[i] = None if self.values[i] is PRESENT else self.values[i]
            elif s.be and self.values[i] is None:
                self.values[i] = PRESENT
            return
        shared = self._predicate_right(i) if not s.sten else None
        if shared is None:
            shared = self._shared_left(i)
        if shared is not None:
            self.values[i] = shared

    def _sten_follows(self, i: int) -> bool:
        """Whether the list that segment i is in ends in a stenosis (``thecal sac or nerve root compression``)."""
        for t in self.segments[i + 1 :]:
            if t.joiner not in LIST_JOINERS:
                return False
            if t.sten or t.stenosed or t.has_value:
                return True
        return False

    def _own_value_right(self, i: int) -> int | None:
        """A later segment that took this one as its topic."""
        for j in range(i + 1, len(self.segments)):
            if self.owner[j] == i and self.values[j] is not None:
                return j
        return None

    def _covers(self, i: int, j: int) -> bool:
        """Whether what was said later covers all that segment i names."""
        taken = [k for k in range(len(self.segments)) if self.owner[k] == i and k != i and self.values[k] is not None]
        sides = {self.sides[k] for k in taken}
        return self.sides[i] != "B" or "B" in sides or "" in sides or sides >= {"L", "R"}

    def _predicate_right(self, i: int) -> Value | None:
        """``the canal and both foramina are patent``: the value of the list's last member."""
        for j in range(i + 1, len(self.segments)):
            t = self.segments[j]
            if t.joiner not in LIST_JOINERS or self.dead[j] and not t.part:
                return None
            if not t.names_place:
                if t.part:
                    continue
                return None
            if self.values[j] is None and not t.sten:
                own = self._own_value_right(j)
                if own is not None and own == j + 1 and self.segments[own].joiner in ("neg", "next"):
                    return self.values[own]
                continue
            value_at = t.neg_at if t.value_at < 0 and t.neg and (t.sten or t.stenosed) else t.value_at
            predicative = value_at > t.site_at >= 0 and (not t.neg or t.neg_at > t.site_at)
            return self.values[j] if predicative else None
        return None

    def _shared_left(self, i: int) -> Value | None:
        """``moderate canal and bilateral foraminal stenosis``: the value of the list's first member."""
        s = self.segments[i]
        if s.joiner not in LIST_JOINERS and not (s.joiner == "(" and self.segments[i - 1].verb):
            return None
        for j in range(i - 1, -1, -1):
            t = self.segments[j]
            value = self.values[j]
            if self.negated_list[j] and (t.finding or t.part or value is not None or self.sites[j]):
                self.negated_list[i] = True
                return self._negated_list(t, value)
            if self.dead[j]:
                return None
            if value is not None and 0 <= s.sten_at < s.site_at:
                return None
            if value is not None and (t.names_place or t.verb):
                closed = t.sten and t.site_at >= 0 and t.value_at < t.site_at and s.sten and t.last > t.site_at
                predicative = t.value_at > t.site_at and not t.verb and not s.also
                if predicative or (closed and s.joiner != "/"):
                    return None
                self._share_side(i, j)
                return value
            if t.joiner not in LIST_JOINERS:
                return None
        return None

    def _share_side(self, i: int, j: int) -> None:
        """A side written before a coordinated head goes with both (``left foraminal and lateral recess stenosis``)."""
        t = self.segments[j]
        if not self.sides[i] and self.sides[j] and not t.side_after and not t.sten and not t.verb:
            self.sides[i] = self.sides[j]

    def _negated_list(self, t: Segment, value: Value | None) -> Value:
        if value is not None and value.rule == "negated-grade" and not t.finding:
            return value
        if value is not None and value.status == "open" and not t.finding:
            return NEGATED
        return NEGATED

    def _find_sides(self) -> None:
        """An unsided foramen or recess after a clearly one-sided disc is on the disc's side."""
        side, diffuse = "", False
        for i, s in enumerate(self.segments):
            if s.finding == "herniation" and not s.neg:
                side = s.sides if s.sides in ("L", "R") and not s.more else ""
                side = "" if diffuse else side
            elif s.finding == "bulge" and not s.neg and s.sides not in ("L", "R"):
                side, diffuse = "", True
            if s.joiner in (";",) and not s.finding:
                side = ""
            value = self.values[i]
            asserted = value is not None and value.high > 0 and not self.dead[i]
            if self.sites[i] & (FORAMEN | RECESS) and not self.sides[i] and asserted:
                self.sides[i] = self._earlier_side(i) or side

    def _earlier_side(self, i: int) -> str:
        """The one side that an earlier segment gave the same place, or that a root's cause lies on."""
        s = self.segments[i]
        sides = set[str]()
        for j in range(i):
            value = self.values[j]
            same = self.sites[j] & self.sites[i] & (FORAMEN | RECESS)
            if same and not self.dead[j] and value is not None and value.high > 0 and (s.roots or s.joiner in (";", "rel")):
                sides.add(self.sides[j])
        return sides.pop() if len(sides) == 1 else ""

    def _find_levels(self) -> list[tuple[tuple[int, ...], str, bool]]:
        """For each segment the level ordinals, the quantifier and whether the level is outside the grid."""
        found: list[tuple[tuple[int, ...], str, bool] | None] = [None] * len(self.segments)
        leading: tuple[tuple[int, ...], str, bool] | None = None
        for i, s in enumerate(self.segments):
            here = (tuple(s.levels), s.quantifier, s.outside and not s.levels)
            if not (s.levels or s.quantifier or s.outside):
                found[i] = leading
                continue
            found[i] = here
            alone = not (s.has_content and (self.sites[i] or self.bare[i] or self.dead[i]))
            is_leading = s.level_first and (s.has_content or i == 0 or s.joiner in STRONG)
            if alone and i > 0 and s.joiner not in STRONG and not s.has_content:
                is_leading = any(f is not None for f in found[:i]) and self._content_follows(i)
            if self.headed and s.more and not s.names_place:
                found[i] = here if not self.dead[i] else None
            elif is_leading or s.quantifier and s.level_first:
                leading = here
            else:
                self._spread_left(i, here, found)
                if i + 1 < len(self.segments) and self.segments[i + 1].joiner == "rel":
                    leading = here
        last: tuple[tuple[int, ...], str, bool] | None = None
        for i, level in enumerate(found):
            if level is None:
                spreads = last is not None and (last[1] not in ("all", "remaining") or self.segments[i].joiner in (*LIST_JOINERS, ":", "-"))
                found[i] = last if spreads else None
            else:
                last = level
        none = ((), "", False)
        return [f if f is not None else none for f in found]

    def _content_follows(self, i: int) -> bool:
        return i + 1 < len(self.segments) and self.segments[i + 1].has_content and not self.segments[i + 1].levels

    def _spread_left(
        self, i: int, here: tuple[tuple[int, ...], str, bool], found: list[tuple[tuple[int, ...], str, bool] | None]
    ) -> None:
        """A level at the end of a list speaks for the members before it that have none."""
        if self.headed or self.segments[i].joiner in STRONG or (self.segments[i].more and self.segments[i].has_content):
            return
        earlier = any(f is not None for f in found[:i])
        if earlier and self.dead[i]:
            return
        for j in range(i - 1, -1, -1):
            if found[j] is not None or self.segments[j].multilevel:
                return
            if earlier and self.segments[j + 1].joiner not in LIST_JOINERS:
                return
            found[j] = here
            if self.segments[j].joiner in STRONG:
                return

    def _state(self, i: int, level: tuple[tuple[int, ...], str, bool]) -> Statement | None:
        s, value = self.segments[i], self.values[i]
        ordinals, quantifier, outside = level
        if s.same and (s.levels or s.quantifier or self.sides[i] or (self.headed and i == 0) or len(self.segments) == 1) and not self.sites[i] and not self.dead[i]:
            return Statement(0, OPEN, self.sides[i], ordinals, -1, quantifier, outside, False, False, "same", s.first, s.last, "same")
        if value is None or self.dead[i] or not (self.sites[i] or self.bare[i]):
            return None
        if s.multilevel and not ordinals and not quantifier and value.high > 0:
            quantifier = "none"
        topic = self.segments[self.owner[i]]
        soft = (s.soft_site, topic.soft_site if not s.sites else "")
        if ("cord" in soft or "cauda" in soft) and not (s.sten or s.verb or s.stenosed or s.severe):
            return None
        if s.otherwise and not s.levels:
            ordinals, quantifier = (), quantifier or "otherwise"
        sites = self.sites[i]
        unsided = not self.sides[i] and bool(sites & (FORAMEN | RECESS))
        evidence = self.segments[self.owner[i]]
        first, last = min(s.first, evidence.first), max(s.last, evidence.last)
        return Statement(
            to_tasks(sites, self.sides[i]), value, self.sides[i], ordinals, -1, quantifier, outside,
            s.joiner == "except", unsided, "" if sites else self.bare[i], first, last, value.rule,
        )  # fmt: skip

    def _passing(self) -> tuple[int, ...]:
        if not any(s.multilevel for s in self.segments):
            return ()
        return tuple(ordinal for s in self.segments if s.more for ordinal in s.levels)

    def _topic(self) -> tuple[int, str]:
        for i in range(len(self.segments) - 1, -1, -1):
            s = self.segments[i]
            if self._is_aside(i):
                continue
            if s.names_place and not self.dead[i]:
                return self.sites[i], s.sides
            if s.finding or s.part:
                return -1, ""
        return 0, ""
