"""The one matrix that takes a sample of a disc's grid to a place in a volume's voxels, augmentation multiplied in."""

import numpy as np

from imaging.augmentation import Augmentation, to_augmentation_matrix
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.grids import Grid, to_grid_affine
from imaging.volume import Volume

LEAST_WEIGHT = 1e-6
"""Of a stack in a blend: keeps the blend defined where every slice is far."""


def to_index_matrix(
    volume: Volume, frame: DiscFrame, grid: Grid, augmentation: Augmentation | None = None
) -> FloatArray:
    """The 4 x 4 matrix from a sample's (width, height, depth) index to the volume's (i, j, k).

    Where the volume's slices are not evenly spaced the third is the offset in mm along the slice direction, as in the
    volume's affine.
    """
    to_patient = to_grid_affine(grid, frame)
    if augmentation is not None:
        to_patient = to_augmentation_matrix(augmentation, frame) @ to_patient
    return np.linalg.solve(volume.affine, to_patient).astype(np.float64)


def to_step_height(volume: Volume) -> float:
    """How far apart along the normal two slice planes are whose third index differs by 1, mm."""
    return abs(float(volume.affine[:3, 2] @ volume.normal))


def to_slice_gaps(volume: Volume) -> FloatArray:
    """The distance between neighbouring slice planes, mm, one for each gap; of a single slice, its own step."""
    if volume.slice_offsets_mm is not None and len(volume.slice_offsets_mm) > 1:
        gaps: FloatArray = np.diff(volume.slice_offsets_mm) * to_step_height(volume)
        return gaps
    return np.full(max(volume.voxels.shape[0] - 1, 1), to_step_height(volume))


def to_blend_width(volume: Volume) -> float:
    """The distance over which a stack's weight in a blend falls off, mm: its SliceThickness, else its mean step."""
    return volume.thickness_mm if volume.thickness_mm > 0 else float(to_slice_gaps(volume).mean())
