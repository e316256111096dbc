"""What a radiologist says of a study whose grades are known: slot by slot a grade, a range, a bound, or nothing.

Codes are those of gold files (`docs/labels.md`): "0" to "3", "1-2", "2-3", "P", "0-1u", "0-2u", "2-3u".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lexicons.vocabulary import Grade, Level, LEVELS, Task

Slot = tuple[Level, Task]

MAIN_TASKS = (Task.SCS, Task.LFS, Task.RFS)
RECESSES = (Task.LSS, Task.RSS)
PAIRS = ((Task.LFS, Task.RFS), RECESSES)

VAGUE: dict[Grade, tuple[str, ...]] = {
    Grade.NORMAL: ("0-1u", "0-2u"),
    Grade.MILD: ("P", "P", "0-1u", "0-2u"),
    Grade.MODERATE: ("P", "P", "0-2u", "2-3u"),
    Grade.SEVERE: ("P", "P", "2-3u"),
}
"""What may be said instead of a grade: every code leaves it possible."""

RANGED: dict[Grade, tuple[str, ...]] = {
    Grade.NORMAL: (),
    Grade.MILD: ("1-2",),
    Grade.MODERATE: ("1-2", "2-3"),
    Grade.SEVERE: ("2-3",),
}


@dataclass(frozen=True)
class SayingRates:
    """How often a radiologist is vague, each a share in 0..1.

    ``vague``: of the slots spoken of, ungraded ("narrowed") or bounded ("no more than mild"). ``ranged``: of the
    stenoses graded, with two grades ("mild to moderate"). ``silent``: of slots left out. ``silent_level``: of levels
    without stenosis left out whole. ``silent_recess``: of recesses left out, where they are normal.
    """

    vague: float = 0.12
    ranged: float = 0.1
    silent: float = 0.03
    silent_level: float = 0.1
    silent_recess: float = 0.85


def draw_statements(
    rng: np.random.Generator, grades: Mapping[Slot, Grade], rates: SayingRates = SayingRates()
) -> dict[Slot, str]:
    """The code of every slot that is spoken of; every one leaves the true grade possible, by its interval."""
    said: dict[Slot, str] = {}
    for level in LEVELS:
        own = {task: grade for (at, task), grade in grades.items() if at == level}
        if rng.random() < rates.silent_level and not any(own.values()):
            continue
        said |= {(level, task): code for task, code in _say_level(rng, own, rates).items()}
    return said


def speak_of_main_tasks(
    rng: np.random.Generator, said: Mapping[Slot, str], grades: Mapping[Slot, Grade], rates: SayingRates
) -> dict[Slot, str]:
    """The same, with canal and foramina of every level spoken of or narrowed; the silent ones are drawn."""
    levels = {level for level, _ in said} | {level for (level, _), grade in grades.items() if grade}
    missing = [slot for slot in grades if slot[0] in levels and slot[1] in MAIN_TASKS and slot not in said]
    return {**said, **{slot: _say(rng, grades[slot], rates) for slot in missing}}


def _say_level(rng: np.random.Generator, own: Mapping[Task, Grade], rates: SayingRates) -> dict[Task, str]:
    codes = {task: _say(rng, grade, rates) for task, grade in own.items()}
    for left, right in PAIRS:
        # Both sides alike are mostly said in one breath.
        if left in own and own.get(right) == own[left] and rng.random() < 0.8:
            codes[right] = codes[left]
    left_out = {task: _is_silent(rng, task, grade, rates) for task, grade in own.items()}
    return {task: code for task, code in codes.items() if not left_out[task]}


def _is_silent(rng: np.random.Generator, task: Task, grade: Grade, rates: SayingRates) -> bool:
    unspoken = task in RECESSES and grade == Grade.NORMAL
    return bool(rng.random() < (rates.silent_recess if unspoken else rates.silent))


def _say(rng: np.random.Generator, grade: Grade, rates: SayingRates) -> str:
    vague, ranged = rng.random(2) < (rates.vague, rates.ranged)
    options = VAGUE[grade] if vague else RANGED[grade] if ranged and RANGED[grade] else (str(int(grade)),)
    return options[int(rng.integers(len(options)))]
