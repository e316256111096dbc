"""A stack of parallel slices with its voxels in memory, and the maps between its indices and the patient."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.geometry import FloatArray, to_normal, transform
from imaging.study import Stack


@dataclass(frozen=True)
class Volume:
    """Voxels on a grid in the patient.

    ``voxels``: (slice, row, column), integers or float32. ``affine``: 4 x 4, maps (i, j, k) to LPS mm, with positive
    determinant. Where slices are not evenly spaced, ``slice_offsets_mm`` has each slice's distance from the first
    along the slice direction, rising, and the affine's third column is the direction per millimetre of it: the affine
    then takes (i, j, offset). ``thickness_mm`` is SliceThickness.
    """

    voxels: npt.NDArray[np.generic]
    affine: FloatArray
    thickness_mm: float
    slice_offsets_mm: FloatArray | None = None

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Between columns, between rows, and the (mean) step between slices along the slice direction."""
        columns, rows, step = np.linalg.norm(self.affine[:3, :3], axis=0)
        if self.slice_offsets_mm is not None and len(self.slice_offsets_mm) > 1:
            step = step * np.diff(self.slice_offsets_mm).mean()
        return float(columns), float(rows), float(step)

    @property
    def normal(self) -> FloatArray:
        """The unit normal of the slices, (3,), towards increasing slice index."""
        return to_normal(self.affine)

    def to_points(self, indices: FloatArray) -> FloatArray:
        """LPS mm of continuous (i, j, k), both (..., 3)."""
        if self.slice_offsets_mm is not None:
            numbers = np.arange(len(self.slice_offsets_mm), dtype=np.float64)
            indices = indices.copy()
            indices[..., 2] = interpolate_ends(indices[..., 2], numbers, self.slice_offsets_mm)
        return transform(self.affine, indices)

    def to_indices(self, points: FloatArray) -> FloatArray:
        """Continuous (i, j, k) of LPS mm, both (..., 3); beyond the ends of a stack k goes on at the end's step."""
        indices = transform(np.linalg.inv(self.affine).astype(np.float64), points)
        if self.slice_offsets_mm is not None:
            numbers = np.arange(len(self.slice_offsets_mm), dtype=np.float64)
            indices[..., 2] = interpolate_ends(indices[..., 2], self.slice_offsets_mm, numbers)
        return indices

    def holds(self, points: FloatArray) -> npt.NDArray[np.bool_]:
        """Which of LPS points, (..., 3), lie in a voxel, (...): within half a step of the outermost voxel centres."""
        indices = self.to_indices(points)
        last = np.array(self.voxels.shape[::-1]) - 0.5
        inside: npt.NDArray[np.bool_] = np.all((indices >= -0.5) & (indices <= last), axis=-1)
        return inside


def to_bare_volume(stack: Stack | Volume) -> Volume:
    """The geometry of a stack or a volume as a volume, whose voxels have the right shape and take no memory."""
    if isinstance(stack, Volume):
        return stack
    voxels = np.broadcast_to(np.uint16(0), stack.shape)
    return Volume(voxels, stack.affine, stack.thickness_mm, stack.slice_offsets_mm)


def interpolate_ends(x: FloatArray, xp: FloatArray, fp: FloatArray) -> FloatArray:
    """``np.interp`` that goes on in a straight line beyond both ends; ``xp`` rises and has two values or more."""
    inside = np.interp(x, xp, fp)
    below = fp[0] + (x - xp[0]) * (fp[1] - fp[0]) / (xp[1] - xp[0])
    above = fp[-1] + (x - xp[-1]) * (fp[-1] - fp[-2]) / (xp[-1] - xp[-2])
    extended: FloatArray = np.where(x < xp[0], below, np.where(x > xp[-1], above, inside))
    return extended
