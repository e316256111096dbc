"""The wide form of a label table: one row a study, one column a slot, in our names or in RSNA 2024's."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import get_args, Literal, NamedTuple

import pandas as pd

from lexicons.vocabulary import Level, LEVELS, Task, TASKS

Names = Literal["ours", "rsna"]
NAMES: tuple[Names, ...] = get_args(Names)

RSNA_CONDITIONS: dict[Task, str] = {
    Task.SCS: "spinal_canal_stenosis",
    Task.LFS: "left_neural_foraminal_narrowing",
    Task.RFS: "right_neural_foraminal_narrowing",
    Task.LSS: "left_subarticular_stenosis",
    Task.RSS: "right_subarticular_stenosis",
}
"""The five conditions of RSNA 2024, in the order of its ``train.csv``; it has no T12-L1."""

RSNA_SEVERITIES = ("Normal/Mild", "Normal/Mild", "Moderate", "Severe")
"""RSNA's severity of the grades 0..3."""

Slot = tuple[Level | str, Task | str]


class Grading(NamedTuple):
    """What a label table says of one slot: the grade, None where the words give none, and the interval."""

    grade: int | None
    low: int | None
    high: int | None


@cache
def wide_columns(names: Names) -> dict[str, tuple[Level, Task]]:
    """The columns after ``study_id``, in order, with the slot each stands for.

    Ours are ``L4-L5_SCS``, by level; RSNA's are ``spinal_canal_stenosis_l4_l5``, by condition.
    """
    if names == "ours":
        return {f"{level}_{task}": (level, task) for level in LEVELS for task in TASKS}
    return {
        f"{condition}_{level.lower().replace('-', '_')}": (level, task)
        for task, condition in RSNA_CONDITIONS.items()
        for level in LEVELS[1:]
    }


def wide_row(slots: Mapping[Slot, Grading], names: Names) -> list[int | str | None]:
    """The cells of one study, in the order of ``wide_columns``; None for a slot with no statement or no grade.

    Ours hold the grade 0..3. RSNA's hold its severity: of the grade, else of the interval where the whole of it is one
    severity (``no moderate or severe`` is 0..1 and so Normal/Mild).
    """
    gradings = [slots.get(slot) for slot in wide_columns(names).values()]
    if names == "ours":
        return [None if grading is None else grading.grade for grading in gradings]
    return [None if grading is None else rsna_severity(grading) for grading in gradings]


def rsna_severity(grading: Grading) -> str | None:
    """RSNA's severity of a slot, None where the words leave two of them possible."""
    if grading.grade is not None:
        return RSNA_SEVERITIES[grading.grade]
    if grading.low is None or grading.high is None:
        return None
    low, high = RSNA_SEVERITIES[grading.low], RSNA_SEVERITIES[grading.high]
    return low if low == high else None


def to_wide(table: pd.DataFrame, names: Names, study_ids: Iterable[str] | None = None) -> pd.DataFrame:
    """The wide form of a label table.

    Studies are those of ``study_ids``, empty rows where the table is silent; else those of the table, in its order.
    """
    studies: dict[str, dict[Slot, Grading]] = {} if study_ids is None else {name: {} for name in study_ids}
    columns = (table[c].astype(object).where(table[c].notna(), None) for c in ("grade", "low", "high"))
    for study_id, level, task, *grading in zip(table["study_id"], table["level"], table["task"], *columns, strict=True):
        if study_ids is None or study_id in studies:
            studies.setdefault(study_id, {})[(level, task)] = Grading(*grading)
    rows = [[study_id, *wide_row(slots, names)] for study_id, slots in studies.items()]
    frame = pd.DataFrame(rows, columns=["study_id", *wide_columns(names)])
    cell = "Int8" if names == "ours" else "string"
    return frame.astype({"study_id": "string"} | dict.fromkeys(wide_columns(names), cell))
