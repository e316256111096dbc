"""Parallel frames to stacks: sorted by position along the normal, cut at gaps, repaired where that is safe."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from imaging.dicom.duplicates import choose_duplicate, to_rank
from imaging.dicom.fault import Fault
from imaging.dicom.grouping import SAME_PLACE_MM
from imaging.dicom.orientation import to_mean_axes
from imaging.dicom.record import FrameHeader
from imaging.dicom.sources import Open
from imaging.dicom.values import to_label
from imaging.geometry import FloatArray, normalise, Plane, to_affine, to_angle_deg, to_plane
from imaging.study import SliceSource, Stack

SAME_PLACE_STEPS = 0.01
GAP_STEPS = 1.5
MISSING_SLICE_STEPS = 2.5
JUMP_MM = 1.0
OVERLAP_SHARE = 0.75
SHEAR_DEG = 0.5
UNEVEN_STEPS = 0.02
UNEVEN_MM = 0.1


class _Slices(NamedTuple):
    """Frames by rising position: ``along`` the normal, (n,), and ``points`` of their first voxels, (n, 3)."""

    frames: list[FrameHeader]
    axes: tuple[FloatArray, FloatArray]
    normal: FloatArray
    along: FloatArray
    points: FloatArray


class Stacked(NamedTuple):
    """The stacks of some frames, head end first, and what of them could not be made a stack."""

    stacks: tuple[Stack, ...]
    faults: tuple[Fault, ...]


def to_stacks(frames: Sequence[FrameHeader], open_one: Open) -> Stacked:
    """The stacks of frames of one matrix and orientation.

    Slices at one place count once. Steps above GAP_STEPS medians cut, but up to MISSING_SLICE_STEPS in a sagittal
    series are missing slices; so does a jump within the plane. ``open_one`` is asked only for repeated slices.
    """
    stacks: list[Stack] = []
    faults: list[Fault] = []
    for part in _split_side_by_side(_sort(frames)):
        slices, repeated = _drop_duplicates(part, open_one)
        for piece in _cut(slices):
            remarks = {repeated[frame.source] for frame in piece.frames if frame.source in repeated}
            stack = _to_stack(piece, remarks)
            if isinstance(stack, Fault):
                faults.append(stack)
            else:
                stacks.append(stack)
    return Stacked(tuple(stacks), tuple(faults))


def _sort(frames: Sequence[FrameHeader]) -> _Slices:
    axes = to_mean_axes(frames)
    normal = np.cross(*axes)
    along = np.array([frame.position for frame in frames]) @ normal
    order = sorted(range(len(frames)), key=lambda k: (along[k], to_rank(frames[k])))
    return _to_slices([frames[k] for k in order], axes)


def _to_slices(frames: list[FrameHeader], axes: tuple[FloatArray, FloatArray]) -> _Slices:
    points = np.array([frame.position for frame in frames])
    normal = np.cross(*axes)
    return _Slices(frames, axes, normal, points @ normal, points)


def _take(slices: _Slices, numbers: Sequence[int]) -> _Slices:
    return _to_slices([slices.frames[k] for k in numbers], slices.axes)


def _split_side_by_side(slices: _Slices) -> list[_Slices]:
    """Stacks of one orientation that overlap along the normal but lie beside each other, told apart.

    Such as the upper and the lower block of a long spine, whose slices need not share their positions.
    """
    in_plane = slices.points - np.outer(slices.along, slices.normal)
    same_height = np.diff(slices.along) < max(_same_place_mm(slices.along), _find_overlap_mm(slices))
    if not np.any(same_height & (np.linalg.norm(np.diff(in_plane, axis=0), axis=1) > JUMP_MM)):
        return [slices]
    labels = fcluster(linkage(in_plane, "single"), JUMP_MM, "distance")
    return [_take(slices, np.flatnonzero(labels == label).tolist()) for label in dict.fromkeys(labels.tolist())]


def _find_overlap_mm(slices: _Slices) -> float:
    """Slices nearer to each other than this overlap; where they also lie aside they are of two blocks."""
    stated = [frame.thickness_mm for frame in slices.frames if frame.thickness_mm is not None]
    return OVERLAP_SHARE * float(np.median(stated)) if stated else 0.0


def _drop_duplicates(slices: _Slices, open_one: Open) -> tuple[_Slices, dict[SliceSource, str]]:
    """One slice a place, and a remark for each that stood for several."""
    tolerance = _same_place_mm(slices.along)
    places: list[list[int]] = []
    for k, along in enumerate(slices.along):
        if places and along - slices.along[places[-1][0]] < tolerance:
            places[-1].append(k)
        else:
            places.append([k])
    frames, repeated = [], {}
    for place in places:
        frame = slices.frames[place[0]]
        if len(place) > 1:
            frame, remark = choose_duplicate([slices.frames[k] for k in place], open_one)
            repeated[frame.source] = remark
        frames.append(frame)
    return _to_slices(frames, slices.axes), repeated


def _same_place_mm(along: FloatArray) -> float:
    steps = np.diff(along)
    steps = steps[steps >= SAME_PLACE_MM]
    return max(SAME_PLACE_MM, SAME_PLACE_STEPS * float(np.median(steps))) if len(steps) else SAME_PLACE_MM


def _cut(slices: _Slices) -> list[_Slices]:
    """The slices cut where the next one is too far, or lies too far aside of where the median shear would put it."""
    if len(slices.frames) == 1:
        return [slices]
    steps = np.diff(slices.along)
    jumps = np.diff(slices.points, axis=0) - np.outer(steps, slices.normal)
    expected = np.outer(steps, np.median(jumps / steps[:, None], axis=0))
    is_sagittal = to_plane(slices.normal) is Plane.SAGITTAL
    too_far = steps > (MISSING_SLICE_STEPS if is_sagittal else GAP_STEPS) * _find_step(slices)
    aside = np.linalg.norm(jumps - expected, axis=1) > JUMP_MM
    cuts = np.flatnonzero(too_far | aside) + 1
    pieces = np.split(np.arange(len(slices.frames)), cuts)
    return [_sort([slices.frames[k] for k in piece]) for piece in pieces]  # with the directions of the piece alone


def _find_step(slices: _Slices) -> float:
    """The median step; where it is far above what the headers say, the slices are single ones, and theirs counts."""
    median = float(np.median(np.diff(slices.along)))
    stated = [max(frame.thickness_mm or 0, frame.slice_spacing_mm or 0) for frame in slices.frames]
    nominal = float(np.median(stated))
    return nominal if nominal > 0 and median > MISSING_SLICE_STEPS * nominal else median


def _to_stack(slices: _Slices, remarks: set[str]) -> Stack | Fault:
    step, offsets = _find_direction(slices)
    thickness = _find_thickness(slices)
    if thickness is None:
        tag = to_label("SliceThickness")
        return Fault("missing-thickness", tag, f"{tag} is missing in a single slice")
    first = slices.frames[0]
    spacing = (first.spacing_mm[0], first.spacing_mm[1])
    return Stack(
        shape=(len(slices.frames), first.rows, first.columns),
        affine=to_affine(slices.axes, spacing, step, slices.points[0]),
        thickness_mm=thickness,
        slice_offsets_mm=offsets,
        sources=tuple(frame.source for frame in slices.frames),
        remarks=tuple(sorted(remarks | _find_remarks(slices, offsets))),
    )


def _find_direction(slices: _Slices) -> tuple[FloatArray, FloatArray | None]:
    """The affine's third column, and the offsets along it where the slices are not evenly spaced."""
    count = len(slices.frames)
    if count == 1:
        return slices.normal * (_find_thickness(slices) or 1.0), None
    step = (slices.points[-1] - slices.points[0]) / (count - 1)
    if _are_even(slices):
        return step, None
    direction = normalise(step)
    return direction, (slices.along - slices.along[0]) / float(direction @ slices.normal)


