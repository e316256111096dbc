"""Values for places that have none of their own: from a predicate to the right or the first of a list to the left."""

from reportparse.clause import Clause, is_hungry
from reportparse.segment import LIST_JOINERS, Segment
from reportparse.statements import NEGATED, PRESENT, Value
from reportparse.values import value_of


def find_value(c: Clause, i: int) -> None:
    """Give a place with nothing said of it a value, by the first rule that fits.

    Its own negation, a later segment that took it as topic, ``similar``, a predicate to the right, a value shared to
    the left; else it stays without.
    """
    s = c.segments[i]
    if c.bare[i] and c.values[i] is PRESENT and not c.dead[i] and _shared_left(c, i) is NEGATED:
        c.values[i] = NEGATED
    if not is_hungry(c, i) or _negates_elsewhere(c, i):
        return
    if i and says_only_not(s) and (value := opposite(c.values[i - 1])) is not None:
        c.values[i] = value
        return
    if s.neg and not s.double_neg and c.values[i] is None and not _predicate_right(c, i):
        c.values[i] = NEGATED
        return
    own = _own_value_right(c, i)
    if own >= 0:
        _leave_to(c, i)
    elif s.same and i and c.values[i - 1] is not None:
        c.values[i] = c.values[i - 1]
    else:
        shared = None if s.sten else _predicate_right(c, i)
        if shared is None:
            shared = _shared_left(c, i) or _shared_noun(c, i)
        c.values[i] = c.values[i] if shared is None else shared


def says_only_not(s: Segment) -> bool:
    """``though the foramina are not``: a predicate that but denies the one before it."""
    return s.be and s.neg and s.neg_at == s.last and not (s.sten or s.has_value)


def opposite(value: Value | None) -> Value | None:
    """What denying a value leaves: of ``patent`` a stenosis, of a stenosis none; None where the value leaves both."""
    if value is None or (value.low == 0 and value.high > 0):
        return None
    return PRESENT if value.high == 0 else NEGATED


def _negates_elsewhere(c: Clause, i: int) -> bool:
    """Whether a segment's negation is of something else: of an unknown word, or of what lies in the canal.

    ``No cauda equina lesion``, unless the list ends in a stenosis (``no thecal sac or nerve root compression``).
    """
    s = c.segments[i]
    of_content = s.soft_site != "" and s.neg and not s.sten and not s.be
    return s.neg_of_unknown or (of_content and not _stenosis_follows(c, i))


def _stenosis_follows(c: Clause, i: int) -> bool:
    """Whether the list that segment i is in ends in a stenosis or another value."""
    for t in c.segments[i + 1 :]:
        if t.joiner not in LIST_JOINERS:
            return False
        if t.sten or t.has_value:
            return True
    return False


def _leave_to(c: Clause, i: int) -> None:
    """What was said later stands where it covers all that segment i names; ``is`` alone still asserts the rest."""
    if _is_covered(c, i):
        c.values[i] = None
    elif c.segments[i].be and c.values[i] is None:
        c.values[i] = PRESENT


def _own_value_right(c: Clause, i: int) -> int:
    """The first later segment with a value that took segment i as its topic, -1 where there is none."""
    later = range(i + 1, len(c.segments))
    return next((j for j in later if c.owner[j] == i and c.values[j] is not None), -1)


def _is_covered(c: Clause, i: int) -> bool:
    """Whether the segments that took segment i as their topic speak of both its sides."""
    taken = [j for j in range(len(c.segments)) if c.owner[j] == i and j != i and c.values[j] is not None]
    sides = {c.sides[j] for j in taken}
    return c.sides[i] != "B" or "B" in sides or "" in sides or sides >= {"L", "R"}


def _predicate_right(c: Clause, i: int) -> Value | None:
    """``the canal and both foramina are patent``: the value of the list's last member, said after its place."""
    for j in range(i + 1, len(c.segments)):
        t = c.segments[j]
        if t.joiner not in LIST_JOINERS or (c.dead[j] and not t.part):
            return None
        if not t.names_place:
            if t.part:
                continue
            return None
        if c.values[j] is not None or t.sten:
            return _said_after(c, i, j) if _is_predicative(t) else None
        own = _own_value_right(c, j)
        if own == j + 1 and c.segments[own].joiner in ("neg", "next"):
            return c.values[own]
    return None


def _shared_noun(c: Clause, i: int) -> Value | None:
    """``canal and foraminal stenosis``: of the list's last member only that there is a stenosis, not how severe."""
    s, t = c.segments[i], c.next(i)
    if s.sten or s.soft_site or s.roots or t is None or t.joiner not in ("and", "or", "/"):
        return None
    is_head = c.values[i + 1] is PRESENT and t.names_place and not t.soft_site and t.sten_at > t.site_at >= 0
    return PRESENT if is_head and not c.dead[i + 1] and not (t.neg or t.verb) else None


def _said_after(c: Clause, i: int, j: int) -> Value | None:
    """The value of segment j for segment i; that a root of no place opens its own slots is not shared."""
    value = c.values[j]
    if value is None or value.rule != "root":
        return value
    return NEGATED if c.negated[i] else value_of(c.segments[j])


def _is_predicative(t: Segment) -> bool:
    """Whether a segment says its value after its place, and negates nothing before it."""
    negated = t.neg and t.value_at < 0 and bool(t.sten or t.stenosed)
    value_at = t.neg_at if negated else t.value_at
    return value_at > t.site_at >= 0 and (not t.neg or t.neg_at > t.site_at)


def _shared_left(c: Clause, i: int) -> Value | None:
    """``moderate canal and bilateral foraminal stenosis``: the value of the list's first member.

    A negation is shared likewise (``no canal or foraminal stenosis``). As it shares a value, the segment may take the
    side before it too.
    """
    s = c.segments[i]
    if s.joiner not in LIST_JOINERS and not (s.joiner == "(" and c.segments[i - 1].verb):
        return None
    for j in range(i - 1, -1, -1):
        t, value = c.segments[j], c.values[j]
        if c.negated[j] and (t.finding or t.part or value is not None or c.sites[j] or not t.sides):
            c.negated[i] = True
            return _negate(t, value)
        if c.dead[j]:
            return None
        if value is not None and (0 <= s.sten_at < s.site_at or (s.sten and value.status == "open")):
            return None
        if value is not None and (t.names_place or t.verb):
            if _is_closed(s, t):
                return None
            _share_side(c, i, j)
            return value
        if t.joiner not in LIST_JOINERS:
            return None
    return None


def _is_closed(s: Segment, t: Segment) -> bool:
    """Whether what t says is finished: a predicate, or a phrase with a noun of its own where s has one too."""
    if t.value_at > t.site_at and not t.verb and not s.also:
        return True
    has_noun = bool(t.sten) and t.site_at >= 0 and t.value_at < t.site_at
    return has_noun and bool(s.sten) and t.last > t.site_at and s.joiner != "/"


def _share_side(c: Clause, i: int, j: int) -> None:
    """A side written before a coordinated head goes with both (``left foraminal and lateral recess stenosis``)."""
    t = c.segments[j]
    if not c.sides[i] and c.sides[j] and not t.side_after and not t.sten and not t.verb:
        c.sides[i] = c.sides[j]


def _negate(t: Segment, value: Value | None) -> Value:
    """The value a shared negation gives: of a grade its bound (``no severe``), else none at all."""
    is_bound = value is not None and value.rule == "negated-grade" and not t.finding
    return value if value is not None and is_bound else NEGATED
