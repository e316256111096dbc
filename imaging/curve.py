"""The spine curve: polynomials through the landmarks in patient space, by chord length.

The parameter is the chord length, not z or the image row, so that it stays one to one at L5-S1 and in scoliosis.
DeepSPINE (Lu et al. 2018, section 3.1) fits its curve in the middle sagittal slice; ``CurveMode.MID_SLICE`` does the
same, and is wrong by construction where the spine bends sideways.

The degree of each axis is chosen by generalised cross-validation (Craven and Wahba 1979): the degree a straight spine
needs as the least, and a higher one where the landmarks bend more than their own uncertainty explains. Degree 2 in x
misses the phantom's double scoliosis of 40 degrees Cobb by 7 degrees, the chosen one by 2; degree 6 throughout doubles
what noise of 1 mm does to a straight spine, 2.5 degrees for 1.3.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.polynomial import polynomial

from imaging.geometry import FloatArray, normalise
from imaging.landmarks import check_landmarks, LandmarkError, Landmarks, Nodes, to_nodes

HALF_VERTEBRA_MM = 15.0
"""How far beyond its first and its last landmark the curve may be read."""

LEAST_WEIGHT = 0.05

BODY_WIDTH_MM = 45.0
WEDGE_SHARE = 0.4
"""How much of a bend to the side is in the bodies, the rest in the discs. Lordosis is nearly all in the discs."""


class CurveMode(StrEnum):
    """Whether the curve is fitted in space or in one sagittal plane."""

    SPACE = "space"
    MID_SLICE = "mid-slice"


@dataclass(frozen=True)
class CurveSettings:
    """How the curve is fitted.

    ``least_degree_x``, ``least_degree_yz`` and ``most_degree`` bound the degrees, which n landmarks bound to n - 2 too.
    ``landmark_sd_mm``: bends smaller than this are taken for noise.
    """

    mode: CurveMode = CurveMode.SPACE
    least_degree_x: int = 2
    least_degree_yz: int = 4
    most_degree: int = 6
    landmark_sd_mm: float = 0.3


@dataclass(frozen=True)
class SpineCurve:
    """A spine's axis, head to feet.

    ``coefficients``: (degree + 1, 3), of x, y and z in rising powers of t, 0 at the first landmark and 1 at the last.
    ``structures``, ``knots``, (n,), and ``points``, (n, 3): the landmarks, vertebrae and discs, their t, and where they
    were fitted, which in the mid-slice mode is in that slice. ``residuals_mm``: (n,), each landmark's distance from
    c(t). ``length_mm``: the length of the chords.
    """

    structures: tuple[str, ...]
    knots: FloatArray
    points: FloatArray
    coefficients: FloatArray
    residuals_mm: FloatArray
    length_mm: float


def fit_curve(landmarks: Landmarks, settings: CurveSettings = CurveSettings()) -> SpineCurve:
    """The spine curve of the landmarks, which count by their confidence.

    Two landmarks give a line, and so does a single disc with a normal. LandmarkError where the landmarks cannot be a
    spine's, or where there is only one and no normal.
    """
    check_landmarks(landmarks)
    nodes = to_nodes(landmarks)
    if len(nodes.structures) == 1:
        return _to_line(nodes, _to_only_normal(landmarks))
    points = nodes.points.copy()
    if settings.mode is CurveMode.MID_SLICE:
        points[:, 0] = np.median(points[:, 0])
    chords = np.linalg.norm(np.diff(points, axis=0), axis=1)
    knots = np.concatenate([[0.0], np.cumsum(chords)])
    length = float(knots[-1])
    weights = np.maximum(nodes.confidence, LEAST_WEIGHT)
    coefficients = _fit_axes(knots / length, points, weights, settings)
    residuals = np.linalg.norm(_evaluate(coefficients, knots / length) - nodes.points, axis=1)
    return SpineCurve(nodes.structures, knots / length, points, coefficients, residuals, length)


def _fit_axes(t: FloatArray, points: FloatArray, weights: FloatArray, settings: CurveSettings) -> FloatArray:
    most = max(1, min(settings.most_degree, len(t) - 2))
    coefficients = np.zeros((most + 1, 3))
    for axis, least in enumerate((settings.least_degree_x, settings.least_degree_yz, settings.least_degree_yz)):
        fits = [
            _fit_degree(t, points[:, axis], weights, degree, settings.landmark_sd_mm)
            for degree in range(min(least, most), most + 1)
        ]
        best = min(fits, key=lambda fit: fit[0])[1]
        coefficients[: len(best), axis] = best
    return coefficients


def _fit_degree(
    t: FloatArray, values: FloatArray, weights: FloatArray, degree: int, sd_mm: float
) -> tuple[float, FloatArray]:
    """The generalised cross-validation score of a degree, and its coefficients."""
    fitted = np.asarray(polynomial.polyfit(t, values, degree, w=np.sqrt(weights)), dtype=np.float64)
    errors = values - np.asarray(polynomial.polyval(t, fitted))
    freedom = 1 - min(degree + 1, len(t) - 0.5) / len(t)
    return float(np.average(errors**2, weights=weights) + sd_mm**2) / freedom**2, fitted


def _to_only_normal(landmarks: Landmarks) -> FloatArray:
    normal = landmarks.discs[0].normal if landmarks.discs else None
    if normal is None:
        raise LandmarkError("one-landmark", "one landmark and no direction, expected two landmarks or a normal")
    return normal


def _to_line(nodes: Nodes, up: FloatArray) -> SpineCurve:
    coefficients = np.stack([nodes.points[0], -normalise(up)])  # one millimetre of t is one millimetre
    return SpineCurve(nodes.structures, np.zeros(1), nodes.points, coefficients, np.zeros(1), 1.0)


def to_curve_points(curve: SpineCurve, t: FloatArray) -> FloatArray:
    """c(t), (..., 3), LPS mm; LandmarkError further than half a vertebra beyond the ends."""
    _check_reach(curve, t)
    return _evaluate(curve.coefficients, t)


def to_tangents(curve: SpineCurve, t: FloatArray) -> FloatArray:
    """The unit directions of c'(t), (..., 3), towards the feet; LandmarkError as ``to_curve_points``."""
    _check_reach(curve, t)
    slopes = _evaluate(np.asarray(polynomial.polyder(curve.coefficients), dtype=np.float64), t)
    tangents: FloatArray = slopes / np.linalg.norm(slopes, axis=-1, keepdims=True)
    return tangents


