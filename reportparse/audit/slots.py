"""A label of one slot as one small integer, and the labels of many studies as one array of them.

``low + 4 * high + 16 * (grade + 1)``, grade -1 where the words give none, so two labels are equal exactly when
interval and grade are, as docs/labels.md scores them. Two more values stand for the two ways to have no label.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from lexicons.vocabulary import Grade, LEVELS, TASKS

IntArray = npt.NDArray[np.int64]

SILENT = -1
"""The report does not speak of the slot."""
OPEN = -2
"""The report speaks of it and leaves it open: gold ``?``, not scored; as a prediction the same as silence."""

CATEGORIES: tuple[str, ...] = ("0", "1", "2", "3", "no grade", "silent")
"""Rows and columns of a confusion matrix; ``no grade`` holds what is present, bounded or hedged without a grade."""
NO_GRADE, SILENT_CATEGORY = 4, 5


@dataclass(frozen=True)
class Slots:
    """The labels of some studies.

    values: int64 (study, level, task), the label of each slot. rows: the same shape, the row of the label table
    that the label comes from, -1 where there is none.
    """

    studies: tuple[str, ...]
    values: IntArray
    rows: IntArray


def encode_label(low: int, high: int, grade: int | None) -> int:
    """The integer of a label with an interval."""
    return low + 4 * high + 16 * (0 if grade is None else grade + 1)


def decode_label(value: int) -> tuple[int, int, int | None]:
    """The (low, high, grade) of an integer that has an interval."""
    grade = value // 16 - 1
    return value % 4, value // 4 % 4, None if grade < 0 else grade


def to_slots(table: pd.DataFrame, studies: Sequence[str] | None = None) -> Slots:
    """The slots of a checked label table, for ``studies`` in that order, or for its own in order of appearance."""
    own = table["study_id"].drop_duplicates().tolist() if studies is None else list(studies)
    ids = pd.Index(own, dtype="object")
    shape = (len(ids), len(LEVELS), len(TASKS))
    values, rows = np.full(shape, SILENT, np.int64), np.full(shape, -1, np.int64)
    study = ids.get_indexer(pd.Index(table["study_id"], dtype="object"))
    here = np.flatnonzero(study >= 0)
    level = pd.Index(LEVELS).get_indexer(pd.Index(table["level"], dtype="object"))
    task = pd.Index(TASKS).get_indexer(pd.Index(table["task"], dtype="object"))
    at = study[here], level[here], task[here]
    values[at] = _encode_columns(table)[here]
    rows[at] = here
    return Slots(tuple(str(i) for i in ids), values, rows)


def _encode_columns(table: pd.DataFrame) -> IntArray:
    low, high, grade = (table[column].to_numpy(dtype=np.int64, na_value=-1) for column in ("low", "high", "grade"))
    encoded: IntArray = np.where(low < 0, OPEN, low + 4 * high + 16 * (grade + 1))
    return encoded


def close_open_slots(values: IntArray) -> IntArray:
    """The labels with open slots made silent: a prediction that is left open predicts nothing."""
    closed: IntArray = np.where(values == OPEN, SILENT, values)
    return closed


def to_categories(values: IntArray) -> IntArray:
    """The index into CATEGORIES of each label; an open slot counts as silent."""
    grade = values // 16 - 1
    category: IntArray = np.where(values < 0, SILENT_CATEGORY, np.where(grade < 0, NO_GRADE, grade))
    return category


def describe_label(value: int) -> str:
    """A label in words: ``2 moderate``, ``2 moderate (1-2)``, ``present, 1-3``, ``nothing``."""
    if value < 0:
        return "left open" if value == OPEN else "nothing"
    low, high, grade = decode_label(value)
    interval = str(low) if low == high else f"{low}-{high}"
    if grade is None:
        return f"present, {interval}" if (low, high) == (1, 3) else f"{interval}, no grade"
    words = f"{grade} {Grade(grade).name.lower()}"
    return words if low == high else f"{words} ({interval})"
