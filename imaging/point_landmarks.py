"""Landmarks from label points: discs lie in front of the canal's points, vertebrae between discs."""

from itertools import pairwise

import numpy as np

from imaging.curve import fit_curve, to_knot, to_tangents
from imaging.geometry import FloatArray, normalise
from imaging.label_points import LabelPoints
from imaging.landmarks import check_landmarks, DiscLandmark, LandmarkError, Landmarks
from lexicons.vocabulary import Level, LEVELS, Task

CANAL_TO_DISC_MM = 24.0
"""From the middle of the canal to the disc's: half a disc's depth, 17 mm, and half a canal's, 7 mm."""

POINT_CONFIDENCE = 0.5
END_CONFIDENCE = 0.25
END_MM = 17.0
"""From the middle of the first or last disc to the centroid beyond it: half a disc and half a body."""


def to_point_landmarks(study_id: str, points: LabelPoints) -> Landmarks:
    """Discs and the vertebrae beside them, LPS mm, from the canal's points at two levels or more.

    Where a level has points of both sides, the disc lies midway between them sideways: a canal's points are often set
    on one sagittal slice, which leaves the canal in scoliosis. The vertebrae beyond the first and the last disc are
    extrapolated by half a vertebra, with a lower confidence. LandmarkError with fewer than two levels.
    """
    canal = to_canal(points)
    if len(canal) < 2:
        raise LandmarkError("few-label-points", f"{len(canal)} levels with a point of the canal, expected two or more")
    left = to_left(points)
    downs = _to_downs(study_id, canal)
    discs = {level: canal[level] + CANAL_TO_DISC_MM * _to_anterior(downs[level], left) for level in canal}
    landmarks = _to_landmarks(study_id, discs)
    check_landmarks(landmarks)
    return landmarks


def to_canal(points: LabelPoints) -> dict[Level, FloatArray]:
    """The middle of the canal, (3,), at each level that has its point, head to foot, moved midway between the sides."""
    canal = {}
    for level in LEVELS:
        if (level, Task.SCS) in points:
            point = points[level, Task.SCS].copy()
            point[0] = _to_middle(level, points, point[0])
            canal[level] = point
    return canal


def _to_middle(level: Level, points: LabelPoints, own: float) -> float:
    """x midway between the recesses, which axial slices show best, else between the foramina, else as it is."""
    for left, right in ((Task.LSS, Task.RSS), (Task.LFS, Task.RFS)):
        if (level, left) in points and (level, right) in points:
            return float(points[level, left][0] + points[level, right][0]) / 2
    return own


def to_left(points: LabelPoints) -> FloatArray:
    """The patient's left, (3,): from right foramina and recesses to left ones, on average; x of LPS without them."""
    pairs = ((Task.LFS, Task.RFS), (Task.LSS, Task.RSS))
    across = [
        normalise(points[level, left] - points[level, right])
        for level in LEVELS
        for left, right in pairs
        if (level, left) in points and (level, right) in points
    ]
    if len(across) < 3:
        return np.array([1.0, 0.0, 0.0])
    return normalise(np.median(across, axis=0) * [1.0, 1.0, 0.0])


def _to_anterior(down: FloatArray, left: FloatArray) -> FloatArray:
    return -normalise(np.cross(-down, left))  # post = sup x left


def _to_downs(study_id: str, centres: dict[Level, FloatArray]) -> dict[Level, FloatArray]:
    """The direction towards the feet at each level, of the curve through the levels' points."""
    curve = fit_curve(Landmarks(study_id, (), np.zeros((0, 3)), np.zeros(0), _to_discs(centres)))
    return {level: to_tangents(curve, np.array(to_knot(curve, level))) for level in centres}


def _to_discs(centres: dict[Level, FloatArray]) -> tuple[DiscLandmark, ...]:
    return tuple(DiscLandmark(level, centre, None, POINT_CONFIDENCE) for level, centre in centres.items())


def _to_landmarks(study_id: str, centres: dict[Level, FloatArray]) -> Landmarks:
    downs = _to_downs(study_id, centres)
    levels = list(centres)
    found: dict[str, tuple[FloatArray, float]] = {}
    found[levels[0].split("-")[0]] = centres[levels[0]] - END_MM * downs[levels[0]], END_CONFIDENCE
    for first, second in pairwise(levels):
        if first.split("-")[1] == second.split("-")[0]:
            found[first.split("-")[1]] = (centres[first] + centres[second]) / 2, POINT_CONFIDENCE
    found[levels[-1].split("-")[1]] = centres[levels[-1]] + END_MM * downs[levels[-1]], END_CONFIDENCE
    points = np.array([point for point, _ in found.values()])
    confidence = np.array([certainty for _, certainty in found.values()])
    return Landmarks(study_id, tuple(found), points, confidence, _to_discs(centres))
