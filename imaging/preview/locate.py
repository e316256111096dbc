"""What a contact sheet shows, gathered from a study and its landmarks."""

import numpy as np

from imaging.curve import fit_curve, to_curve_points
from imaging.dicom.pixels import read_volume
from imaging.geometry import FloatArray
from imaging.landmarks import LandmarkError, Landmarks
from imaging.pipeline import Built, PipelineSettings
from imaging.preview.sheet import Located
from imaging.refusal import Refusal
from imaging.selection import select_series
from imaging.study import Stack, Study
from imaging.volume import to_bare_volume

CURVE_POINTS = 200


def to_located(study: Study, landmarks: Landmarks, built: Built, settings: PipelineSettings) -> Located | None:
    """The sheet's content for a study whose discs are built; None where the study has no sagittal series.

    ImagingError where the sagittal pixels cannot be read.
    """
    sagittal = select_series(study, settings.selection).sagittal
    if sagittal is None:
        return None
    stack = _to_fullest(sagittal.stacks, landmarks.points)
    notes = sorted({remark for disc in built.discs for remark in disc.remarks})
    notes += [_to_note(refusal) for refusal in built.refusals]
    return Located(
        study.study_id,
        read_volume(stack),
        landmarks.structures,
        landmarks.points,
        _to_course(landmarks, settings),
        built.discs,
        tuple(notes),
    )


def _to_fullest(stacks: tuple[Stack, ...], points: FloatArray) -> Stack:
    """The stack that holds the most of the points."""
    return max(stacks, key=lambda stack: _count_inside(stack, points))


def _count_inside(stack: Stack, points: FloatArray) -> int:
    indices = to_bare_volume(stack).to_indices(points)
    inside = (indices >= -0.5) & (indices <= np.array(stack.shape[::-1]) - 0.5)
    return int(inside.all(axis=-1).sum())


def _to_course(landmarks: Landmarks, settings: PipelineSettings) -> FloatArray:
    """Points along the curve, the centroids themselves where no curve fits."""
    try:
        return to_curve_points(fit_curve(landmarks, settings.curve), np.linspace(0, 1, CURVE_POINTS))
    except LandmarkError:
        return landmarks.points


def _to_note(refusal: Refusal) -> str:
    return f"{refusal.source}: {refusal.reason}"
