"""Directions, planes and affines: pure functions over LPS millimetres.

An affine is 4 x 4 and maps ``(i, j, k, 1)``, column, row, slice, to ``(x, y, z, 1)`` (DICOM PS3.3 C.7.6.2.1.1). Voxel
coordinates are continuous; integers are voxel centres.
"""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

COSINE_TOLERANCE = 1e-3
"""How far a direction cosine's length may be from 1, and the product of two from 0."""

SAGITTAL_COSINE = 0.8
AXIAL_COSINE = 0.6
"""The least |normal . axis| of a plane; axial is lower, for L5-S1 stacks are tilted."""


class GeometryError(ValueError):
    """Directions or positions that no image can have; the message names the tag and quotes numbers only."""


class Plane(StrEnum):
    """The anatomical plane of an image, by its normal."""

    SAGITTAL = "sagittal"
    AXIAL = "axial"
    CORONAL = "coronal"
    OBLIQUE = "oblique"


def to_unit_axes(orientation: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The unit directions of increasing column index and of increasing row index of ImageOrientationPatient, (6,).

    Small departures from length 1 and from a right angle are repaired; GeometryError where they exceed
    COSINE_TOLERANCE.
    """
    along_row, along_column = np.asarray(orientation, dtype=np.float64).reshape(2, 3)  # (2, 3): X, Y
    lengths = np.linalg.norm([along_row, along_column], axis=1)
    if not np.all(np.isfinite(lengths)) or np.abs(lengths - 1).max() > COSINE_TOLERANCE:
        raise GeometryError(
            f"ImageOrientationPatient (0020,0037): lengths {lengths[0]:.4g} and {lengths[1]:.4g}, expected 1"
        )
    if abs(along_row @ along_column) > COSINE_TOLERANCE:
        raise GeometryError(
            f"ImageOrientationPatient (0020,0037): directions with cosine {along_row @ along_column:.4g}, expected 0"
        )
    x = along_row / lengths[0]
    return x, to_perpendicular(along_column, x)


def to_plane(normal: FloatArray) -> Plane:
    """The plane of slices with this unit normal, (3,)."""
    x, y, z = np.abs(normal)
    if x > SAGITTAL_COSINE:
        return Plane.SAGITTAL
    if z > AXIAL_COSINE:
        return Plane.AXIAL
    return Plane.CORONAL if y > SAGITTAL_COSINE else Plane.OBLIQUE


def to_affine(
    axes: tuple[FloatArray, FloatArray], spacing_mm: tuple[float, float], step: FloatArray, origin: FloatArray
) -> FloatArray:
    """The 4 x 4 affine of X and Y, PixelSpacing (between rows, between columns), slice step and origin, (3,)."""
    x, y = axes
    between_rows, between_columns = spacing_mm
    affine = np.eye(4)
    affine[:3, 0] = x * between_columns
    affine[:3, 1] = y * between_rows
    affine[:3, 2] = step
    affine[:3, 3] = origin
    return affine


def transform(affine: FloatArray, points: FloatArray) -> FloatArray:
    """The points, (..., 3), mapped by a 4 x 4 affine."""
    mapped: FloatArray = points @ affine[:3, :3].T + affine[:3, 3]
    return mapped


def to_angle_deg(a: FloatArray, b: FloatArray) -> float:
    """The angle between two directions, (3,), 0 to 180 degrees."""
    cosine = (a @ b) / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def normalise(vector: FloatArray) -> FloatArray:
    """The vector, (3,), at length 1."""
    unit: FloatArray = vector / np.linalg.norm(vector)
    return unit


def to_perpendicular(vector: FloatArray, unit: FloatArray) -> FloatArray:
    """The part of a vector, (3,), that is perpendicular to a unit direction, (3,), at length 1."""
    return normalise(vector - (vector @ unit) * unit)


def to_normal(affine: FloatArray) -> FloatArray:
    """The unit normal, (3,), of the slices of an affine: of columns x rows."""
    return normalise(np.cross(affine[:3, 0], affine[:3, 1]))
