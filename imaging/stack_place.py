"""Where a stack lies and how it is turned, in the words of the reading room."""

from dataclasses import dataclass

import numpy as np

from imaging.geometry import FloatArray, Plane
from imaging.study import Stack
from imaging.volume import to_bare_volume


@dataclass(frozen=True)
class StackPlace:
    """What a person asks of a stack.

    ``spacing_mm``: between columns, between rows, between slices. ``first_mm`` and ``last_mm``: the centres of the
    first and the last slice, (3,), LPS. ``front_up_deg``: of an axial stack, how much the front edge of its slices is
    above the back edge; negative where it is below. ``turned_deg``: the angle between the slices' normal and the
    patient's axis that belongs to the plane, of an axial stack only its part to the side.
    """

    spacing_mm: tuple[float, float, float]
    first_mm: FloatArray
    last_mm: FloatArray
    front_up_deg: float
    turned_deg: float


def to_place(stack: Stack, plane: Plane) -> StackPlace:
    """The place of a stack whose series has this plane."""
    volume = to_bare_volume(stack)
    slices, rows, columns = stack.shape
    ends = np.array([[(columns - 1) / 2, (rows - 1) / 2, k] for k in (0, slices - 1)])
    first, last = volume.to_points(ends)
    x, y, z = volume.normal
    if plane is Plane.AXIAL:
        sign = 1 if z > 0 else -1
        front_up, turned = np.degrees(np.arctan2([sign * y, abs(x)], abs(z)))
    else:
        axis = {Plane.SAGITTAL: x, Plane.CORONAL: y}.get(plane, 1.0)
        front_up, turned = 0.0, np.degrees(np.arccos(min(abs(axis), 1.0)))
    return StackPlace(volume.spacing_mm, first, last, float(front_up), float(turned))
