"""Values for places that have none of their own: from a predicate to the right or the first of a list to the left."""

from reportparse.clause import Clause, is_hungry
from reportparse.segment import LIST_JOINERS, Segment
from reportparse.statements import NEGATED, PRESENT, Value


def find_value(c: Clause, i: int) -> None:
    """A place with nothing said of it: a predicate to the right, a shared value to the left, else nothing."""
    if c.bare[i] and c.values[i] is PRESENT and not c.dead[i]:
        shared = shared_left(c, i)
        c.values[i] = shared if shared is NEGATED else c.values[i]
    if c.dead[i] or not c.sites[i] or not is_hungry(c, i):
        return
    s = c.segments[i]
    if s.soft_site and s.neg and not s.sten and not sten_follows(c, i) and not s.be:
        return
    if s.neg_of_unknown:
        return
    if s.neg and not s.double_neg and c.values[i] is None and not predicate_right(c, i):
        c.values[i] = NEGATED
        return
    own = own_value_right(c, i)
    if own is not None:
        if covers_all(c, i, own):
            c.values[i] = None if c.values[i] is PRESENT else c.values[i]
        elif s.be and c.values[i] is None:
            c.values[i] = PRESENT
        return
    if s.same and i and c.values[i - 1] is not None:
        c.values[i] = c.values[i - 1]
        return
    shared = predicate_right(c, i) if not s.sten else None
    if shared is None:
        shared = shared_left(c, i)
    if shared is not None:
        c.values[i] = shared


def sten_follows(c: Clause, i: int) -> bool:
    """Whether the list that segment i is in ends in a stenosis (``thecal sac or nerve root compression``)."""
    for t in c.segments[i + 1 :]:
        if t.joiner not in LIST_JOINERS:
            return False
        if t.sten or t.stenosed or t.has_value:
            return True
    return False


def own_value_right(c: Clause, i: int) -> int | None:
    """A later segment that took this one as its topic."""
    for j in range(i + 1, len(c.segments)):
        if c.owner[j] == i and c.values[j] is not None:
            return j
    return None


def covers_all(c: Clause, i: int, j: int) -> bool:
    """Whether what was said later covers all that segment i names."""
    taken = [k for k in range(len(c.segments)) if c.owner[k] == i and k != i and c.values[k] is not None]
    sides = {c.sides[k] for k in taken}
    return c.sides[i] != "B" or "B" in sides or "" in sides or sides >= {"L", "R"}


def predicate_right(c: Clause, i: int) -> Value | None:
    """``the canal and both foramina are patent``: the value of the list's last member."""
    for j in range(i + 1, len(c.segments)):
        t = c.segments[j]
        if t.joiner not in LIST_JOINERS or (c.dead[j] and not t.part):
            return None
        if not t.names_place:
            if t.part:
                continue
            return None
        if c.values[j] is None and not t.sten:
            own = own_value_right(c, j)
            if own is not None and own == j + 1 and c.segments[own].joiner in ("neg", "next"):
                return c.values[own]
            continue
        value_at = t.neg_at if t.value_at < 0 and t.neg and (t.sten or t.stenosed) else t.value_at
        predicative = value_at > t.site_at >= 0 and (not t.neg or t.neg_at > t.site_at)
        return c.values[j] if predicative else None
    return None


def shared_left(c: Clause, i: int) -> Value | None:
    """``moderate canal and bilateral foraminal stenosis``: the value of the list's first member."""
    s = c.segments[i]
    if s.joiner not in LIST_JOINERS and not (s.joiner == "(" and c.segments[i - 1].verb):
        return None
    for j in range(i - 1, -1, -1):
        t = c.segments[j]
        value = c.values[j]
        if c.negated[j] and (t.finding or t.part or value is not None or c.sites[j] or not t.sides):
            c.negated[i] = True
            return negate(c, t, value)
        if c.dead[j]:
            return None
        if value is not None and (0 <= s.sten_at < s.site_at or (s.sten and value.status == "open")):
            return None
        if value is not None and (t.names_place or t.verb):
            closed = t.sten and t.site_at >= 0 and t.value_at < t.site_at and s.sten and t.last > t.site_at
            predicative = t.value_at > t.site_at and not t.verb and not s.also
            if predicative or (closed and s.joiner != "/"):
                return None
            share_side(c, i, j)
            return value
        if t.joiner not in LIST_JOINERS:
            return None
    return None


def share_side(c: Clause, i: int, j: int) -> None:
    """A side written before a coordinated head goes with both (``left foraminal and lateral recess stenosis``)."""
    t = c.segments[j]
    if not c.sides[i] and c.sides[j] and not t.side_after and not t.sten and not t.verb:
        c.sides[i] = c.sides[j]


def negate(c: Clause, t: Segment, value: Value | None) -> Value:
    if value is not None and value.rule == "negated-grade" and not t.finding:
        return value
    if value is not None and value.status == "open" and not t.finding:
        return NEGATED
    return NEGATED
