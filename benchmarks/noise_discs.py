"""Discs cut from stacks of usual spacing, tilted as discs are; their voxels are noise. Needs no DICOM."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from imaging.augmentation import to_rotation
from imaging.crops import cut_crop
from imaging.frames import DiscFrame
from imaging.grids import AXIAL, Grid, SAGITTAL
from imaging.store.crop import Crop, DiscCrops
from imaging.volume import Volume
from lexicons.vocabulary import LEVELS, Task
from training.data import DiscReader
from training.targets import Targets

MARGIN = 0.05
"""That of ``imaging.crop_plan``, which needs pydicom."""

WHITE = 2000
"""The largest voxel. Voxels are noise, neighbours as unlike as can be: no image differs more by a method's rounding."""

_TILTS_DEG = (-5.0, 0.0, 5.0, 10.0, 18.0, 32.0)


def make_discs(seed: int) -> Iterator[DiscCrops]:
    """The six discs of a study, each with an axial and a sagittal crop."""
    rng = np.random.default_rng(seed)
    for level, tilt in zip(LEVELS, _TILTS_DEG, strict=True):
        axes = to_rotation((tilt, float(rng.uniform(-4, 4)), float(rng.uniform(-4, 4))))
        frame = DiscFrame(level, rng.uniform(-10, 10, 3), axes[:, 0], axes[:, 1], axes[:, 2])
        axial_axes = to_rotation((tilt + float(rng.uniform(-6, 6)), 0.0, 0.0)) * (0.55, 0.55, 4.4)
        sagittal_axes = np.array([[0, 0, -4.4], [0.6, 0, 0], [0, -0.6, 0]])
        axial = _cut(rng, frame, AXIAL, axial_axes, (7, 320, 320))
        sagittal = _cut(rng, frame, SAGITTAL, sagittal_axes, (15, 448, 448))
        yield DiscCrops(frame, (axial,), (sagittal,))


def _cut(
    rng: np.random.Generator,
    frame: DiscFrame,
    grid: Grid,
    linear: npt.NDArray[np.float64],
    shape: tuple[int, int, int],
) -> Crop:
    affine = np.eye(4)
    affine[:3, :3] = linear
    affine[:3, 3] = frame.centre + rng.uniform(-3, 3, 3) - linear @ ((np.array(shape[::-1]) - 1) / 2)
    stack = Volume(rng.integers(0, WHITE, shape).astype(np.uint16), affine, 4.0)
    crop = cut_crop(lambda part: _take(stack, part), stack, frame, grid, MARGIN)
    assert crop is not None
    return crop


def _take(stack: Volume, part: slice) -> Volume:
    affine = stack.affine.copy()
    affine[:3, 3] += affine[:3, 2] * part.start
    return replace(stack, voxels=stack.voxels[part], affine=affine)


class DiscsInMemory:
    """What stands in for a volume store where pyarrow is missing."""

    def __init__(self, discs: dict[tuple[str, str], DiscCrops]) -> None:
        self._discs = discs

    def read_disc(self, study_id: str, level: str) -> DiscCrops:
        return self._discs[study_id, str(level)]


def write_discs(folder: Path, studies: int, seed: int) -> DiscReader:
    """A volume store of some studies below a folder; ImportError where pyarrow is missing."""
    from imaging.store.reader import VolumeStore
    from imaging.store.study_file import write_study
    from imaging.store.writer import open_for_writing, write_index

    open_for_writing(folder, {"noise": seed})
    for number in range(studies):
        write_study(folder, f"noise-{number:04d}", "noise", list(make_discs(seed + number)), [])
    write_index(folder)
    return VolumeStore(folder)


def keep_discs(studies: int, seed: int) -> DiscReader:
    """The same discs in memory."""
    return DiscsInMemory(
        {
            (f"noise-{number:04d}", str(disc.frame.level)): disc
            for number in range(studies)
            for disc in make_discs(seed + number)
        }
    )


def make_targets(studies: int, seed: int) -> Targets:
    """A grade by chance for every slot of these discs."""
    discs = pd.DataFrame(
        [(f"noise-{number:04d}", level.value) for number in range(studies) for level in LEVELS],
        columns=["study_id", "level"],
    )
    tasks = (Task.SCS, Task.LFS, Task.RFS)
    grades = np.random.default_rng(seed).integers(0, 4, (len(discs), len(tasks))).astype(np.int8)
    return Targets(discs, tasks, grades, grades)
