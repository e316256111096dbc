"""Volumes of random voxels about a random disc, for the tests of crops and resampling."""

from dataclasses import replace

import numpy as np

from imaging.augmentation import to_rotation
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.grids import AXIAL, Grid, SAGITTAL
from imaging.store.crop import Crop
from imaging.volume import Volume
from lexicons.vocabulary import Level

SMALL_AXIAL = replace(AXIAL, samples=(8, 24, 30))
SMALL_SAGITTAL = replace(SAGITTAL, samples=(9, 20, 32))
GRIDS = (SMALL_AXIAL, SMALL_SAGITTAL)
CENTRE = np.array([4.0, 20.0, -310.0])


def draw_frame(rng: np.random.Generator, most_deg: float = 15.0) -> DiscFrame:
    a, b, c = rng.uniform(-most_deg, most_deg, 3)
    axes = to_rotation((a, b, c))
    return DiscFrame(Level.L4_L5, CENTRE + rng.uniform(-5, 5, 3), axes[:, 0], axes[:, 1], axes[:, 2])


def make_volume(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    spacing_mm: tuple[float, float, float],
    centre: FloatArray,
    axes: FloatArray | None = None,
    uneven: bool = False,
) -> Volume:
    """Random voxels; spacing between columns, rows and slices; ``axes``: X, Y and the slice direction as columns."""
    linear = np.eye(3) if axes is None else axes
    affine = np.eye(4)
    affine[:3, :3] = linear * spacing_mm
    middle = (np.array(shape[::-1]) - 1.0) / 2
    affine[:3, 3] = centre - affine[:3, :3] @ middle
    offsets = None
    if uneven:
        offsets = np.concatenate([[0.0], np.cumsum(rng.uniform(0.6, 1.4, shape[0] - 1) * spacing_mm[2])])
        affine[:3, 2] = linear[:, 2]
        affine[:3, 3] = centre - affine[:3, :3] @ [middle[0], middle[1], offsets[-1] / 2]
    voxels = rng.integers(0, 4000, shape).astype(np.uint16)
    return Volume(voxels, affine, 0.9 * spacing_mm[2], offsets)


def axial_volume(rng: np.random.Generator, uneven: bool = False, sheared: bool = False) -> Volume:
    """Slices tilted by up to ten degrees, columns and rows of different spacing, larger than an axial grid."""
    a, b, c = rng.uniform(-10, 10, 3)
    axes = to_rotation((a, b, c))
    if sheared:
        axes[:, 2] += 0.2 * axes[:, 1] - 0.1 * axes[:, 0]
    return make_volume(rng, (12, 150, 110), (1.3, 0.9, 4.4), CENTRE, axes, uneven)


def whole_crop(volume: Volume, scale: float = 1.0, offset: float = 0.0) -> Crop:
    return Crop(volume, scale, offset, "series")


def to_grid_points(affine: FloatArray, grid: Grid) -> FloatArray:
    """LPS mm of every sample, (depth, height, width, 3), by a loop-free but independent road."""
    d, h, w = np.meshgrid(*(np.arange(n, dtype=np.float64) for n in grid.samples), indexing="ij")
    points: FloatArray = np.einsum("xy,dhwy->dhwx", affine[:3, :3], np.stack([w, h, d], axis=-1)) + affine[:3, 3]
    return points
