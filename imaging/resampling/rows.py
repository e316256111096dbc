"""A grid as rows of samples in a volume: each row runs straight, so where it enters and leaves the volume is known."""

import numpy as np
import numpy.typing as npt

from imaging.geometry import FloatArray
from imaging.volume import interpolate_ends, Volume

IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

EDGE = 0.5 + 1e-6
"""How far beyond the outermost voxel centres a sample counts as inside: half a voxel, and what rounding takes."""

STILL = 1e-12
"""A step along a row, in voxels, that is none."""


def to_row_starts(matrix: FloatArray, samples: tuple[int, int, int]) -> FloatArray:
    """Where the first sample of each row lies by an index matrix, (3, depth, height); the step is ``matrix[:, 0]``."""
    depth, height, _ = samples
    down = np.arange(depth)[:, None] * matrix[:3, 2, None, None]  # (3, depth, 1)
    across = np.arange(height) * matrix[:3, 1, None, None]  # (3, 1, height)
    starts: FloatArray = matrix[:3, 3, None, None] + down + across
    return starts


def to_slice_numbers(volume: Volume, along: FloatArray) -> FloatArray:
    """k of the third index of ``to_index_matrix``: the same where slices are evenly spaced."""
    if volume.slice_offsets_mm is None:
        return along
    return interpolate_ends(along, volume.slice_offsets_mm, np.arange(len(volume.slice_offsets_mm), dtype=np.float64))


def to_inside(volume: Volume, matrix: FloatArray, samples: tuple[int, int, int]) -> tuple[IntArray, IntArray]:
    """The first sample of each row inside the volume, and the first after it that is not, both (depth, height)."""
    width = samples[2]
    first = np.zeros(samples[:2])
    last = np.full(samples[:2], width - 1.0)
    for start, step, (low, high) in zip(to_row_starts(matrix, samples), matrix[:3, 0], _limits(volume), strict=True):
        if abs(step) < STILL:
            last[(start < low) | (start > high)] = -1
            continue
        ends = (low - start) / step, (high - start) / step
        first = np.maximum(first, np.minimum(*ends))
        last = np.minimum(last, np.maximum(*ends))
    stop = np.floor(last).astype(np.int64) + 1
    return np.minimum(np.ceil(first), width).astype(np.int64), np.maximum(stop, 0)


def _limits(volume: Volume) -> list[tuple[float, float]]:
    """The least and the greatest index inside the volume on each axis, as the index matrix gives them."""
    limits = [(-EDGE, count - 1 + EDGE) for count in volume.voxels.shape[::-1]]
    if volume.slice_offsets_mm is not None:
        numbers = np.arange(len(volume.slice_offsets_mm), dtype=np.float64)
        low, high = interpolate_ends(np.array(limits[2]), numbers, volume.slice_offsets_mm)
        limits[2] = float(low), float(high)
    return limits


def to_mask(inside: tuple[IntArray, IntArray], width: int) -> Mask:
    """The mask, (depth, height, width), of ``to_inside``."""
    first, stop = (each[:, :, None] for each in inside)
    numbers = np.arange(width)
    mask: Mask = (numbers >= first) & (numbers < stop)
    return mask
