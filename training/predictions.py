"""The predictions table: a label table with a probability per grade, so that one scorer reads both."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from lexicons.vocabulary import Grade, Task
from reportparse.label_table import check_label_table, LabelTableError, read_label_table, write_label_table

FloatArray = npt.NDArray[np.float64]
PROBABILITIES: tuple[str, ...] = tuple(f"p{grade.value}" for grade in Grade)
COLUMNS: tuple[str, ...] = ("study_id", "level", "task", "grade", "low", "high", *PROBABILITIES)


class PredictionsError(ValueError):
    """A table that is not a predictions table; the message names the row."""


def to_predictions(discs: pd.DataFrame, tasks: tuple[Task, ...], probabilities: FloatArray) -> pd.DataFrame:
    """The predictions of ``discs`` (study_id, level) from probabilities (discs, tasks, 4), one row a slot.

    grade, low and high are the grade of the highest probability, of equals the lower.
    """
    rows = discs[["study_id", "level"]].loc[discs.index.repeat(len(tasks))].reset_index(drop=True)
    flat = probabilities.reshape(-1, len(Grade))  # (discs x tasks, 4)
    best = flat.argmax(axis=1)
    rows = rows.assign(task=[task.value for task in tasks] * len(discs), grade=best, low=best, high=best)
    return check_predictions(rows.assign(**{name: flat[:, number] for number, name in enumerate(PROBABILITIES)}))


def check_predictions(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with the schema's dtypes; LabelTableError or PredictionsError naming the first fault."""
    missing = [name for name in PROBABILITIES if name not in table.columns]
    if missing:
        raise PredictionsError(f"no column {missing[0]!r}; a predictions table has {', '.join(COLUMNS)}")
    try:
        table = check_label_table(table).astype(dict.fromkeys(PROBABILITIES, "float64"))
    except LabelTableError as error:
        raise PredictionsError(str(error)) from None
    values = table[list(PROBABILITIES)].to_numpy()
    bad = ~(np.isfinite(values).all(axis=1) & (values >= 0).all(axis=1) & (abs(values.sum(axis=1) - 1) < 1e-3))
    if bad.any():
        row = int(bad.argmax())
        raise PredictionsError(
            f"row {row}: the probabilities add up to {values[row].sum():g}, expected 1 and none below 0"
        )
    return table


def read_predictions(path: Path) -> pd.DataFrame:
    """A checked predictions table from a .parquet, .csv or .tsv file."""
    return check_predictions(read_label_table(path))


def write_predictions(table: pd.DataFrame, path: Path) -> None:
    """Write a predictions table as the ending of the path says."""
    write_label_table(table, path)
