"""What sentences state: values, statements and readings, and the bits that stand for tasks."""

from typing import NamedTuple

from reportparse.segment import CANAL, FORAMEN, RECESS

SCS, LFS, RFS, LSS, RSS = 1, 2, 4, 8, 16
"""Bits of a set of tasks."""


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
SAME = OPEN._replace(rule="same")
"""Of ``similar``: the value is that of an earlier statement."""
NORMAL_STUDY = NORMAL._replace(rule="normal-study")


class Statement(NamedTuple):
    """A value with its tasks and levels, relative to the sentence.

    tasks: bit mask of SCS..RSS, 0 where the place comes from the context; ``bare`` then says what kind of word stood
    alone: ``stenosis``, ``narrowing``, ``value``, ``it``, ``normal``, ``normal-study``, ``same``. sides: as written,
    ``""`` for none. first, last: chunk indices of the evidence. levels: ordinals of ``level`` chunks; pick: one disc
    of that chunk, -1 for all; quantifier: ``all``, ``remaining``, ``this``, ...; both empty where the context gives the
    level. outside: the level named is not one of the six. exception: it stands against what else the sentence says
    (``except``, ``now``). unsided: of foramina or recesses whose side is not said.
    """

    tasks: int
    value: Value
    sides: str
    first: int
    last: int
    levels: tuple[int, ...] = ()
    pick: int = -1
    quantifier: str = ""
    outside: bool = False
    exception: bool = False
    unsided: bool = False
    bare: str = ""

    @property
    def rule(self) -> str:
        """What fired."""
        return self.value.rule


class Reading(NamedTuple):
    """What one sentence says, and the topic it leaves behind.

    topic_sites: bit mask of sites last spoken of, -1 for another finding, 0 for none. passing: ordinals of levels
    only named as the worst of many, which the next sentence is not about.
    """

    statements: tuple[Statement, ...] = ()
    topic_sites: int = 0
    passing: tuple[int, ...] = ()


NOTHING = Reading()


def to_tasks(sites: int, sides: str) -> int:
    """The tasks of sites on sides; no side means both."""
    tasks = SCS if sites & CANAL else 0
    if sites & FORAMEN:
        tasks |= {"L": LFS, "R": RFS}.get(sides, LFS | RFS)
    if sites & RECESS:
        tasks |= {"L": LSS, "R": RSS}.get(sides, LSS | RSS)
    return tasks
