"""The spine curve: polynomials through the landmarks in patient space, by chord length.

The parameter is the chord length, not z or the image row, so that it stays one to one at L5-S1 and in scoliosis.
DeepSPINE (Lu et al. 2018, section 3.1) fits its curve in the middle sagittal slice; ``CurveMode.MID_SLICE`` does the
same, and is wrong by construction where the spine bends sideways.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.polynomial import polynomial

from imaging.geometry import FloatArray, normalise
from imaging.landmarks import check_landmarks, LandmarkError, Landmarks, Nodes, to_nodes


class CurveMode(StrEnum):
    """Whether the curve is fitted in space or in one sagittal plane."""

    SPACE = "space"
    MID_SLICE = "mid-slice"


@dataclass(frozen=True)
class CurveSettings:
    """How the curve is fitted: the highest degree of x and of y and z, and where."""

    mode: CurveMode = CurveMode.SPACE
    degree_x: int = 2
    degree_yz: int = 4


@dataclass(frozen=True)
class SpineCurve:
    """A spine's axis, head to feet.

    ``coefficients``: (degree + 1, 3), of x, y and z in rising powers of t, 0 at the first landmark and 1 at the last.
    ``structures`` and ``knots``, (n,): the landmarks, vertebrae and discs, and their t. ``residuals_mm``: (n,), each
    landmark's distance from c(t). ``length_mm``: the length of the chords.
    """

    structures: tuple[str, ...]
    knots: FloatArray
    coefficients: FloatArray
    residuals_mm: FloatArray
    length_mm: float


def fit_curve(
    landmarks: Landmarks, settings: CurveSettings = CurveSettings(), up: FloatArray | None = None
) -> SpineCurve:
    """The spine curve of the landmarks.

    Two landmarks give a line. One gives a line along ``up``, (3,), the normal of an axial stack or of the disc.
    LandmarkError where the landmarks cannot be a spine's, or where there is one and no ``up``.
    """
    check_landmarks(landmarks)
    nodes = to_nodes(landmarks)
    if len(nodes.structures) == 1:
        return _to_line(nodes, _to_only_normal(landmarks) if up is None else up)
    points = nodes.points.copy()
    if settings.mode is CurveMode.MID_SLICE:
        points[:, 0] = np.median(points[:, 0])
    chords = np.linalg.norm(np.diff(points, axis=0), axis=1)
    knots = np.concatenate([[0.0], np.cumsum(chords)])
    length = float(knots[-1])
    coefficients = _fit(knots / length, points, nodes.confidence, settings)
    fitted = polynomial.polyval(knots / length, coefficients).T
    residuals = np.linalg.norm(fitted - nodes.points, axis=1)
    return SpineCurve(nodes.structures, knots / length, coefficients, residuals, length)


def _fit(knots: FloatArray, points: FloatArray, confidence: FloatArray, settings: CurveSettings) -> FloatArray:
    n = len(knots)
    coefficients = np.zeros((settings.degree_yz + 1, 3))
    for axis, highest in enumerate((settings.degree_x, settings.degree_yz, settings.degree_yz)):
        degree = max(1, min(highest, n - 2))
        coefficients[: degree + 1, axis] = polynomial.polyfit(knots, points[:, axis], degree)
    return coefficients


def _to_only_normal(landmarks: Landmarks) -> FloatArray:
    normal = landmarks.discs[0].normal if landmarks.discs else None
    if normal is None:
        raise LandmarkError("one-landmark", "one landmark and no direction, expected two landmarks or a normal")
    return normal


def _to_line(nodes: Nodes, up: FloatArray) -> SpineCurve:
    coefficients = np.stack([nodes.points[0], -normalise(up)])  # one millimetre of t is one millimetre
    return SpineCurve(nodes.structures, np.zeros(1), coefficients, np.zeros(1), 1.0)


def to_curve_points(curve: SpineCurve, t: FloatArray) -> FloatArray:
    """c(t), (..., 3), LPS mm."""
    return _evaluate(curve.coefficients, t)


def to_tangents(curve: SpineCurve, t: FloatArray) -> FloatArray:
    """The unit directions of c'(t), (..., 3), towards the feet."""
    slopes = _evaluate(np.asarray(polynomial.polyder(curve.coefficients), dtype=np.float64), t)
    tangents: FloatArray = slopes / np.linalg.norm(slopes, axis=-1, keepdims=True)
    return tangents


def _evaluate(coefficients: FloatArray, t: FloatArray) -> FloatArray:
    """The polynomials at t: (degree + 1, 3) and (...) to (..., 3)."""
    powers = np.asarray(t, dtype=np.float64)[..., None] ** np.arange(len(coefficients))
    values: FloatArray = powers @ coefficients
    return values
