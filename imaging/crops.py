"""The box of a stack around a disc's grid: which slices it needs, and its voxels as 16-bit integers."""

from collections.abc import Callable
from itertools import product

import numpy as np
import numpy.typing as npt

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, transform
from imaging.grids import Grid, to_grid_affine
from imaging.refusal import ImagingError
from imaging.store.crop import Crop
from imaging.study import Stack
from imaging.volume import to_bare_volume, Volume

ROUNDING = 1e-6
"""Of an index, in voxels: a corner on a voxel's centre needs no voxel beyond it."""

STEPS = 65535
"""The largest uint16."""

Box = tuple[slice, slice, slice]
Voxels = npt.NDArray[np.generic]


def cut_crop(
    read: Callable[[slice], Volume],
    stack: Stack | Volume,
    frame: DiscFrame,
    grid: Grid,
    margin: float,
    series: str = "",
) -> Crop | None:
    """The crop of a stack around a disc's grid; None where the stack does not reach it.

    ``read`` gives the volume of a range of slices, and is asked for those that are needed. The crop holds every voxel
    that a sample needs of the grid enlarged by ``margin``, a share of its extent, half of it on each side.
    ``series`` is the source's digest. ImagingError where a voxel is not a finite number.
    """
    box = to_box(stack, frame, grid, margin)
    if box is None:
        return None
    slices, rows, columns = box
    part = read(slices)
    voxels, scale, offset = to_uint16(part.voxels[:, rows, columns])
    affine = part.affine.copy()
    affine[:3, 3] += affine[:3, :2] @ [columns.start, rows.start]
    return Crop(Volume(voxels, affine, part.thickness_mm, part.slice_offsets_mm), scale, offset, series)


def to_box(stack: Stack | Volume, frame: DiscFrame, grid: Grid, margin: float) -> Box | None:
    """The slices, rows and columns of a stack that a disc's grid, so enlarged, needs; None where there are none."""
    volume = to_bare_volume(stack)
    indices = volume.to_indices(to_corners(frame, grid, margin))[:, ::-1]  # k, j, i
    shape = np.array(volume.voxels.shape)
    low, high = indices.min(axis=0), indices.max(axis=0)
    if np.any(high < -0.5) or np.any(low > shape - 0.5):
        return None
    start = np.clip(np.floor(low + ROUNDING), 0, shape - 1).astype(int)
    stop = np.clip(np.ceil(high - ROUNDING), 0, shape - 1).astype(int) + 1
    slices, rows, columns = (slice(int(a), int(b)) for a, b in zip(start, stop, strict=True))
    return slices, rows, columns


def to_corners(frame: DiscFrame, grid: Grid, margin: float) -> FloatArray:
    """The corners of a grid's extent enlarged by a margin, (8, 3), LPS mm."""
    count = np.array(grid.samples[::-1], dtype=np.float64)
    ends = np.array(list(product((-0.5, 0.5), repeat=3))) * (1 + margin)
    return transform(to_grid_affine(grid, frame), ends * count + (count - 1) / 2)


def to_uint16(voxels: Voxels) -> tuple[npt.NDArray[np.uint16], float, float]:
    """The voxels as uint16, with the scale and offset that give them back: ``stored * scale + offset``.

    Whole numbers within a range of 65535 are kept exactly; others within half a step of range / 65535.
    """
    values = np.asarray(voxels, dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise ImagingError("voxels that are not finite numbers", "bad-voxels")
    if high - low <= STEPS and np.array_equal(values, np.rint(values)):
        offset = 0.0 if low >= 0 and high <= STEPS else low
        return (values - offset).astype(np.uint16), 1.0, offset
    scale = (high - low) / STEPS or 1.0
    return np.rint((values - low) / scale).astype(np.uint16), scale, low
