"""Masks of spines for tests: bodies, arches and discs as voxels of a sagittal volume."""

import numpy as np

from imaging.geometry import FloatArray, normalise
from imaging.volume import Volume
from tests.imaging.spines import BODY_MM, CENTROID_SHARE, DISC_MM, NAMES, TrueSpine

SPACING_MM = (1.2, 1.0, 3.0)
"""Between columns, between rows, between slices."""

MARGIN_MM = np.array([27.0, 46, 22])


def to_grid(spine: TrueSpine) -> Volume:
    """An empty sagittal volume around a spine: columns to posterior, rows to the feet, slices to the right."""
    low, high = spine.landmarks.points.min(axis=0) - MARGIN_MM, spine.landmarks.points.max(axis=0) + MARGIN_MM
    across, down, step = SPACING_MM
    affine = np.eye(4)
    affine[:3, :3] = np.array([[0.0, across, 0], [0, 0, -down], [-step, 0, 0]]).T
    affine[:3, 3] = [high[0], low[1], high[2]]
    x, y, z = high - low
    shape = (round(x / step), round(z / down), round(y / across))
    return Volume(np.zeros(shape, dtype=np.uint16), affine, step)


def to_points(grid: Volume) -> FloatArray:
    """LPS mm of every voxel, (slice, row, column, 3)."""
    k, j, i = np.meshgrid(*(np.arange(n, dtype=np.float64) for n in grid.voxels.shape), indexing="ij")
    return grid.to_points(np.stack([i, j, k], axis=-1))


def to_mask(
    spine: TrueSpine, labels: dict[str, int], with_arches: bool = False, levels: dict[int, int] | None = None
) -> Volume:
    """The labelled bodies, with an arch and a spinous process behind them where asked, and discs: number to label.

    Each body is bounded by planes: its own endplates, in the middle between its disc's normal and its own axis.
    """
    grid = to_grid(spine)
    points, voxels = to_points(grid), grid.voxels.copy()
    for number, name in enumerate(NAMES):
        if name in labels:
            voxels[is_in_body(points, spine, number)] = labels[name]
            if with_arches:
                voxels[is_in_arch(points, spine, number) & (voxels == 0)] = labels[name]
    for number, label in (levels or {}).items():
        local = to_local(points, spine.centres[number], spine.normals[number])
        inside = is_round(local, 21.0, 16.0) & (np.abs(local[..., 2]) <= DISC_MM[number] / 2)
        voxels[inside & (voxels == 0)] = label
    return Volume(voxels, grid.affine, grid.thickness_mm)


def to_local(points: FloatArray, centre: FloatArray, up: FloatArray) -> FloatArray:
    """To the left, to posterior and up from a centre, (..., 3)."""
    left = normalise(np.array([1.0, 0, 0]) - up[0] * up)
    return (points - centre) @ np.column_stack([left, np.cross(up, left), up])


def is_round(local: FloatArray, half_width: float, half_depth: float) -> np.ndarray:
    inside: np.ndarray = (local[..., 0] / half_width) ** 2 + (local[..., 1] / half_depth) ** 2 <= 1
    return inside


def is_in_body(points: FloatArray, spine: TrueSpine, number: int) -> np.ndarray:
    """Between the planes of the two discs beside it, half a disc off; flat at the ends of the spine."""
    above = spine.normals[max(number - 1, 0)]
    below = spine.normals[min(number, len(spine.normals) - 1)]
    local = to_local(points, spine.landmarks.points[number], normalise(above + below))
    inside = is_round(local, 21.0, 16.0)
    share = CENTROID_SHARE[number] * BODY_MM[number]
    if number > 0:
        inside &= (points - spine.centres[number - 1]) @ above <= -DISC_MM[number - 1] / 2
    else:
        inside &= local[..., 2] <= share
    if number < len(spine.normals):
        inside &= (points - spine.centres[number]) @ below >= DISC_MM[number] / 2
    else:
        inside &= local[..., 2] >= share - BODY_MM[number]
    return inside


def is_in_arch(points: FloatArray, spine: TrueSpine, number: int) -> np.ndarray:
    """Two pedicles, a lamina and a spinous process."""
    up = normalise(spine.normals[max(number - 1, 0)] + spine.normals[min(number, len(spine.normals) - 1)])
    a, p, s = np.moveaxis(to_local(points, spine.landmarks.points[number], up), -1, 0)
    pedicle = (np.abs(np.abs(a) - 14) <= 4.5) & (p > 0) & (p <= 32) & (np.abs(s - 4) <= 7)
    lamina = (np.abs(a) <= 18) & (np.abs(p - 32) <= 3) & (np.abs(s + 2) <= 9)
    process = (np.abs(a) <= 3.5) & (p >= 32) & (p <= 44) & (np.abs(s + 6) <= 9)
    inside: np.ndarray = pedicle | lamina | process
    return inside
