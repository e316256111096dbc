"""Segments that speak of something else: a disc, a facet, a score that only repeats the words before it."""

from reportparse.clause import Clause
from reportparse.segment import LIST_JOINERS


def absorb(c: Clause) -> None:
    """Mark as dead what other findings and parts of the body absorb, and scores in brackets after their words.

    Sites before such a finding only say where it lies (``left subarticular and foraminal protrusion``).
    """
    for i, s in enumerate(c.segments):
        if s.absorbed:
            c.dead[i] = True
            if s.finding_took_site:
                _absorb_left(c, i)
            if i and s.joiner in LIST_JOINERS and c.negated[i - 1] and s.value_at < 0:
                c.negated[i] = True
        elif s.scheme and s.joiner in ("(", ",") and not s.names_place:
            c.dead[i] = any(c.values[j] is not None and not c.segments[j].scheme for j in range(max(0, i - 2), i))


def _absorb_left(c: Clause, i: int) -> None:
    """The sites of the list before a finding are the finding's, up to a member that says something by itself."""
    j = i
    while j > 0 and c.segments[j].joiner in LIST_JOINERS:
        j -= 1
        t = c.segments[j]
        if t.sten or t.stenosed or t.verb or t.normal or t.finding or not t.sites:
            return
        c.dead[j] = True
        c.sites[j] = 0
