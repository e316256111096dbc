"""What a report says of one slot: the row of a label table, before it is one."""

from enum import StrEnum
from typing import NamedTuple

from lexicons.vocabulary import Level, Task


class Status(StrEnum):
    """How much the words give away.

    GRADED: a grade, perhaps from a range (``mild to moderate``). UNGRADED: present, 1..3. BOUNDED: only a bound
    is known (``no severe``, ``at least moderate``). UNCERTAIN: hedged. OPEN: the report speaks of the slot but
    leaves it open (contact words, not assessable); it has no interval.
    """

    GRADED = "graded"
    UNGRADED = "ungraded"
    BOUNDED = "bounded"
    UNCERTAIN = "uncertain"
    OPEN = "open"


class Scope(StrEnum):
    """How the level of a finding is known.

    STATED: named in the sentence. CARRIED: from a heading or an earlier sentence. REMAINING: ``the other
    levels``. STUDY: a statement about the whole study.
    """

    STATED = "stated"
    CARRIED = "carried"
    REMAINING = "remaining"
    STUDY = "study"


class Section(StrEnum):
    """The part of the report a finding stands in. BODY: the report has no findings header."""

    BODY = "body"
    FINDINGS = "findings"
    IMPRESSION = "impression"
    ADDENDUM = "addendum"


class Finding(NamedTuple):
    """One (level, task) slot a report speaks about.

    ``low..high`` is the interval of grades 0..3 that the words leave possible (None, None for Status.OPEN);
    ``grade`` is None where they give none. ``conflict`` marks a slot that the report grades in two ways.
    ``start, end`` are character offsets of the deciding words in the untouched report text, and ``rule`` names
    what fired.
    """

    level: Level
    task: Task
    grade: int | None
    low: int | None
    high: int | None
    status: Status
    scope: Scope
    section: Section
    conflict: bool
    start: int
    end: int
    rule: str