def _are_even(slices: _Slices) -> bool:
    """Whether no step departs from the median, and no slice from its place on an even grid, by too much."""
    steps = np.diff(slices.along)
    step = float(np.median(steps))
    grid = np.linspace(slices.along[0], slices.along[-1], len(slices.along))
    departure = max(np.abs(steps - step).max(), np.abs(slices.along - grid).max())
    return bool(departure <= max(UNEVEN_STEPS * step, UNEVEN_MM))


def _find_thickness(slices: _Slices) -> float | None:
    """SliceThickness, else the step, or of a single slice SpacingBetweenSlices."""
    stated = [frame.thickness_mm for frame in slices.frames if frame.thickness_mm is not None]
    if stated:
        return float(np.median(stated))
    return float(np.median(np.diff(slices.along))) if len(slices.along) > 1 else slices.frames[0].slice_spacing_mm


def _find_remarks(slices: _Slices, offsets: FloatArray | None) -> set[str]:
    if len(slices.frames) == 1:
        return {"single-slice"}
    steps = np.diff(slices.along)
    tilt = to_angle_deg(slices.points[-1] - slices.points[0], slices.normal)
    found = {
        "missing-slice": steps.max() > GAP_STEPS * _find_step(slices),
        "uneven-steps": offsets is not None,
        "sheared": tilt > SHEAR_DEG,
        "thickness-from-step": all(frame.thickness_mm is None for frame in slices.frames),
    }
    return {remark for remark, holds in found.items() if holds}
