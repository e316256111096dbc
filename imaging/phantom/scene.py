"""What is scanned: something that renders slices, and the truth about where its discs are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.phantom.planning import SliceGrid
from imaging.study import Weighting

Voxels = npt.NDArray[np.uint16]

MAX_SIGNAL = 4095
"""The most that 12 bits hold."""


class RenderSlices(Protocol):
    """Voxels, uint16 of 12 bits, of evenly spaced slices: shape (slice, row, column) on a 4 x 4 affine in LPS mm.

    One array for each weighting: what several series show on one grid is rendered for little more than one.
    """

    def __call__(
        self,
        affine: FloatArray,
        shape: tuple[int, int, int],
        thickness_mm: float,
        weightings: Sequence[Weighting],
        rng: np.random.Generator,
    ) -> tuple[Voxels, ...]:
        """The signal of each slab, with the noise and shading of a scanner drawn from ``rng``."""
        ...


@dataclass(frozen=True)
class Scene:
    """A patient to be scanned.

    ``centroids``: of ``structures`` (``imaging.vertebrae.VERTEBRAE``), (n, 3), LPS mm. ``points``: named places, (3,).
    """

    render: RenderSlices
    frames: tuple[DiscFrame, ...]
    structures: tuple[str, ...]
    centroids: FloatArray
    points: dict[str, FloatArray]


def to_turned(scene: Scene, turn_deg: tuple[float, float, float]) -> Scene:
    """The patient turned on the table by a rotation vector (degrees, LPS axes) about the origin: truth and all."""
    turn = Rotation.from_rotvec(turn_deg, degrees=True)
    back = np.eye(4)
    back[:3, :3] = turn.inv().as_matrix()

    def render(
        affine: FloatArray,
        shape: tuple[int, int, int],
        thickness_mm: float,
        weightings: Sequence[Weighting],
        rng: np.random.Generator,
    ) -> tuple[Voxels, ...]:
        return scene.render(back @ affine, shape, thickness_mm, weightings, rng)

    frames = tuple(
        DiscFrame(f.level, turn.apply(f.centre), turn.apply(f.left), turn.apply(f.post), turn.apply(f.sup))
        for f in scene.frames
    )
    points = {name: turn.apply(point) for name, point in scene.points.items()}
    return replace(scene, render=render, frames=frames, centroids=turn.apply(scene.centroids), points=points)


def render_grid(
    scene: Scene, grid: SliceGrid, weightings: Sequence[Weighting], rng: np.random.Generator
) -> tuple[Voxels, ...]:
    """A grid's voxels in each weighting, (slice, row, column), slice by slice where they are not evenly spaced."""
    runs = [(0, len(grid.positions))] if grid.is_even else [(n, 1) for n in range(len(grid.positions))]
    parts = [
        scene.render(grid.to_affine(first), (count, *grid.matrix), grid.thickness_mm, weightings, rng)
        for first, count in runs
    ]
    return tuple(np.concatenate(slices) for slices in zip(*parts, strict=True))
