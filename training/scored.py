"""Predictions beside the truth: the slots that both speak about, as arrays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lexicons.vocabulary import Task
from training.predictions import PROBABILITIES

FloatArray = npt.NDArray[np.float64]

CANAL: tuple[Task, ...] = (Task.SCS,)
FORAMINA: tuple[Task, ...] = (Task.LFS, Task.RFS)
RECESSES: tuple[Task, ...] = (Task.LSS, Task.RSS)


@dataclass(frozen=True)
class Scored:
    """n slots with a predicted probability per grade and a true grade.

    ``probabilities``: (n, 4). ``grade``: (n,), 0..3. ``study``, ``patient``, ``level`` and ``task``: (n,), text.
    """

    probabilities: FloatArray
    grade: npt.NDArray[np.int64]
    study: npt.NDArray[np.str_]
    patient: npt.NDArray[np.str_]
    level: npt.NDArray[np.str_]
    task: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.grade)


def score_against(predictions: pd.DataFrame, labels: pd.DataFrame, patients: Mapping[str, str] | None = None) -> Scored:
    """The predicted slots that the label table grades, hedged ones left out, in the order of study, level and task.

    Labels that are an interval without a grade cannot be scored by class and are left out; a range counts as its
    grade, the higher. A study that ``patients`` lacks is its own patient.
    """
    graded = labels[labels["grade"].notna()]
    if "status" in graded:
        graded = graded[graded["status"] != "uncertain"]
    keys = ["study_id", "level", "task"]
    both = predictions[[*keys, *PROBABILITIES]].merge(graded[[*keys, "grade"]], on=keys).sort_values(keys)
    study = both["study_id"].to_numpy(dtype=str)
    return Scored(
        both[list(PROBABILITIES)].to_numpy(np.float64),
        both["grade"].to_numpy(np.int64),
        study,
        np.array([(patients or {}).get(name, name) for name in study], dtype=str),
        both["level"].to_numpy(dtype=str),
        both["task"].to_numpy(dtype=str),
    )


def take_slots(scored: Scored, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Scored:
    """Some of the slots, by mask or by index; an index may occur more than once."""
    return Scored(
        scored.probabilities[rows],
        scored.grade[rows],
        scored.study[rows],
        scored.patient[rows],
        scored.level[rows],
        scored.task[rows],
    )


def take_common(groups: Sequence[Sequence[Scored]]) -> list[list[Scored]]:
    """The same groups of models, with only the discs that every group that has models speaks about, whichever model."""
    spoken = [{disc for model in models for disc in _to_discs(model)} for models in groups if models]
    common = set.intersection(*spoken) if spoken else set()
    return [
        [take_slots(model, np.array([disc in common for disc in _to_discs(model)], dtype=np.bool_)) for model in models]
        for models in groups
    ]


def _to_discs(scored: Scored) -> list[tuple[str, str]]:
    return [(str(study), str(level)) for study, level in zip(scored.study, scored.level, strict=True)]


def take_tasks(scored: Scored, tasks: Collection[Task]) -> Scored:
    """The slots of some tasks, such as ``FORAMINA``."""
    return take_slots(scored, np.isin(scored.task, [task.value for task in tasks]))
