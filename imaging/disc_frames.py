"""Disc frames from the spine curve: a centre between two vertebrae, and the patient's directions there."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from imaging.curve import SpineCurve, to_curve_points, to_tangents
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, normalise
from imaging.landmarks import are_neighbours, DiscLandmark, LandmarkError, Landmarks, to_rank
from imaging.refusal import Refusal
from imaging.vertebrae import to_level
from lexicons.vocabulary import Level

LEFT = np.array([1.0, 0.0, 0.0])
MIN_LEFT_COSINE = 0.6
"""The normal of a sagittal series is at least this much sideways."""


class DiscFrames(NamedTuple):
    """The discs that have a frame, head to foot, a refusal for each that has none, and remarks, codes, on the study."""

    frames: tuple[DiscFrame, ...]
    refusals: tuple[Refusal, ...]
    remarks: tuple[str, ...]


def to_disc_frames(curve: SpineCurve, landmarks: Landmarks, left_hint: FloatArray | None = None) -> DiscFrames:
    """The frames of the discs between neighbouring vertebrae.

    ``left_hint``, (3,), is the normal of the sagittal series where the patient lay rotated, of either sign.
    LandmarkError where it does not point sideways.
    """
    sideways = to_sideways(left_hint)
    frames: dict[Level, DiscFrame] = {}
    refusals: list[Refusal] = []
    for above, below in pairwise(landmarks.structures):
        level = to_level(above, below)
        if level is None:
            reason = _to_reason(above, below)
            if reason:
                refusals.append(Refusal(landmarks.study_id, f"{above}-{below}", reason[0], "", reason[1]))
            continue
        t = np.mean([curve.knots[curve.structures.index(name)] for name in (above, below)])
        frames[level] = to_frame(level, to_curve_points(curve, t), -to_tangents(curve, t), sideways)
    for disc in landmarks.discs:
        frames[disc.level] = _to_seen_frame(curve, disc, sideways)
    return DiscFrames(tuple(frames[level] for level in sorted(frames, key=to_rank)), tuple(refusals), ())


def to_sideways(left_hint: FloatArray | None) -> FloatArray:
    """The patient's left, (3,): x of LPS, or the sagittal normal, turned to the side where x rises."""
    if left_hint is None:
        return LEFT
    unit = normalise(left_hint)
    if not abs(unit @ LEFT) >= MIN_LEFT_COSINE:  # nan too
        raise LandmarkError("left-unknown", f"the sagittal normal has x {unit @ LEFT:.2f}, expected 0.6 to 1 or below")
    return unit if unit @ LEFT > 0 else -unit


def to_frame(level: Level, centre: FloatArray, sup: FloatArray, sideways: FloatArray) -> DiscFrame:
    """The frame of a disc with this centre and normal: left is ``sideways`` laid into the disc's plane."""
    up = normalise(sup)
    left = normalise(sideways - (sideways @ up) * up)
    return DiscFrame(level, centre, left, np.cross(up, left), up)


def _to_seen_frame(curve: SpineCurve, disc: DiscLandmark, sideways: FloatArray) -> DiscFrame:
    t = curve.knots[curve.structures.index(str(disc.level))]
    sup = -to_tangents(curve, t) if disc.normal is None else disc.normal
    return to_frame(disc.level, disc.centre, sup, sideways)


def _to_reason(above: str, below: str) -> tuple[str, str] | None:
    """Why there is no disc between two vertebrae; None for T11-T12, which no level names."""
    if "L6" in (above, below):
        return "transitional", f"{above}-{below} has no level: the spine has a sixth lumbar vertebra"
    if not are_neighbours(above, below):
        return "vertebra-missing", f"no centroid between {above} and {below}"
    return None
