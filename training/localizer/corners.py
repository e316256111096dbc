"""Vertebrae by their four corners, as DeepSPINE marks them (figure 3a): masks from corners, corners from masks."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import ConvexHull

from imaging.geometry import FloatArray

Mask = npt.NDArray[np.bool_]


def fill_corners(corners: FloatArray, shape: tuple[int, int]) -> Mask:
    """The pixels whose centres lie in a convex quadrilateral, (row, column); its edge counts.

    ``corners``: (4, 2), (column, row), in order around it, either way: a rectangle for T12 to L5, a trapezoid for S1.
    """
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    sides = []
    for (x, y), (next_x, next_y) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        sides.append((next_x - x) * (rows - y) - (next_y - y) * (columns - x))
    across = np.stack(sides)
    inside = np.all(across >= 0, axis=0) | np.all(across <= 0, axis=0)
    return np.asarray(inside, dtype=np.bool_)


def find_corners(mask: Mask) -> FloatArray:
    """The four corners of a body, (4, 2), (column, row): the outmost pixels in the diagonals of its smallest box."""
    points = np.argwhere(mask)[:, ::-1].astype(np.float64)
    if len(points) < 4 or (np.ptp(points, axis=0) == 0).any():
        raise ValueError(f"a body of {len(points)} pixels in one line has no corners")
    axes = _to_box_axes(points[ConvexHull(points).vertices])
    along = points @ axes.T
    along = (along - along.min(axis=0)) / np.ptp(along, axis=0) * 2 - 1  # both axes -1 to 1: diagonals go to corners
    return np.stack([points[np.argmax(along @ signs)] for signs in np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])])


def _to_box_axes(hull: FloatArray) -> FloatArray:
    """The axes, (2, 2), of the smallest rectangle around a convex hull: one of its sides lies on the hull's."""
    sides = np.roll(hull, -1, axis=0) - hull
    sides /= np.linalg.norm(sides, axis=1, keepdims=True)
    boxes = [np.stack([side, np.array([-side[1], side[0]])]) for side in sides]
    areas = [np.prod(np.ptp(hull @ axes.T, axis=0)) for axes in boxes]
    return boxes[int(np.argmin(areas))]


def to_boxes(mask: Mask) -> Mask:
    """A mask with each of its bodies as the quadrilateral of its corners; a speck stays as it is."""
    labels, count = ndimage.label(mask)
    boxes = np.zeros_like(mask)
    for number in range(1, count + 1):
        body = labels == number
        try:
            boxes |= fill_corners(find_corners(body), (mask.shape[0], mask.shape[1]))
        except ValueError:
            boxes |= body
    return boxes
