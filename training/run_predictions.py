"""What a finished or unfinished run predicts of one part of its split, kept in its folder until its weights change."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from imaging.augmentation import AugmentationSettings
from imaging.store.reader import VolumeStore
from lexicons.vocabulary import Task
from training.config import Config
from training.data import Discs
from training.grading import load_grader, predict_discs
from training.predictions import read_predictions, write_predictions
from training.run_record import BEST, check_same_volumes, read_discs, RecordError, SPLIT
from training.split import Part, read_split
from training.targets import MISSING, Targets

CHUNK = 32
"""Discs predicted between two reports of progress."""


def read_run_predictions(folder: Path, part: Part) -> pd.DataFrame | None:
    """The predictions table that was kept, if it is of the run's present best weights, else None."""
    table, made_from = _files(folder, part)
    if not table.exists() or not made_from.exists():
        return None
    if json.loads(made_from.read_text(encoding="utf-8")) != {"best_crc32": _checksum(folder)}:
        return None
    return read_predictions(table)


def predict_run(
    folder: Path,
    config: Config,
    volumes: Path,
    part: Part,
    device: torch.device,
    watch: Callable[[int], None] = lambda _: None,
) -> pd.DataFrame:
    """The predictions table of the discs in a part of a run's split, by its best weights; kept in its folder.

    ``watch`` is told how many discs are done since it was told last. RecordError where the store lacks a disc or has
    other voxels of it than the run has learnt from.
    """
    discs = discs_of(folder, part)
    reader = VolumeStore(volumes)
    check_same_volumes(read_discs(folder).merge(discs, on=["study_id", "level"]), reader.index)
    grader = load_grader(folder, device)
    tasks = tuple(Task(task) for task in config.targets.tasks)
    unknown = np.full((len(discs), len(tasks)), MISSING, np.int8)
    material = Discs(reader, Targets(discs, tasks, unknown, unknown), AugmentationSettings(), 0)
    chunks = []
    for start in range(0, len(discs), CHUNK):
        rows = range(start, min(start + CHUNK, len(discs)))
        chunks.append(predict_discs(grader, material, rows, device))
        watch(len(rows))
    predictions = pd.concat(chunks, ignore_index=True)
    table, made_from = _files(folder, part)
    made_from.unlink(missing_ok=True)
    write_predictions(predictions, table)
    made_from.write_text(json.dumps({"best_crc32": _checksum(folder)}) + "\n", encoding="utf-8")
    return predictions


def discs_of(folder: Path, part: Part) -> pd.DataFrame:
    """The discs of a part of a run's split; RecordError where there are none."""
    split = read_split(folder / SPLIT)
    discs = split.loc[split["part"] == part.value, ["study_id", "level"]].reset_index(drop=True)
    if not len(discs):
        raise RecordError(f"the run has no disc in its {part.value} part")
    return discs


def check_trained(folder: Path) -> None:
    """RecordError where a run has no best weights yet."""
    if not (folder / BEST).exists():
        raise RecordError(f"{folder.name} has no {BEST}: the run has not come to the end of an epoch")


def _files(folder: Path, part: Part) -> tuple[Path, Path]:
    return folder / f"predictions_{part.value}.csv", folder / f"predictions_{part.value}.json"


def _checksum(folder: Path) -> int:
    return zlib.crc32((folder / BEST).read_bytes())
