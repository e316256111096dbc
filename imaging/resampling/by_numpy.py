"""A disc's volume from its crops in one trilinear interpolation, by numpy alone."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from imaging.augmentation import Augmentation
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.grids import Grid
from imaging.resampling.decoded import to_decoded
from imaging.resampling.matrices import LEAST_WEIGHT, to_blend_width, to_index_matrix, to_slice_gaps
from imaging.resampling.rows import Mask, to_inside, to_mask, to_row_starts, to_slice_numbers
from imaging.store.crop import Crop
from imaging.volume import Volume

Values = npt.NDArray[np.float32]


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
        mask = to_mask(to_inside(crop.volume, matrix, grid.samples), grid.samples[2])
        starts = to_row_starts(matrix, grid.samples)
        padded = to_decoded(crop, (1, 1, 1))
        for plane in range(grid.samples[0]):
            positions = _to_positions(starts[:, plane], matrix[:3, 0], grid.samples[2], crop.volume)
            weight = mask[plane] * (_to_weights(crop.volume, positions[2]) if len(crops) > 1 else np.float32(1))
            total[plane] += _interpolate(padded, positions) * weight
            weights[plane] += weight
    inside = weights > 0
    np.divide(total, weights, out=total, where=inside)
    return total, inside


def _to_positions(starts: FloatArray, step: FloatArray, width: int, volume: Volume) -> list[Values]:
    """i, j and k over a plane of the grid, each (height, width); ``starts``: (3, height)."""
    along = np.arange(width)
    i, j, k = (start[:, None] + along * each for start, each in zip(starts, step, strict=True))
    return [i.astype(np.float32), j.astype(np.float32), to_slice_numbers(volume, k).astype(np.float32)]


def _to_weights(volume: Volume, k: Values) -> Values:
    """How much a stack counts at k, by the distance to its nearest slice plane."""
    gaps = to_slice_gaps(volume)
    gap = gaps[np.clip(np.floor(k).astype(np.intp), 0, len(gaps) - 1)]
    nearest = np.clip(np.rint(k), 0, volume.voxels.shape[0] - 1)
    weights = np.exp(-((np.abs(k - nearest) * gap / to_blend_width(volume)) ** 2))
    at_least: Values = np.maximum(weights, LEAST_WEIGHT).astype(np.float32)
    return at_least


def _interpolate(padded: Values, positions: Sequence[Values]) -> Values:
    """The values at positions, (height, width), which are moved to the nearest voxel where they are outside."""
    _, rows, columns = padded.shape
    clipped = [np.clip(p, 0, n - 2) for p, n in zip(positions, padded.shape[::-1], strict=True)]
    below = [p.astype(np.intp) for p in clipped]
    i, j, k = (p - b.astype(np.float32) for p, b in zip(clipped, below, strict=True))
    first = (below[2] * rows + below[1]) * columns + below[0]
    flat = padded.ravel()
    lines = [
        _lerp(flat[at:][first], flat[at + 1 :][first], i) for at in (0, columns, rows * columns, (rows + 1) * columns)
    ]
    return _lerp(_lerp(lines[0], lines[1], j), _lerp(lines[2], lines[3], j), k)


def _lerp(a: Values, b: Values, share: Values) -> Values:
    b -= a
    b *= share
    b += a
    return b
