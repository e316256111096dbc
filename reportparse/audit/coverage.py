"""How much of its reports a labelling covers, and DeepSPINE's filter: studies that describe all six levels."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from lexicons.vocabulary import Task, TASKS
from reportparse.audit.slots import IntArray, Slots
from reportparse.audit.tally import BoolArray
from reportparse.finding import Scope

DEEPSPINE_TASKS = (Task.SCS, Task.LFS, Task.RFS)


EXPLICIT = "six_levels_explicit"


class CoverageFact(NamedTuple):
    """A yes-or-no fact about a labelled study: its stable name in metrics.json and what it means."""

    name: str
    meaning: str


COVERAGE_FACTS: tuple[CoverageFact, ...] = (
    CoverageFact("any_label", "Studies with a label at all."),
    CoverageFact("six_levels", "Studies with a label at each of the six levels."),
    CoverageFact(
        EXPLICIT,
        "The same, counting only levels that the report names itself (DeepSPINE's filter), not those reached by "
        "“all levels” or “the other levels”.",
    ),
    CoverageFact(
        "deepspine_complete",
        "Studies with a grade for the canal and both foramina at all six levels: all 18 targets of DeepSPINE.",
    ),
)


def has_scope(table: pd.DataFrame | None) -> bool:
    """Whether a label table says how the level of a label is known; JSON lines of gold never do."""
    return table is not None and "scope" in table.columns


def known_facts(table: pd.DataFrame | None) -> list[str]:
    """The names of the facts that can be told from a table."""
    return [fact.name for fact in COVERAGE_FACTS if fact.name != EXPLICIT or has_scope(table)]


def cover_reports(slots: Slots, table: pd.DataFrame | None) -> BoolArray:
    """The facts (study, fact) of COVERAGE_FACTS; no level counts as explicit where the table has no ``scope``."""
    labelled = slots.values >= 0
    explicit = labelled & _stated_or_carried(slots, table)
    deepspine = slots.values[:, :, [TASKS.index(task) for task in DEEPSPINE_TASKS]]
    facts = [
        labelled.any(axis=(1, 2)),
        _at_every_level(labelled),
        _at_every_level(explicit),
        _has_grade(deepspine).all(axis=(1, 2)),
    ]
    return np.stack(facts, axis=1)


def _at_every_level(slots: BoolArray) -> BoolArray:
    at_every: BoolArray = np.logical_and.reduce(np.logical_or.reduce(slots, axis=2), axis=1)
    return at_every


def _stated_or_carried(slots: Slots, table: pd.DataFrame | None) -> BoolArray:
    if not has_scope(table):
        return np.zeros(slots.values.shape, np.bool_)
    assert table is not None
    named = table["scope"].isin([Scope.STATED, Scope.CARRIED]).to_numpy(dtype=np.bool_)
    at_slot: BoolArray = np.append(named, False)[slots.rows]
    return at_slot


def _has_grade(values: IntArray) -> BoolArray:
    graded: BoolArray = values >= 16
    return graded
