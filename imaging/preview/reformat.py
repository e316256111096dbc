"""A sagittal and a coronal picture that follow the spine, so that a scoliotic spine is whole in each."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from imaging.geometry import FloatArray
from imaging.volume import interpolate_ends, Volume

STEP_MM = 0.5
MARGIN_MM = 25.0


@dataclass(frozen=True)
class Picture:
    """Pixels, (row, column) float32 with NaN outside the series, and where they lie.

    Rows go down the patient from ``top_mm`` (z, LPS) and columns right from ``first_mm`` along the other axis, both in
    steps of STEP_MM. In a sagittal picture columns go to posterior, in a coronal one to the patient's left.
    """

    pixels: npt.NDArray[np.float32]
    top_mm: float
    first_mm: float

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The picture's edges as matplotlib's imshow takes them: left, right, bottom, top."""
        height, width = self.pixels.shape
        half = STEP_MM / 2
        return (
            self.first_mm - half,
            self.first_mm + width * STEP_MM - half,
            self.top_mm - height * STEP_MM + half,
            self.top_mm + half,
        )


def to_sagittal_picture(
    volume: Volume, course: FloatArray, before_mm: float = 60.0, behind_mm: float = 70.0
) -> Picture:
    """The y-z picture whose every row lies at the x of the spine at that height.

    ``course``: points along the spine, (n, 3), LPS mm, head to foot.
    """
    heights, course_x, course_y = _at_heights(course)
    depths = np.arange(course_y.min() - before_mm, course_y.max() + behind_mm, STEP_MM)
    y, z = np.broadcast_arrays(depths[None, :], heights[:, None])  # (row, column)
    points = np.stack([np.broadcast_to(course_x[:, None], y.shape), y, z], axis=-1)
    return Picture(sample(volume, points), float(heights[0]), float(depths[0]))


def to_coronal_picture(volume: Volume, course: FloatArray, beside_mm: float = 45.0) -> Picture:
    """The x-z picture whose every row lies at the y of the spine at that height; the patient's left is at the right."""
    heights, course_x, course_y = _at_heights(course)
    widths = np.arange(course_x.min() - beside_mm, course_x.max() + beside_mm, STEP_MM)
    x, z = np.broadcast_arrays(widths[None, :], heights[:, None])  # (row, column)
    points = np.stack([x, np.broadcast_to(course_y[:, None], x.shape), z], axis=-1)
    return Picture(sample(volume, points), float(heights[0]), float(widths[0]))


def sample(volume: Volume, points: FloatArray) -> npt.NDArray[np.float32]:
    """The volume at LPS points, (..., 3), linearly; NaN beyond half a voxel outside it."""
    indices = volume.to_indices(points)
    last = np.array(volume.voxels.shape[::-1]) - 1  # (i, j, k)
    outside = ((indices < -0.5) | (indices > last + 0.5)).any(axis=-1)
    order_kji = np.moveaxis(indices[..., ::-1], -1, 0)
    values = map_coordinates(volume.voxels.astype(np.float32), order_kji, order=1, mode="nearest")
    picture: npt.NDArray[np.float32] = np.where(outside, np.float32(np.nan), values)
    return picture


def _at_heights(course: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Heights z from head to foot in steps, and the spine's x and y there; beyond its ends they stay."""
    rising = course[np.argsort(course[:, 2])]
    heights = np.arange(rising[-1, 2] + MARGIN_MM, rising[0, 2] - MARGIN_MM, -STEP_MM)
    x = np.interp(heights, rising[:, 2], rising[:, 0])
    y = interpolate_ends(heights, rising[:, 2], rising[:, 1])
    return heights, x, np.clip(y, rising[:, 1].min() - MARGIN_MM, rising[:, 1].max() + MARGIN_MM)
