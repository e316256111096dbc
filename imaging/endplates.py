"""Endplates of a vertebral body seen in a mask, and the disc between two of them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from imaging.geometry import FloatArray, normalise

CENTRAL_SHARE = 0.7
"""An endplate is read over the central part of its width and depth, so that rims and osteophytes do not tilt it."""
COLUMN_MM = 2.0
OUTLIER_MM = 2.0
MIN_COLUMNS = 12
ROUNDS = 4


class Endplate(NamedTuple):
    """A plane: its centre, (3,), LPS mm, and its unit normal towards the head, (3,)."""

    centre: FloatArray
    normal: FloatArray


def to_endplate(points: FloatArray, outward: FloatArray) -> Endplate | None:
    """The endplate of a body on the side that ``outward``, (3,), roughly points to; None where too little is seen.

    ``points``: (n, 3), the centres of the body's voxels, LPS mm. It is the least-squares plane of the outermost voxel
    of each column along ``outward``; columns further than OUTLIER_MM from it are left out once. The columns then turn
    along the plane's own normal, a few times, for S1's lies far off the line to L5.
    """
    up = normalise(outward)
    for _ in range(ROUNDS):
        axes = to_axes_around(up)
        columns, ends = _to_columns((points - points.mean(axis=0)) @ axes.T)
        if len(columns) < MIN_COLUMNS:
            return None
        slope = _fit_plane(columns, ends)
        up = normalise(np.array([-slope[0], -slope[1], 1.0]) @ axes)
    centre = points.mean(axis=0) + np.append(columns.mean(axis=0), slope @ [*columns.mean(axis=0), 1.0]) @ axes
    return Endplate(centre, up if up[2] > 0 else -up)


def to_axes_around(up: FloatArray) -> FloatArray:
    """Three unit directions as rows, (3, 3), the last ``up``, (3,)."""
    side = normalise(np.cross(up, np.eye(3)[np.argmin(np.abs(up))]))
    return np.stack([side, np.cross(up, side), up])


def _to_columns(local: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The columns of the central part: where they stand, (m, 2), and their highest voxel, (m,)."""
    low, high = np.quantile(local[:, :2], [0.02, 0.98], axis=0)
    inside = (np.abs(local[:, :2] - (low + high) / 2) <= (high - low) / 2 * CENTRAL_SHARE).all(axis=1)
    cells, index = np.unique(np.round(local[inside, :2] / COLUMN_MM), axis=0, return_inverse=True)
    ends = np.full(len(cells), -np.inf)
    np.maximum.at(ends, index.ravel(), local[inside, 2])
    return cells * COLUMN_MM, ends


def _fit_plane(columns: FloatArray, ends: FloatArray) -> FloatArray:
    """The plane's slopes and height, (3,)."""
    design = np.column_stack([columns, np.ones(len(columns))])
    keep: npt.NDArray[np.bool_] = np.ones(len(ends), dtype=bool)
    for _ in range(2):
        plane = np.asarray(np.linalg.lstsq(design[keep], ends[keep])[0], dtype=np.float64)
        keep = np.abs(design @ plane - ends) <= OUTLIER_MM
    return plane
