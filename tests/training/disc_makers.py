"""Small discs that stand in for a volume store: what is graded can be seen in them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from imaging.frames import DiscFrame
from imaging.grids import Grid, to_grid_affine
from imaging.store.crop import Crop, DiscCrops
from imaging.volume import Volume
from lexicons.vocabulary import Level, LEVELS, Task, View
from training.targets import Targets

TASKS = (Task.SCS, Task.LFS, Task.RFS)
_STRETCHED = {
    View.AXIAL: Grid(View.AXIAL, (6, 30, 30), (24.0, 120.0, 120.0)),
    View.SAGITTAL: Grid(View.SAGITTAL, (14, 20, 30), (70.0, 60.0, 120.0), (0.0, 12.0, 0.0)),
}
_PLACES = {Task.SCS: (0.0, 14.0, 0.0), Task.LFS: (18.0, 8.0, 0.0), Task.RFS: (-18.0, 8.0, 0.0)}
"""Where a task's bright blob lies: left, post and sup of the disc's centre, mm."""


def make_disc(grades: dict[Task, int], level: Level, seed: int, views: tuple[View, ...] = tuple(View)) -> DiscCrops:
    """A disc with a blob for each task, the darker the higher its grade, on noise."""
    rng = np.random.default_rng(seed)
    frame = DiscFrame(level, rng.normal(0, 20, 3), *np.eye(3))
    crops = {view: (_make_crop(grades, frame, _STRETCHED[view], rng),) if view in views else () for view in View}
    return DiscCrops(frame, crops[View.AXIAL], crops[View.SAGITTAL])


def _make_crop(grades: dict[Task, int], frame: DiscFrame, grid: Grid, rng: np.random.Generator) -> Crop:
    affine = to_grid_affine(grid, frame)
    k, j, i = np.meshgrid(*(np.arange(n) for n in grid.samples), indexing="ij")
    points = np.stack([i, j, k], axis=-1) @ affine[:3, :3].T + affine[:3, 3] - frame.centre
    signal = rng.normal(0.0, 0.05, grid.samples)
    for task, place in _PLACES.items():
        signal += (1.0 - grades[task] / 3) * np.exp(-((points - place) ** 2).sum(axis=-1) / (2 * 8.0**2))
    voxels = ((signal + 1) * 1000).clip(0).astype(np.uint16)
    return Crop(Volume(voxels, affine, 4.0), 0.001, -1.0, "0" * 16)


class MemoryStore:
    """A volume store in memory."""

    def __init__(self, discs: dict[tuple[str, str], DiscCrops]) -> None:
        self.discs = discs

    def read_disc(self, study_id: str, level: Level | str) -> DiscCrops:
        return self.discs[study_id, str(level)]


def make_cohort(studies: int, seed: int = 0, views: tuple[View, ...] = tuple(View)) -> tuple[MemoryStore, Targets]:
    """Discs L3-L4 to L5-S1 of some studies, and their exact grades."""
    rng = np.random.default_rng(seed)
    discs = pd.DataFrame(
        [(f"s{n}", level.value) for n in range(studies) for level in LEVELS[3:]], columns=["study_id", "level"]
    )
    grade = rng.integers(0, 4, (len(discs), 3)).astype(np.int8)
    store = {
        (study_id, level): make_disc(dict(zip(TASKS, map(int, of_disc), strict=True)), Level(level), number, views)
        for number, ((study_id, level), of_disc) in enumerate(zip(discs.to_numpy(), grade, strict=True))
    }
    return MemoryStore(store), Targets(discs, TASKS, grade, grade)


def mirror_disc(disc: DiscCrops) -> DiscCrops:
    """The disc of the patient seen in a mirror through the disc's middle plane."""
    return replace(disc, axial=_mirror(disc.axial, disc.frame), sagittal=_mirror(disc.sagittal, disc.frame))


def _mirror(crops: tuple[Crop, ...], frame: DiscFrame) -> tuple[Crop, ...]:
    """Voxels reversed along the one axis that runs left to right; the crops of ``make_disc`` lie evenly about it."""
    mirrored = []
    for crop in crops:
        axis = int(np.argmax(np.abs(crop.volume.affine[:3, :3].T @ frame.left)))
        voxels = np.ascontiguousarray(np.flip(crop.volume.voxels, 2 - axis))
        mirrored.append(replace(crop, volume=replace(crop.volume, voxels=voxels)))
    return tuple(mirrored)
