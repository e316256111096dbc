"""Left and right: sides that lead a clause, sides joined, sides that go with a one-sided disc."""

from reportparse.clause import Clause, ROOTED

_ACROSS = {"L": "R", "R": "L"}


def other_sides(c: Clause) -> None:
    """``on the other side``: across from the side named last; ``on the same side``: on that."""
    last = ""
    for i, s in enumerate(c.segments):
        if s.sides in ("O", "S"):
            c.sides[i] = _ACROSS.get(last, "") if s.sides == "O" else last
        last = c.sides[i] or last


def join_sides(c: Clause) -> None:
    """Join a side that stands alone with the segment before it; ``both`` alone is left out."""
    for i, s in enumerate(c.segments):
        if s.is_side_alone and s.sides == "B" and s.joiner != "start" and not s.levels and not s.asym:
            c.dead[i] = True
    for i, s in enumerate(c.segments):
        if i == 0 or not s.is_side_alone or s.more:
            continue
        if s.sides in _ACROSS and _trails(c, i) and not _leads(c, i):
            c.sides[i - 1] = s.sides
            c.dead[i] = True
        elif s.sides and _widens(c, i):
            c.sides[i - 1] = "B"
            c.dead[i] = True


def _trails(c: Clause, i: int) -> bool:
    """Whether a side belongs to an unsided place right before it: ``foraminal stenosis, left``."""
    s, before = c.segments[i], c.segments[i - 1]
    hangs = s.joiner == "," or (s.joiner == "and" and s.side_after)
    return hangs and not before.sides and not c.dead[i - 1] and bool(c.sites[i - 1] & ROOTED)


def _leads(c: Clause, i: int) -> bool:
    """Whether what follows a side alone is about that side: ``on the left, moderate``."""
    following = c.next(i)
    return following is not None and following.joiner not in (";", "contrast", "rel")


def _widens(c: Clause, i: int) -> bool:
    """Whether a side makes the side before it both: ``left and right foraminal``."""
    s, before = c.segments[i], c.segments[i - 1]
    listed = s.joiner in ("and", "or", "/", ",") and before.sides != ""
    return listed and before.sides != s.sides and not c.dead[i - 1]


def lead_sides(c: Clause) -> None:
    """Spread a side that leads others: ``on the left, moderate at L4-5; none at L5-S1``, ``right: mild / left: none``.

    It leads up to the next side, a contrast, a closing bracket, or a place after a semicolon.
    """
    side = ""
    for i, s in enumerate(c.segments):
        if _opens_side(c, i):
            side = s.sides
            c.dead[i] = True
            continue
        if s.joiner in ("contrast", "close") or s.sides or (s.joiner == ";" and s.names_place):
            side = ""
        if side and not c.sides[i] and not s.finding:
            c.sides[i] = side


def _opens_side(c: Clause, i: int) -> bool:
    """Whether a segment is but a side, before a colon, or at the start of a clause before a comma."""
    s, following = c.segments[i], c.next(i)
    if not s.is_side_alone or s.part or s.sides not in _ACROSS or s.more or s.levels or c.dead[i] or following is None:
        return False
    if following.joiner in (":", "-"):
        return True
    opens = s.joiner in ("start", ";", "(", "contrast", ":", "/") or (s.side_after and s.joiner == ",")
    in_brackets = s.joiner in ("(", ";") and s.depth > 0
    return opens and (s.side_after or in_brackets) and following.joiner == ","


def find_sides(c: Clause) -> None:
    """Put an unsided foramen or recess on the side of an earlier place or of a clearly one-sided disc before it.

    A bulge that is not one-sided is diffuse: after it no disc lends its side.
    """
    side, diffuse = "", False
    for i, s in enumerate(c.segments):
        if s.finding == "herniation" and not s.neg:
            one_sided = s.sides in _ACROSS and not s.more and not s.central and not diffuse
            side = s.sides if one_sided else ""
        elif s.finding == "bulge" and not s.neg and s.sides not in _ACROSS:
            side, diffuse = "", True
        if s.joiner == ";" and not s.finding:
            side = ""
        if c.sites[i] & ROOTED and not c.sides[i]:
            if _is_asserted(c, i):
                c.sides[i] = _earlier_side(c, i) or side
            elif s.roots and s.joiner == "neg" and _earlier_side(c, i):
                c.dead[i] = True


def _is_asserted(c: Clause, i: int) -> bool:
    """Whether a segment says that there may be a stenosis."""
    value = c.values[i]
    return value is not None and value.high > 0 and not c.dead[i]


def _earlier_side(c: Clause, i: int) -> str:
    """The one side that an earlier segment gave the same place, or that a root's cause lies on; else ``""``."""
    s = c.segments[i]
    if not (s.roots or s.joiner in (";", "rel")):
        return ""
    same = [j for j in range(i) if c.sites[j] & c.sites[i] & ROOTED and _is_asserted(c, j)]
    sides = {c.sides[j] for j in same}
    return sides.pop() if len(sides) == 1 else ""
