"""What a contact sheet shows, gathered from a study and its landmarks."""

import numpy as np

from imaging.curve import fit_curve, to_curve_points
from imaging.dicom.pixels import read_volume
from imaging.geometry import FloatArray
from imaging.landmarks import LandmarkError, Landmarks
from imaging.pipeline import Built, PipelineSettings
from imaging.preview.sheet import Located
from imaging.remarks import to_sentence
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
    notes = [*_to_notes(built), *(f"{refusal.source}: {refusal.reason}" for refusal in built.refusals)]
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
    return max(stacks, key=lambda stack: int(to_bare_volume(stack).holds(points).sum()))


def _to_course(landmarks: Landmarks, settings: PipelineSettings) -> FloatArray:
    """Points along the curve, the centroids themselves where no curve fits."""
    try:
        return to_curve_points(fit_curve(landmarks, settings.curve), np.linspace(0, 1, CURVE_POINTS))
    except LandmarkError:
        return landmarks.points


def _to_notes(built: Built) -> list[str]:
    """Each remark in words, with the levels it is about where these are not all."""
    levels: dict[str, list[str]] = {}
    for disc in built.discs:
        for remark in disc.remarks:
            levels.setdefault(remark, []).append(str(disc.frame.level))
    everywhere = len(built.discs)
    return [
        to_sentence(remark) if len(where) == everywhere else f"{', '.join(where)}: {to_sentence(remark)}"
        for remark, where in levels.items()
    ]
