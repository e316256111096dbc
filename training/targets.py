"""From a label table to what each disc teaches: an interval of grades per task."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lexicons.vocabulary import Grade, LEVELS, Task
from training.config import TargetConfig

MISSING = -1
"""Stands in ``Targets.low`` and ``Targets.high`` where a slot teaches nothing."""

IntArray = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Targets:
    """What n discs teach.

    ``discs``: columns study_id, level, one row a disc. ``tasks``: the columns of ``low`` and ``high``, both (n, tasks),
    int8: the grade lies in low..high, or both are ``MISSING``.
    """

    discs: pd.DataFrame
    tasks: tuple[Task, ...]
    low: IntArray
    high: IntArray


def to_targets(table: pd.DataFrame, discs: pd.DataFrame, config: TargetConfig) -> Targets:
    """The targets of ``discs`` (study_id, level), in their order, from a checked label table.

    A slot that is open, not in the table, or may be any grade is missing. With hard labels only slots that have a
    grade of their own are kept, a range as its grade, which is the higher (Lu et al. 2018, section 2).
    """
    rows = _kept(table, config)
    tasks = tuple(Task(task) for task in config.tasks)
    at = pd.MultiIndex.from_frame(discs[["study_id", "level"]].astype("string"))
    low, high = (np.full((len(discs), len(tasks)), MISSING, np.int8) for _ in range(2))
    for column, task in enumerate(tasks):
        slots = rows[rows["task"] == task].set_index(["study_id", "level"]).reindex(at)
        low[:, column] = slots["low"].fillna(MISSING)
        high[:, column] = slots["high"].fillna(MISSING)
    return Targets(discs[["study_id", "level"]].reset_index(drop=True), tasks, low, high)


def _kept(table: pd.DataFrame, config: TargetConfig) -> pd.DataFrame:
    """The rows that teach something, with the interval they teach."""
    rows = table[["study_id", "level", "task", "grade", "low", "high"]]
    hedged = table["status"] == "uncertain" if "status" in table else pd.Series(False, index=table.index)
    if config.hard_labels:
        rows = rows[rows["grade"].notna() & ~hedged]
        return rows.assign(low=rows["grade"], high=rows["grade"])
    if config.uncertain == "leave_out":
        rows = rows[~hedged]
    rows = rows[rows["low"].notna()]
    return rows[(rows["low"] > min(Grade)) | (rows["high"] < max(Grade))]


def labelled_discs(table: pd.DataFrame) -> pd.DataFrame:
    """The discs that a label table speaks about: study_id and level, studies sorted, levels head to foot."""
    discs = table[["study_id", "level"]].drop_duplicates()
    order = discs["level"].map({level: number for number, level in enumerate(LEVELS)})
    return discs.assign(order=order).sort_values(["study_id", "order"])[["study_id", "level"]].reset_index(drop=True)


def take(targets: Targets, rows: npt.NDArray[np.int64]) -> Targets:
    """The targets of some of the discs, in the order of ``rows``."""
    discs = targets.discs.iloc[rows].reset_index(drop=True)
    return Targets(discs, targets.tasks, targets.low[rows], targets.high[rows])
