"""The study that is shown from its report to its grades: of the test part, the one with the most stenoses."""

from pathlib import Path

import pandas as pd

from lexicons.vocabulary import Grade, Task
from lumbar.demo.places import Places

TASKS = (Task.SCS, Task.LFS, Task.RFS)


def read_grades(path: Path) -> pd.DataFrame:
    """The cohort's own grades: study_id, level, task, grade, low, high."""
    return pd.read_csv(path, dtype={"study_id": "string"})


def choose_study(places: Places) -> str:
    """The study_id; of equals the first."""
    split = pd.read_csv(places.run / "split.csv", dtype="string")
    grades = read_grades(places.grades)
    unseen = grades["study_id"].isin(split.loc[split["part"] == "test", "study_id"])
    narrowed = grades[unseen & grades["task"].isin(list(TASKS))]
    stenoses = (narrowed["grade"] > Grade.NORMAL).groupby(narrowed["study_id"], sort=True).sum()
    return str(stenoses.idxmax())
