"""The outline of a body or disc across the spine: between an ellipse and a rectangle."""

import numpy as np
import numpy.typing as npt

from imaging.phantom.centreline import Field

SQUARENESS = 0.35
"""0 is an ellipse, 1 a rectangle (Fernandez-Guasti's squircle)."""


def to_square(u: Field, v: Field) -> Field:
    """1 on the outline, less inside; u and v in units of the half width and half depth."""
    square: Field = u * u + v * v - SQUARENESS * (u * v) ** 2
    return square


def is_in_outline(u: Field, v: Field) -> npt.NDArray[np.bool_]:
    """Whether points lie in the outline."""
    inside: npt.NDArray[np.bool_] = (to_square(u, v) <= 1) & (np.abs(u) <= 1) & (np.abs(v) <= 1)
    return inside
