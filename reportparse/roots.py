"""Nerve roots as places: exiting ones stand for the foramen, traversing ones for the recess."""

from reportparse.clause import Clause, ROOTED
from reportparse.segment import FORAMEN, RECESS, Segment
from reportparse.statements import OPEN

_ROOT = OPEN._replace(rule="root")


def place_roots(c: Clause) -> None:
    """Give segments that name roots the sites of these; a root with no place named stands for both and opens them."""
    for i, s in enumerate(c.segments):
        if not s.roots:
            continue
        c.sites[i] |= s.place
        if "exiting" in s.roots:
            c.sites[i] |= FORAMEN
        if "traversing" in s.roots:
            c.sites[i] |= RECESS
        if _is_unplaced(s):
            c.sites[i] = ROOTED
    open_roots(c)


def open_roots(c: Clause) -> None:
    """A nerve root with no place named leaves its foramen and recess open, whatever is said of it."""
    for i, s in enumerate(c.segments):
        if _is_unplaced(s) and c.values[i] is not None:
            c.values[i] = _ROOT


def _is_unplaced(s: Segment) -> bool:
    """Whether a segment names a root and no place, nor which root it is."""
    return bool(s.roots) and s.roots == {"any"} and not s.place and not s.sites
