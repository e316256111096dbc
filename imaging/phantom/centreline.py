"""The centre curve of a phantom's spine: curvature in two planes, integrated, and its own coordinates.

A point near the curve has three: ``s``, mm along it from the head; ``a``, mm towards the patient's left; ``p``, mm
towards posterior, both across the curve.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from imaging.geometry import FloatArray

STEP_MM = 0.25
"""The step of every table along the curve."""

ITERATIONS = 6
LEAST_SLOPE = 0.35
"""Behind a strong lordosis normals of the curve meet; a lower slope would let the search jump there."""

Field = npt.NDArray[np.floating[Any]]
"""Numbers of a picture: float32 where there are many."""


@dataclass(frozen=True)
class Centreline:
    """A curve in the patient, sampled every STEP_MM: ``points``, ``left``, ``post`` and ``down``, all (n, 3).

    The directions are unit and right-handed, left x post = -down; ``down`` is the tangent towards the feet.
    """

    points: FloatArray
    left: FloatArray
    post: FloatArray
    down: FloatArray


def integrate(sagittal_rad: FloatArray, coronal_rad: FloatArray, rotation_rad: FloatArray) -> Centreline:
    """The curve whose tangent has these tilts, (n,), at every STEP_MM; its first point is the origin.

    The tilts are those seen from the side and from the front, as on radiographs. A positive sagittal tilt leads
    backwards on the way down, a positive coronal tilt to the patient's left. A positive rotation turns the vertebra's
    left side backwards.
    """
    down = np.stack([np.tan(coronal_rad), np.tan(sagittal_rad), -np.ones_like(sagittal_rad)], axis=1)
    down /= np.linalg.norm(down, axis=1, keepdims=True)
    middles = (down[1:] + down[:-1]) / 2
    points = np.concatenate([np.zeros((1, 3)), np.cumsum(middles * STEP_MM, axis=0)])
    left = np.array([1.0, 0.0, 0.0]) - down[:, :1] * down
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    post = np.cross(-down, left)
    cosine, sine = np.cos(rotation_rad)[:, None], np.sin(rotation_rad)[:, None]
    return Centreline(points, cosine * left + sine * post, cosine * post - sine * left, down)


def to_patient(line: Centreline, s: FloatArray, a: FloatArray, p: FloatArray) -> FloatArray:
    """LPS mm, (..., 3), of points in the curve's coordinates, each (...)."""
    at = np.clip(s / STEP_MM, 0, len(line.points) - 1.001)
    low = at.astype(np.intp)
    share = (at - low)[..., None]

    def between(table: FloatArray) -> FloatArray:
        found: FloatArray = table[low] * (1 - share) + table[low + 1] * share
        return found

    beyond = (s - at * STEP_MM)[..., None]
    return (
        between(line.points)
        + a[..., None] * between(line.left)
        + p[..., None] * between(line.post)
        + beyond * between(line.down)
    )


def to_spine(line: Centreline, points: FloatArray) -> FloatArray:
    """(s, a, p), (..., 3), of LPS points, (..., 3): the place on the curve whose normal plane holds the point.

    Newton's method from the height z; beyond the ends of the curve it goes on straight.
    """
    last = (len(line.points) - 1) * STEP_MM
    bend = np.gradient(line.down, STEP_MM, axis=0)
    s = np.interp(-points[..., 2], -line.points[:, 2], np.arange(len(line.points)) * STEP_MM)
    for _ in range(ITERATIONS):
        low = np.clip(np.rint(s / STEP_MM), 0, len(line.points) - 1).astype(np.intp)
        reach = points - line.points[low]
        along = np.einsum("...i,...i", reach, line.down[low])
        slope = 1 - np.einsum("...i,...i", reach, bend[low])
        s = np.clip(low * STEP_MM + along / np.maximum(slope, LEAST_SLOPE), 0, last)
    low = np.clip(np.rint(s / STEP_MM), 0, len(line.points) - 1).astype(np.intp)
    reach = points - line.points[low]
    outside = np.where((low == 0) | (low == len(line.points) - 1), 1.0, 0.0)
    s = np.where(outside > 0, low * STEP_MM + np.einsum("...i,...i", reach, line.down[low]), s)
    a = np.einsum("...i,...i", reach, line.left[low])
    p = np.einsum("...i,...i", reach, line.post[low])
    return np.stack([s, a, p], axis=-1)
