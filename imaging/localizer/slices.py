"""A sagittal volume as the slices the network sees: anterior at the left, head up, one pixel size for all."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, map_coordinates

from imaging.geometry import FloatArray, normalise
from imaging.volume import Volume

FIELD_MM = 358.4
SIZE = 256
PIXEL_MM = FIELD_MM / SIZE
"""The canvas: 256 pixels of 1.4 mm. Another size is the same field in finer pixels, such as the paper's 512 of 0.7."""

PERCENTILES = (2.0, 98.0)
RANGE = (-0.2, 1.5)


@dataclass(frozen=True)
class Slices:
    """The slices of a volume on the canvas.

    ``pixels``: (slice, row, column) float32, the volume's percentiles at 0 and 1. ``inside``: bool, the same shape,
    where the volume has image. ``affine``: 4 x 4, maps (column, row, slice) of the canvas to LPS mm; slices are the
    volume's own, ``slice_offsets_mm`` their distances from the first along the third column where steps differ.
    """

    pixels: npt.NDArray[np.float32]
    inside: npt.NDArray[np.bool_]
    affine: FloatArray
    slice_offsets_mm: FloatArray | None


def to_slices(volume: Volume, size: int = SIZE) -> Slices:
    """The volume's slices on a canvas of size x size pixels, centred on the volume's own middle."""
    affine = _to_canvas_affine(volume, size)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float64)
    plane = np.stack([columns, rows], axis=-1)  # (row, column, 2)
    to_index = (np.linalg.inv(volume.affine) @ affine).astype(np.float64)
    index = plane @ to_index[:2, :2].T + to_index[:2, 3]  # slices map to themselves: (i, j) depend on (column, row)
    height, width = volume.voxels.shape[1:]
    inside = np.asarray(((index >= -0.5) & (index <= np.array([width, height]) - 0.5)).all(axis=-1))
    order_ji = np.moveaxis(index[..., ::-1], -1, 0)
    blur = to_blur(volume, FIELD_MM / size)
    pixels = np.empty((len(volume.voxels), size, size), np.float32)
    for number, voxels in enumerate(volume.voxels):
        smooth = gaussian_filter(voxels.astype(np.float32), blur)
        pixels[number] = map_coordinates(smooth, order_ji, order=1, mode="nearest")
    pixels = to_unit_range(pixels, inside)
    return Slices(pixels, np.broadcast_to(inside, pixels.shape), affine, volume.slice_offsets_mm)


def to_unit_range(pixels: npt.NDArray[np.float32], inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Slices, (slice, row, column), with PERCENTILES of what is inside, (row, column), at 0 and 1; 0 outside."""
    low, high = np.percentile(pixels[:, inside][:, ::7], PERCENTILES) if inside.any() else (0.0, 1.0)
    scaled = np.clip((pixels - low) / max(high - low, 1e-6), *RANGE)
    unit: npt.NDArray[np.float32] = np.where(inside, scaled, 0.0).astype(np.float32)
    return unit


def _to_canvas_affine(volume: Volume, size: int) -> FloatArray:
    """Columns to posterior, rows to the feet, in the volume's own slice planes."""
    pixel_mm = FIELD_MM / size
    normal = volume.normal
    down = np.array([0.0, 0.0, -1.0])
    down = normalise(down - (down @ normal) * normal)
    post = np.cross(normal, down)
    post = post if post[1] > 0 else -post
    height, width = volume.voxels.shape[1:]
    middle = volume.to_points(np.array([(width - 1) / 2, (height - 1) / 2, 0.0]))
    affine = np.eye(4)
    affine[:3, 0] = post * pixel_mm
    affine[:3, 1] = down * pixel_mm
    affine[:3, 2] = volume.affine[:3, 2]
    affine[:3, 3] = middle - (size - 1) / 2 * (affine[:3, 0] + affine[:3, 1])
    return affine


def to_blur(volume: Volume, pixel_mm: float) -> tuple[float, float]:
    """The standard deviations, (rows, columns) in the volume's pixels, that keep what pixels of a canvas can show."""
    columns_mm, rows_mm, _ = volume.spacing_mm
    return max(0.0, 0.4 * (pixel_mm / rows_mm - 1)), max(0.0, 0.4 * (pixel_mm / columns_mm - 1))
