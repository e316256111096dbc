"""Which axial stacks show a disc: how much of the disc's planes each covers, and how nearly it is parallel to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, to_angle_deg
from imaging.grids import AXIAL, Grid, to_axes, to_grid_affine
from imaging.study import Stack
from imaging.volume import to_bare_volume, Volume

LATTICE_MM = 3.0
"""The spacing of the points by which the covered share of a plane is counted."""


@dataclass(frozen=True)
class AxialChoiceSettings:
    """When a stack is accepted: its angle to the disc's planes, and the least share of them that it covers.

    ``radius_mm`` is of the part of a plane that counts; a stack away from it loses by exp(-distance / ``near_mm``).
    """

    largest_angle_deg: float = 25.0
    least_coverage: float = 3 / 8
    radius_mm: float = 45.0
    near_mm: float = 10.0


class StackRating(NamedTuple):
    """How well a stack, by its place in the sequence given, shows a disc; ``coverage`` is a share, 0 to 1."""

    number: int
    score: float
    coverage: float
    angle_deg: float


def choose_stacks(
    stacks: Sequence[Stack | Volume],
    frame: DiscFrame,
    grid: Grid = AXIAL,
    settings: AxialChoiceSettings = AxialChoiceSettings(),
) -> tuple[StackRating, ...]:
    """The stacks that show the disc, the best first; none where the axial view is missing.

    Several are to be blended. Stacks that rate the same keep the order in which they are given.
    """
    ratings = [rate_stack(number, stack, frame, grid, settings) for number, stack in enumerate(stacks)]
    accepted = [
        rating
        for rating in ratings
        if rating.angle_deg < settings.largest_angle_deg and rating.coverage >= settings.least_coverage
    ]
    return tuple(sorted(accepted, key=lambda rating: (-rating.score, rating.number)))


def rate_stack(
    number: int, stack: Stack | Volume, frame: DiscFrame, grid: Grid, settings: AxialChoiceSettings
) -> StackRating:
    """The rating of one stack: coverage x cosine of the angle x exp(-distance of the stack's middle / near_mm)."""
    volume = to_bare_volume(stack)
    angle = to_angle_deg(volume.normal, frame.sup)
    angle = min(angle, 180.0 - angle)
    coverage = to_coverage(volume, _lattice(frame, grid, settings.radius_mm))
    first, last = _ends(volume)
    distance = abs(float(volume.normal @ frame.centre) - (first + last) / 2)
    score = coverage * float(np.cos(np.radians(angle))) * float(np.exp(-distance / settings.near_mm))
    return StackRating(number, score, coverage, angle)


def to_coverage(volume: Volume, points: FloatArray) -> float:
    """The share of the points, (n, 3), LPS mm, inside the slab of the slices and the field of view."""
    indices = volume.to_indices(points)
    _, rows, columns = volume.voxels.shape
    along = points @ volume.normal
    first, last = _ends(volume)
    half = volume.thickness_mm / 2
    inside = (along >= first - half) & (along <= last + half)
    for axis, count in ((0, columns), (1, rows)):
        inside &= (indices[:, axis] >= -0.5) & (indices[:, axis] <= count - 0.5)
    return float(inside.mean())


def _ends(volume: Volume) -> tuple[float, float]:
    """Where along the normal the first and the last slice plane lie, mm."""
    last = volume.voxels.shape[0] - 1
    ends = volume.to_points(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, last]])) @ volume.normal
    return float(ends.min()), float(ends.max())


def _lattice(frame: DiscFrame, grid: Grid, radius_mm: float) -> FloatArray:
    """Points over the disc-shaped middle of each of the grid's planes, (n, 3), LPS mm."""
    depth, height, width = grid.samples
    affine = to_grid_affine(grid, frame)
    steps = np.arange(-radius_mm, radius_mm + LATTICE_MM / 2, LATTICE_MM)
    x, y = (each.ravel() for each in np.meshgrid(steps, steps))
    within = np.hypot(x, y) <= radius_mm
    axes = to_axes(grid.view, frame)
    flat = x[within, None] * axes[:, 0] + y[within, None] * axes[:, 1]
    middles = affine[:3, :3] @ np.array([[(width - 1) / 2, (height - 1) / 2, k] for k in range(depth)]).T
    points: FloatArray = (middles.T + affine[:3, 3])[:, None] + flat
    return points.reshape(-1, 3)
