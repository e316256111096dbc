"""The grids a disc is resampled to: how many samples, over what extent, along which of the disc's axes."""

from dataclasses import dataclass

import numpy as np

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from lexicons.vocabulary import View


@dataclass(frozen=True)
class Grid:
    """A grid in a disc's frame.

    ``samples`` and ``extent_mm``: (depth, height, width). Sample a of N over extent E lies at ((a + 1/2) / N - 1/2) E
    from the centre. The axes of a view are those of ``to_axes``. ``shift_mm`` moves the centre: (left, post, sup).
    """

    view: View
    samples: tuple[int, int, int]
    extent_mm: tuple[float, float, float]
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)


AXIAL = Grid(View.AXIAL, (8, 360, 360), (16.0, 90.0, 90.0))
"""DeepSPINE's axial volume (Lu et al. 2018, section 3.1)."""

SAGITTAL = Grid(View.SAGITTAL, (25, 160, 320), (50.0, 40.0, 80.0), (0.0, 12.0, 0.0))
"""DeepSPINE's sagittal volume; the paper gives 4 x 8 x 5 cm, which side is which is read from its figures 3 and 4.

The centre lies 12 mm behind the disc's, so that the canal and the foramina are inside.
"""


def to_axes(view: View, frame: DiscFrame) -> FloatArray:
    """The unit directions of increasing width, height and depth index as columns, (3, 3).

    Axial: left, post, sup, the radiological display, in which the image's left is the patient's right. Sagittal:
    post, -sup, -left: anterior at the image's left, head up, slices from the patient's left to the right.
    """
    if view is View.AXIAL:
        return np.column_stack([frame.left, frame.post, frame.sup])
    return np.column_stack([frame.post, -frame.sup, -frame.left])


def to_centre(grid: Grid, frame: DiscFrame) -> FloatArray:
    """The centre of the grid, (3,), LPS mm."""
    left, post, sup = grid.shift_mm
    centre: FloatArray = frame.centre + left * frame.left + post * frame.post + sup * frame.sup
    return centre


def to_grid_affine(grid: Grid, frame: DiscFrame) -> FloatArray:
    """The 4 x 4 affine of the grid: (i, j, k), width, height, depth, to LPS mm."""
    depth, height, width = grid.samples
    extent_d, extent_h, extent_w = grid.extent_mm
    step = np.array([extent_w / width, extent_h / height, extent_d / depth])
    affine = np.eye(4)
    affine[:3, :3] = to_axes(grid.view, frame) * step
    first = (np.array([0.5 / width, 0.5 / height, 0.5 / depth]) - 0.5) * [extent_w, extent_h, extent_d]
    affine[:3, 3] = to_centre(grid, frame) + to_axes(grid.view, frame) @ first
    return affine
