"""Left and right: sides that lead a clause, sides joined, sides that go with a one-sided disc."""

from reportparse.clause import Clause
from reportparse.segment import FORAMEN, RECESS


def other_sides(c: Clause) -> None:
    """``on the other side``: across from the side named last."""
    last = ""
    for i, s in enumerate(c.segments):
        if s.sides == "O":
            c.sides[i] = {"L": "R", "R": "L"}.get(last, "")
        last = c.sides[i] or last


def join_sides(c: Clause) -> None:
    """``left and right foraminal``: a side alone beside a side becomes both; ``on the left`` opens a clause."""
    for i, s in enumerate(c.segments):
        alone = not (s.has_value or s.names_place or s.sten or s.finding or s.neg or s.past_grade)
        if alone and s.sides == "B" and s.joiner != "start" and not s.levels and not s.asym:
            c.dead[i] = True
    for i in range(1, len(c.segments)):
        s, before = c.segments[i], c.segments[i - 1]
        alone = not (s.has_value or s.names_place or s.sten or s.finding or s.neg or s.past_grade)
        trails = (
            (s.joiner == "," or (s.joiner == "and" and s.side_after))
            and not before.sides
            and c.sites[i - 1] & (FORAMEN | RECESS)
            and not c.dead[i - 1]
        )
        if alone and s.sides in ("L", "R") and trails and not s.more and not _leads(c, i):
            c.sides[i - 1] = s.sides
            c.dead[i] = True
        elif alone and s.sides and s.joiner in ("and", "or", "/", ",") and before.sides and not s.more:
            if before.sides != s.sides and not c.dead[i - 1]:
                c.sides[i - 1] = "B"
                c.dead[i] = True


def _leads(c: Clause, i: int) -> bool:
    """Whether what follows a side alone is about that side (``on the left, moderate``)."""
    return i + 1 < len(c.segments) and c.segments[i + 1].joiner not in (";", "contrast", "rel")


def lead_sides(c: Clause) -> None:
    """``on the left, moderate at L4-5; none at L5-S1`` and ``right: mild / left: none``: a side that leads others."""
    side = ""
    for i, s in enumerate(c.segments):
        alone = not (s.has_value or s.names_place or s.sten or s.finding or s.neg or s.past_grade or s.part)
        following = c.segments[i + 1].joiner if i + 1 < len(c.segments) else ""
        opens = s.joiner in ("start", ";", "(", "contrast", ":", "/") or (s.side_after and s.joiner == ",")
        if alone and s.sides in ("L", "R") and not c.dead[i] and not s.more and not s.levels:
            listed = s.joiner in ("(", ";") and s.depth > 0
            if following in (":", "-") or (opens and (s.side_after or listed) and following == ","):
                side = s.sides
                c.dead[i] = True
                continue
        if s.joiner in ("contrast", "close") or s.sides or (s.joiner == ";" and s.names_place):
            side = ""
        if side and not c.sides[i] and not s.finding:
            c.sides[i] = side


def find_sides(c: Clause) -> None:
    """An unsided foramen or recess after a clearly one-sided disc is on the disc's side."""
    side, diffuse = "", False
    for i, s in enumerate(c.segments):
        if s.finding == "herniation" and not s.neg:
            side = s.sides if s.sides in ("L", "R") and not s.more and not s.central else ""
            side = "" if diffuse else side
        elif s.finding == "bulge" and not s.neg and s.sides not in ("L", "R"):
            side, diffuse = "", True
        if s.joiner in (";",) and not s.finding:
            side = ""
        value = c.values[i]
        asserted = value is not None and value.high > 0 and not c.dead[i]
        if c.sites[i] & (FORAMEN | RECESS) and not c.sides[i] and asserted:
            c.sides[i] = earlier_side(c, i) or side


def earlier_side(c: Clause, i: int) -> str:
    """The one side that an earlier segment gave the same place, or that a root's cause lies on."""
    s = c.segments[i]
    sides = set[str]()
    for j in range(i):
        value = c.values[j]
        same = c.sites[j] & c.sites[i] & (FORAMEN | RECESS)
        if same and not c.dead[j] and value is not None and value.high > 0 and (s.roots or s.joiner in (";", "rel")):
            sides.add(c.sides[j])
    return sides.pop() if len(sides) == 1 else ""
