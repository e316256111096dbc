"""Claims: one value for one slot, with its evidence; several may meet in a slot before findings come out."""

from typing import NamedTuple

from reportparse.finding import Scope, Section
from reportparse.levels import LEVEL_COUNT
from reportparse.statements import LFS, LSS, RFS, RSS, SCS, Value

LEVELS_OF = tuple(tuple(level for level in range(LEVEL_COUNT) if mask >> level & 1) for mask in range(1 << LEVEL_COUNT))
"""Bit indices of the levels in a mask."""

TASKS_OF = tuple(tuple(task for task in (SCS, LFS, RFS, LSS, RSS) if mask & task) for mask in range(32))
"""Bits of the tasks in a mask."""


class Claim(NamedTuple):
    """One value for one slot.

    level: bit index; task: bit of SCS..RSS; sentence: index in the report; exception, unsided: as in a statement;
    scope, section, start, end, rule: as in a finding.
    """

    level: int
    task: int
    value: Value
    scope: Scope
    section: Section
    sentence: int
    exception: bool
    unsided: bool
    start: int
    end: int
    rule: str


class Deferred(NamedTuple):
    """A statement about the levels that others leave over.

    tasks: bit mask. within: it fills what its own sentence left ungraded (``otherwise mild``), if it left anything.
    whole_level: a level counts as taken once any task of it is. levels: mask of those it may speak of. The rest as in a
    claim.
    """

    tasks: int
    value: Value
    section: Section
    sentence: int
    within: bool
    whole_level: bool
    levels: int
    start: int
    end: int
    rule: str