def to_knot(curve: SpineCurve, structure: str) -> float:
    """The t of a landmark."""
    return float(curve.knots[curve.structures.index(structure)])


def to_between(curve: SpineCurve, above: str, below: str, share: float = 0.5) -> tuple[FloatArray, FloatArray]:
    """The point a share of the way between two landmarks, and the unit direction towards the feet there, both (3,).

    The point is the chord's, moved by as much as the curve bulges between the two: c(t) alone keeps the fit's
    residual, and the chord alone lies up to 2 mm inside the bend at L5-S1. It is moved back by what the bodies' wedges
    move their centroids, which is 0.5 mm in a scoliosis of 40 degrees Cobb.
    """
    weights = np.array([1 - share, share])
    ends = np.array([to_knot(curve, above), to_knot(curve, below)])
    at = (weights @ ends)[None]
    bulge = to_curve_points(curve, at)[0] - weights @ to_curve_points(curve, ends)
    own = curve.points[[curve.structures.index(above), curve.structures.index(below)]]
    down = to_tangents(curve, at)[0]
    return weights @ own + bulge + _to_wedge_shift(curve, at, down), down


def _to_wedge_shift(curve: SpineCurve, t: FloatArray, down: FloatArray) -> FloatArray:
    """How far a bend to the side moves the bodies' centroids outwards, (3,), pointing inwards.

    A body of width w that takes a share f of the curvature k is a wedge, whose centroid lies f k w^2 / 12 off the axis.
    """
    slope = _evaluate(np.asarray(polynomial.polyder(curve.coefficients), dtype=np.float64), t)[0]
    second = _evaluate(np.asarray(polynomial.polyder(curve.coefficients, 2), dtype=np.float64), t)[0]
    curvature = (second - (second @ down) * down) / (slope @ slope)
    return np.array([curvature[0] * WEDGE_SHARE * BODY_WIDTH_MM**2 / 12, 0.0, 0.0])


def _check_reach(curve: SpineCurve, t: FloatArray) -> None:
    beyond = float(np.max(np.maximum(curve.knots[0] - t, t - curve.knots[-1]))) * curve.length_mm
    if beyond > HALF_VERTEBRA_MM:
        raise LandmarkError(
            "beyond-curve", f"{beyond:.1f} mm beyond the last landmark, expected up to {HALF_VERTEBRA_MM:g}"
        )


def _evaluate(coefficients: FloatArray, t: FloatArray) -> FloatArray:
    """The polynomials at t: (degree + 1, 3) and (...) to (..., 3)."""
    powers = np.asarray(t, dtype=np.float64)[..., None] ** np.arange(len(coefficients))
    values: FloatArray = powers @ coefficients
    return values
