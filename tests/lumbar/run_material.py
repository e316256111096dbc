"""A volume store and a label table on disk, small enough to train on in seconds, and a config to match."""

from pathlib import Path

import pandas as pd

from imaging.store.study_file import write_study
from imaging.store.writer import open_for_writing, write_index
from tests.training.disc_makers import make_cohort

LEVELS = ("L3-L4", "L4-L5", "L5-S1")


def make_material(folder: Path, studies: int = 12, seed: int = 0) -> tuple[Path, Path]:
    """A label table and a volume store of some studies with three discs each."""
    memory, targets = make_cohort(studies, seed)
    store = folder / "volumes"
    open_for_writing(store, {})
    for study in sorted({study_id for study_id, _ in memory.discs}):
        discs = [memory.discs[study, level] for level in LEVELS]
        write_study(store, study, "", discs, ())
    write_index(store)
    rows = [
        (study_id, level, task.value, grade, grade, grade)
        for (study_id, level), grades in zip(targets.discs.to_numpy(), targets.low.tolist(), strict=True)
        for task, grade in zip(targets.tasks, grades, strict=True)
    ]
    labels = folder / "labels.csv"
    pd.DataFrame(rows, columns=["study_id", "level", "task", "grade", "low", "high"]).to_csv(labels, index=False)
    return labels, store


SMALL = """\
[model]
name = "deepspine-tiny"
[optimizer]
name = "adamw"
learning_rate = 0.001
[run]
epochs = 2
batch_size = 6
accelerator = "cpu"
"""
"""A config that trains two epochs in seconds."""
