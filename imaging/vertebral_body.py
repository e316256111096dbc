"""The body of a vertebra in a mask that may hold its pedicles, facets and spinous process too."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from imaging.volume import Volume

CORE_SHARE = 0.5
"""Bone thinner than this share of the vertebra's thickest place is no body: pedicles and laminae have about a third."""


def to_body(mask: npt.NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> npt.NDArray[np.bool_]:
    """The body's voxels of one vertebra's, both (slice, row, column): an opening at half the body's thickness.

    ``spacing_mm``: (slice, row, column). A mask of the body alone loses only its edges, on all sides alike. Weakness:
    where the body is crushed to less than its pedicles' thickness the thickest place may be behind it.
    """
    depth = ndimage.distance_transform_edt(mask, sampling=spacing_mm)
    radius = float(depth.max()) * CORE_SHARE
    cores, count = ndimage.label(depth >= radius)
    sizes = ndimage.sum_labels(depth >= radius, cores, range(1, count + 1))
    core = cores == 1 + int(np.argmax(sizes))
    return mask & (ndimage.distance_transform_edt(~core, sampling=spacing_mm) <= radius)


def to_body_indices(mask: Volume, voxels: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """The (i, j, k), (n, 3), of the body among a vertebra's voxels, (m, 3), in (slice, row, column)."""
    first, last = voxels.min(axis=0), voxels.max(axis=0)
    own = np.zeros(last - first + 1, dtype=bool)
    own[tuple((voxels - first).T)] = True
    columns, rows, step = mask.spacing_mm
    indices: npt.NDArray[np.float64] = (np.argwhere(to_body(own, (step, rows, columns))) + first)[:, ::-1] * 1.0
    return indices
