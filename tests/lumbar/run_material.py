"""A volume store and a label table on disk, small enough to train on in seconds, and a config to match."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import training.models
from imaging.store.study_file import write_study
from imaging.store.writer import open_for_writing, write_index
from tests.training.disc_makers import make_cohort
from training.models import Model

LEVELS = ("L3-L4", "L4-L5", "L5-S1")

SMALL = """\
[model]
name = "deepspine-tiny"
[optimizer]
name = "adamw"
learning_rate = 0.001
[run]
epochs = 2
batch_size = 4
accelerator = "cpu"
save_steps = 1
"""
"""Two epochs of a few steps."""


def write_material(folder: Path, studies: int = 8, seed: int = 0) -> None:
    """labels.csv, volumes and run.toml: three discs a study."""
    memory, targets = make_cohort(studies, seed)
    write_store(folder / "volumes", memory.discs)
    rows = [
        (study_id, level, task.value, grade, grade, grade)
        for (study_id, level), grades in zip(targets.discs.to_numpy(), targets.low.tolist(), strict=True)
        for task, grade in zip(targets.tasks, grades, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["study_id", "level", "task", "grade", "low", "high"])
    table.to_csv(folder / "labels.csv", index=False)
    (folder / "run.toml").write_text(SMALL, encoding="utf-8")


def write_store(store: Path, discs: dict, phantoms: tuple[str, ...] = ()) -> None:
    """A volume store of the discs, by (study_id, level); of the others nothing says whether they are phantoms."""
    open_for_writing(store, {}, restart=store.exists())
    for study in sorted({study_id for study_id, _ in discs}):
        phantom = True if study in phantoms else None
        write_study(store, study, "", [discs[study, level] for level in LEVELS], (), phantom)
    write_index(store)


@contextmanager
def small_models() -> Iterator[None]:
    """Graders on grids a fourth the size: these tests are not of the network."""

    def shrink(model: Model) -> Model:
        axial, sagittal = model.axial.samples, model.sagittal.samples
        return replace(
            model,
            # The axial slices are the network's channels.
            axial=replace(model.axial, samples=(axial[0], axial[1] // 3, axial[2] // 3)),
            sagittal=replace(model.sagittal, samples=tuple(-(-n // 2) for n in sagittal)),
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.models, "MODELS", tuple(map(shrink, training.models.MODELS)))
        yield
