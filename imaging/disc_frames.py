"""Disc frames from the spine curve: a centre between two vertebrae, and the patient's directions there."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from imaging.curve import SpineCurve, to_between, to_knot, to_tangents
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, normalise, to_angle_deg, to_perpendicular
from imaging.landmarks import LandmarkError, Landmarks
from imaging.refusal import Refusal
from lexicons.vocabulary import Level, LEVELS

LEFT = np.array([1.0, 0.0, 0.0])
HEAD = np.array([0.0, 0.0, 1.0])
SACRAL_SHARE = 0.51
"""How far down from L5's centroid to S1's their disc lies.

The body of S1 narrows to about two thirds of its width and depth on the way to S2, which puts its centroid at 0.43 of
its height, 12.5 of 29 mm; L5's lies at half of 26.5, and 10.5 mm of disc between: (13.25 + 5.25) / 36.25.
"""

MIN_LEFT_COSINE = 0.6
"""The normal of a sagittal series is at least this much sideways."""

ODD_RESIDUAL_MM = 3.0
MAX_RESIDUAL_MM = 8.0
MAX_TILT_DEG = 40.0
MAX_LUMBOSACRAL_TILT_DEG = 65.0
MAX_TURN_DEG = 30.0
BACKWARD_MM = 4.0
"""Beyond these a landmark is more likely misplaced than the spine so bent; a disc is refused only off the curve."""


LUMBAR = ("L1", "L2", "L3", "L4", "L5", "L6", "S1")
LEAST_FOR_LORDOSIS = 4


class DiscFrames(NamedTuple):
    """The discs that have a frame, head to foot, a refusal for each that has none, and remarks, codes, on the study."""

    frames: tuple[DiscFrame, ...]
    refusals: tuple[Refusal, ...]
    remarks: tuple[str, ...]


def to_disc_frames(curve: SpineCurve, landmarks: Landmarks, left_hint: FloatArray | None = None) -> DiscFrames:
    """The frames of the six levels: a disc that was seen keeps its centre and normal, the others follow the curve.

    ``left_hint``, (3,), is the normal of the sagittal series where the patient lay rotated, of either sign.
    LandmarkError where it does not point sideways.
    """
    sideways = to_sideways(left_hint)
    frames: list[DiscFrame] = []
    refusals: list[Refusal] = []
    for level in LEVELS:
        fault = _to_fault(level, curve, landmarks)
        if fault is None:
            frames.append(_to_level_frame(level, curve, landmarks, sideways))
        else:
            refusals.append(Refusal(landmarks.study_id, str(level), fault[0], "", fault[1]))
    return DiscFrames(tuple(frames), tuple(refusals), to_remarks(curve, tuple(frames)))


def _to_level_frame(level: Level, curve: SpineCurve, landmarks: Landmarks, sideways: FloatArray) -> DiscFrame:
    for disc in landmarks.discs:
        if disc.level == level:
            normal = -to_tangents(curve, np.array(to_knot(curve, level))) if disc.normal is None else disc.normal
            return to_frame(level, disc.centre, normal, sideways)
    above, below = level.split("-")
    centre, down = to_between(curve, above, below, SACRAL_SHARE if below == "S1" else 0.5)
    return to_frame(level, centre, -down, sideways)


def _to_fault(level: Level, curve: SpineCurve, landmarks: Landmarks) -> tuple[str, str] | None:
    """The code and the reason why a level has no frame; None where it has one."""
    above, below = level.split("-")
    if below == "S1" and "L6" in landmarks.structures:
        return "transitional", "a sixth lumbar vertebra lies between L5 and S1; no level names the discs beside it"
    if any(disc.level == level for disc in landmarks.discs):
        return None
    missing = [name for name in (above, below) if name not in landmarks.structures]
    if missing:
        return "vertebra-missing", f"no centroid of {' and '.join(missing)}"
    residual = max(curve.residuals_mm[curve.structures.index(name)] for name in (above, below))
    if residual > MAX_RESIDUAL_MM:
        return "off-curve", f"a centroid lies {residual:.1f} mm off the curve, expected up to {MAX_RESIDUAL_MM:g}"
    return None


def to_remarks(curve: SpineCurve, frames: tuple[DiscFrame, ...]) -> tuple[str, ...]:
    """What is odd about a spine, a code each, with the level where it has one."""
    remarks = ["uneven-curve"] if curve.residuals_mm.max() > ODD_RESIDUAL_MM else []
    remarks += ["bends-backward"] if _bends_backward(curve) else []
    for frame in frames:
        limit = MAX_LUMBOSACRAL_TILT_DEG if frame.level is Level.L5_S1 else MAX_TILT_DEG
        if to_angle_deg(frame.sup, HEAD) > limit:
            remarks.append(f"steep-disc {frame.level}")
    for first, second in pairwise(frames):
        steps = LEVELS.index(second.level) - LEVELS.index(first.level)
        if to_angle_deg(first.sup, second.sup) > MAX_TURN_DEG * steps:
            remarks.append(f"sharp-bend {first.level} {second.level}")
    return tuple(remarks)


def _bends_backward(curve: SpineCurve) -> bool:
    """Whether the lumbar vertebrae lie behind the line from the first of them to S1, as no lordosis does."""
    points = {name: point for name, point in zip(curve.structures, curve.points, strict=True) if name in LUMBAR}
    if "S1" not in points or len(points) < LEAST_FOR_LORDOSIS:
        return False
    first, *between, last = points.values()
    line = last - first
    behind = [point[1] - first[1] - (point[2] - first[2]) / line[2] * line[1] for point in between]
    return float(np.mean(behind)) > BACKWARD_MM


def to_sideways(left_hint: FloatArray | None) -> FloatArray:
    """The patient's left, (3,): x of LPS, or the sagittal normal, turned to the side where x rises."""
    if left_hint is None:
        return LEFT
    unit = normalise(left_hint)
    if not abs(unit @ LEFT) >= MIN_LEFT_COSINE:  # nan too
        raise LandmarkError("left-unknown", f"the sagittal normal has x {unit @ LEFT:.2f}, expected beyond 0.6 or -0.6")
    return unit if unit @ LEFT > 0 else -unit


def to_frame(level: Level, centre: FloatArray, sup: FloatArray, sideways: FloatArray) -> DiscFrame:
    """The frame of a disc with this centre and normal: left is ``sideways`` laid into the disc's plane."""
    up = normalise(sup)
    left = to_perpendicular(sideways, up)
    return DiscFrame(level, centre, left, np.cross(up, left), up)
