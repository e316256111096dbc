"""From a study's headers and its landmarks to its discs' crops: the story of this package, in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from imaging.crop_plan import CropSettings, cut_discs, PlacedStack, plan_disc, Read, with_remarks
from imaging.curve import CurveSettings, fit_curve
from imaging.dicom.pixels import read_volume
from imaging.disc_frames import DiscFrames, to_disc_frames
from imaging.frames import DiscFrame
from imaging.landmarks import LandmarkError, Landmarks
from imaging.refusal import Refusal
from imaging.selection import select_series, Selection, SelectionSettings, to_main_stack
from imaging.store.crop import DiscCrops
from imaging.study import Series, Study
from imaging.volume import to_bare_volume

Localize = Callable[[Study, Selection], Landmarks]
"""Finds the landmarks of a study in the series that were selected; LandmarkError where it cannot."""

_GEOMETRY = ("frame-of-reference-differs", "unregistered")
_SAID_OF_DISCS = ("sagittal-only",)


@dataclass(frozen=True)
class PipelineSettings:
    """What is decided on the way from a study to its discs' crops; the grids are the paper's."""

    selection: SelectionSettings = field(default_factory=SelectionSettings)
    curve: CurveSettings = field(default_factory=CurveSettings)
    crops: CropSettings = field(default_factory=CropSettings)


class Built(NamedTuple):
    """The discs of a study, head to foot, and what could not be used of it."""

    discs: tuple[DiscCrops, ...]
    refusals: tuple[Refusal, ...]


def build_discs(
    study: Study, landmarks: Landmarks | Localize, settings: PipelineSettings, read: Read = read_volume
) -> Built:
    """The crops of every disc of a study that its landmarks and its images show.

    ``landmarks`` are known, or what finds them. A study without a sagittal series is refused; one without axial images
    gives sagittal crops, with the remark ``axial: missing`` and a refusal that says so. A disc whose centre no sagittal
    image shows is refused.
    """
    selection = select_series(study, settings.selection)
    if selection.sagittal is None:
        return Built((), selection.refusals)
    try:
        known = landmarks if isinstance(landmarks, Landmarks) else landmarks(study, selection)
        frames = find_frames(known, selection.sagittal, settings.curve)
    except LandmarkError as error:
        return Built((), (*selection.refusals, Refusal(study.study_id, "landmarks", error.code, "", str(error))))
    sagittal, axial = _to_placed([selection.sagittal]), _to_placed(selection.axial)
    plans = [plan_disc(frame, sagittal, axial, settings.crops) for frame in frames.frames]
    unseen = [_to_unseen(study, frame) for frame, plan in zip(frames.frames, plans, strict=True) if plan is None]
    discs, unread = cut_discs(study.study_id, [plan for plan in plans if plan], settings.crops, read)
    remarks = _to_remarks(selection, known, frames)
    return Built(
        tuple(with_remarks(disc, remarks) for disc in discs),
        (*selection.refusals, *_check_axial(selection), *frames.refusals, *unseen, *unread),
    )


def find_frames(landmarks: Landmarks, sagittal: Series, settings: CurveSettings) -> DiscFrames:
    """The disc frames of the landmarks, their left along the sagittal series; LandmarkError where there can be none."""
    normal = to_bare_volume(to_main_stack(sagittal)).normal
    return to_disc_frames(fit_curve(landmarks, settings), landmarks, left_hint=normal)


def _check_axial(selection: Selection) -> tuple[Refusal, ...]:
    if selection.axial:
        return ()
    reason = "no axial T2 series that volumes can be cut from; its discs have the sagittal view only"
    return (Refusal(selection.study_id, "axial view", "no-axial", "", reason),)


def _to_placed(series: Sequence[Series]) -> list[PlacedStack]:
    return [PlacedStack(one, number) for one in series for number in range(len(one.stacks))]


def _to_unseen(study: Study, frame: DiscFrame) -> Refusal:
    reason = "its centre lies outside the sagittal images; are the landmarks of this study, in LPS mm?"
    return Refusal(study.study_id, str(frame.level), "outside-sagittal", "", reason)


def _to_remarks(selection: Selection, landmarks: Landmarks, frames: DiscFrames) -> tuple[str, ...]:
    """Codes for every disc of the study; what concerns how series lie to each other is marked ``geometry``."""
    found = [code for code in selection.remarks if code not in _SAID_OF_DISCS]
    named = [f"geometry: {code}" if code in _GEOMETRY else code for code in found]
    return tuple(dict.fromkeys([*named, *landmarks.remarks, *frames.remarks]))
