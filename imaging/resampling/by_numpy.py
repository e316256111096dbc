"""A disc's volume from its crops in one trilinear interpolation, by numpy alone."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from imaging.augmentation import Augmentation
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.grids import Grid
from imaging.resampling.matrices import to_index_matrix, to_slice_gaps
from imaging.store.crop import Crop
from imaging.volume import interpolate_ends

Values = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

EDGE = 0.5 + 1e-4
"""How far beyond the outermost voxel centres a sample counts as inside: half a voxel, and what rounding takes."""

LEAST_WEIGHT = 1e-6
"""Keeps the blend of stacks defined where every slice is far."""


def sample_crops(
    crops: Sequence[Crop], frame: DiscFrame, grid: Grid, augmentation: Augmentation | None = None
) -> tuple[Values, Mask]:
    """The grid's values, (depth, height, width), in units of the decoded image, and where they are inside a crop.

    Trilinear. Inside means within half a voxel of the outermost voxel centres on every axis; in that half voxel the
    outermost voxels go on (border padding). Outside every crop the value is 0. Several crops are blended with
    exp(-(distance to the crop's nearest slice plane / its thickness)^2), over those that are inside.
    """
    total = np.zeros(grid.samples, dtype=np.float32)
    weights = np.zeros(grid.samples, dtype=np.float32)
    for crop in crops:
        matrix = to_index_matrix(crop.volume, frame, grid, augmentation)
        for depth in range(grid.samples[0]):
            value, weight = _sample_plane(crop, matrix, depth, grid.samples[1:], len(crops) > 1)
            total[depth] += value * weight
            weights[depth] += weight
    mask = weights > 0
    np.divide(total, weights, out=total, where=mask)
    return total, mask


def _sample_plane(
    crop: Crop, matrix: FloatArray, depth: int, size: tuple[int, int], blended: bool
) -> tuple[Values, Values]:
    """Values and weights of one plane of the grid, both (height, width); weight 0 is outside."""
    voxels = crop.volume.voxels
    positions = [_position(row, depth, size) for row in matrix[:3]]
    offsets = crop.volume.slice_offsets_mm
    if offsets is not None:
        positions[2] = interpolate_ends(positions[2], offsets, np.arange(len(offsets), dtype=np.float64))
    inside = np.ones(size, dtype=bool)
    for position, count in zip(positions, voxels.shape[::-1], strict=True):
        inside &= (position >= -EDGE) & (position <= count - 1 + EDGE)
    weight = _blend(crop, positions[2]) if blended else np.ones(size)
    value = _interpolate(voxels, positions) * crop.scale + crop.offset
    return value.astype(np.float32), np.where(inside, weight, 0.0).astype(np.float32)


def _position(row: FloatArray, depth: int, size: tuple[int, int]) -> FloatArray:
    """One index of a volume over a plane of the grid, (height, width)."""
    height, width = size
    position: FloatArray = (np.arange(height) * row[1] + (depth * row[2] + row[3]))[:, None] + np.arange(width) * row[0]
    return position


def _blend(crop: Crop, k: FloatArray) -> FloatArray:
    gaps = to_slice_gaps(crop.volume)
    gap = gaps[np.clip(np.floor(k).astype(np.intp), 0, len(gaps) - 1)]
    nearest = np.clip(np.rint(k), 0, crop.volume.voxels.shape[0] - 1)
    thickness = crop.volume.thickness_mm if crop.volume.thickness_mm > 0 else float(gaps.mean())
    weight: FloatArray = np.maximum(np.exp(-((np.abs(k - nearest) * gap / thickness) ** 2)), LEAST_WEIGHT)
    return weight


def _interpolate(voxels: npt.NDArray[np.generic], positions: Sequence[FloatArray]) -> FloatArray:
    clipped = [np.clip(p, 0, n - 1) for p, n in zip(positions, voxels.shape[::-1], strict=True)]
    below = [np.floor(p).astype(np.intp) for p in clipped]
    above = [np.minimum(b + 1, n - 1) for b, n in zip(below, voxels.shape[::-1], strict=True)]
    fi, fj, fk = (p - b for p, b in zip(clipped, below, strict=True))
    planes = []
    for k in (below[2], above[2]):
        rows = [voxels[k, j, below[0]] * (1 - fi) + voxels[k, j, above[0]] * fi for j in (below[1], above[1])]
        planes.append(rows[0] * (1 - fj) + rows[1] * fj)
    value: FloatArray = planes[0] * (1 - fk) + planes[1] * fk
    return value
