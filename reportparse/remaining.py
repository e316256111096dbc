"""The remaining levels: those that a report says nothing of take what it says of all others (``otherwise normal``)."""

from collections import defaultdict

from lexicons.vocabulary import LEVELS
from reportparse.claims import Claim, Deferred, LEVELS_OF, TASKS_OF
from reportparse.finding import Scope

Slot = tuple[int, int]
"""Bit index of a level, bit of a task."""


def fill_remaining(slots: defaultdict[Slot, list[Claim]], deferred: list[Deferred]) -> None:
    """Add claims to the slots that no statement speaks of, whole-study ones and opened roots apart.

    A statement ``within`` its sentence replaces what that leaves ungraded (``stenosis at L3-4 and L4-5, severe at
    L4-5, otherwise mild``), where it leaves anything.
    """
    taken = {s for s, claims in slots.items() if any(c.scope is not Scope.STUDY and c.rule != "root" for c in claims)}
    taken_levels = {level for level, _ in taken}
    for d in deferred:
        for task in TASKS_OF[d.tasks]:
            ungraded = _ungraded_levels(slots, d, task) if d.within else []
            for level in ungraded or [level for level in LEVELS_OF[d.levels] if (level, task) not in taken]:
                if d.whole_level and level in taken_levels:
                    continue
                slot = slots[level, task]
                if ungraded:
                    slot[:] = [c for c in slot if c.sentence != d.sentence]
                scope = Scope.STATED if ungraded else Scope.REMAINING
                slot.append(
                    Claim(level, task, d.value, scope, d.section, d.sentence, False, False, d.start, d.end, d.rule)
                )


def _ungraded_levels(slots: defaultdict[Slot, list[Claim]], d: Deferred, task: int) -> list[int]:
    """The levels at which a statement's own sentence says that there is a stenosis and not how severe it is."""
    own = ([c for c in slots.get((level, task), ()) if c.sentence == d.sentence] for level in range(len(LEVELS)))
    return [level for level, claims in enumerate(own) if _only_ungraded(claims)]


def _only_ungraded(claims: list[Claim]) -> bool:
    return bool(claims) and all(c.value.status == "ungraded" for c in claims)
