"""The frames of one study to its series: told apart, numbered, each with its plane, weighting, stacks or exclusion."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from imaging.dicom.duplicates import drop_same_instances
from imaging.dicom.exclusion import find_exclusion, is_localizer, is_only_compressed, names_other_region, REFUSED
from imaging.dicom.fault import Fault
from imaging.dicom.grouping import group_by, SAME_PLACE_MM, split_group, to_group_key
from imaging.dicom.joining import find_parts
from imaging.dicom.orientation import cluster_orientations, to_mean_axes
from imaging.dicom.record import FrameHeader
from imaging.dicom.sources import Open
from imaging.dicom.stacks import to_stacks
from imaging.dicom.values import to_label
from imaging.dicom.weighting import find_contrast
from imaging.geometry import Plane, to_plane, transform
from imaging.study import Series, Stack

LISTED_FILES = 5


class SeriesFault(NamedTuple):
    """What was refused of a series, by its number in the study."""

    number: int
    fault: Fault


class _Draft(NamedTuple):
    """Frames that become one Series, the reason against it, and what was refused of it."""

    frames: list[FrameHeader]
    plane: Plane
    exclusion: Fault | None
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]


def to_series(frames: Sequence[FrameHeader], open_one: Open) -> tuple[tuple[Series, ...], tuple[SeriesFault, ...]]:
    """The series of one study's frames, numbered from 1 by SeriesNumber, then by UID and header; and the refusals.

    One SeriesInstanceUID gives several series where matrix, echo, kind or plane differ, and several UIDs one series
    where they are parts of one sagittal stack. A series none of whose frames can be placed stays as an excluded one.
    """
    by_uid = group_by(frames, lambda frame: frame.facts.series_uid)
    drafts = _join(sorted((draft for part in by_uid.values() for draft in _draft(part)), key=_to_order))
    made = [_make(number, draft, open_one) for number, draft in enumerate(drafts, 1)]
    faults = [SeriesFault(series.number, fault) for series, found in made for fault in found]
    return tuple(series for series, _ in made), tuple(faults)


def to_digest(uid: str) -> str:
    """16 hex digits that stand for a UID, which may hold a date; empty for none."""
    return hashlib.sha256(uid.encode()).hexdigest()[:16] if uid else ""


def _join(drafts: Sequence[_Draft]) -> list[_Draft]:
    """The drafts in their order, those that are parts of one acquisition as one, in the place of the first."""
    plain = [number for number, draft in enumerate(drafts) if draft.exclusion is None and draft.plane is Plane.SAGITTAL]
    parts = [[plain[k] for k in part] for part in find_parts([drafts[number].frames for number in plain])]
    others = [[number] for number in range(len(drafts)) if number not in plain]
    return [_join_parts([drafts[number] for number in part]) for part in sorted([*parts, *others])]


def _join_parts(drafts: Sequence[_Draft]) -> _Draft:
    if len(drafts) == 1:
        return drafts[0]
    return drafts[0]._replace(
        frames=[frame for draft in drafts for frame in draft.frames],
        faults=tuple(fault for draft in drafts for fault in draft.faults),
        remarks=tuple({*(remark for draft in drafts for remark in draft.remarks), "joined-series"}),
    )


def _draft(frames: Sequence[FrameHeader]) -> list[_Draft]:
    """The series of one SeriesInstanceUID."""
    kept, remarks = drop_same_instances(frames)
    drafts = [draft for group in group_by(kept, to_group_key).values() for draft in _draft_group(group)]
    localizer = _find_localizer([frame for draft in drafts if draft.exclusion is None for frame in draft.frames])
    if len(drafts) > 1:
        remarks = (*remarks, "split-series")
    return [
        draft._replace(exclusion=draft.exclusion or localizer, remarks=(*remarks, *draft.remarks)) for draft in drafts
    ]


def _draft_group(frames: list[FrameHeader]) -> list[_Draft]:
    """The series of frames with one header key: one a plane and acquisition; excluded ones are not looked into."""
    if exclusion := find_exclusion(frames[0].facts):
        refused = (exclusion,) if exclusion.code in REFUSED else ()
        return [_Draft(frames, _find_plane(frames), exclusion, refused, ())]
    faults = _sum_up(frames)
    placed = [frame for frame in frames if frame.fault is None]
    if equal := _check_positions(placed):
        return [_Draft(frames, _find_plane(frames), equal, (*faults, equal), ())]
    if not placed:
        return [_Draft(frames, Plane.OBLIQUE, _to_reason(frames), faults, ())]
    remarks = ("slices-refused",) if faults else ()
    drafts = [
        _Draft(part, plane, None, (), remarks) for plane, group in _split_planes(placed) for part in split_group(group)
    ]
    return [drafts[0]._replace(faults=faults), *drafts[1:]]


def _sum_up(frames: Sequence[FrameHeader]) -> tuple[Fault, ...]:
    """One fault a kind, with how many frames have it and in which files."""
    by_code: dict[str, list[FrameHeader]] = {}
    for frame in frames:
        if frame.fault is not None:
            by_code.setdefault(frame.fault.code, []).append(frame)
    return tuple(_sum_up_code(found, len(frames)) for _, found in sorted(by_code.items()))


def _sum_up_code(found: list[FrameHeader], total: int) -> Fault:
    fault = min(frame.fault for frame in found if frame.fault is not None)
    files = sorted({frame.source.file_number for frame in found})
    listed = ", ".join(map(str, files[:LISTED_FILES])) + (", ..." if len(files) > LISTED_FILES else "")
    return fault._replace(reason=f"{fault.reason}, in {len(found)} of {total} images (file {listed})")


def _to_reason(frames: Sequence[FrameHeader]) -> Fault:
    """Why none of the frames can be placed, without the files' numbers: they depend on the files' names."""
    return min(frame.fault for frame in frames if frame.fault is not None)


def _check_positions(frames: Sequence[FrameHeader]) -> Fault | None:
    """A fault where images with numbers of their own, or UIDs for want of them, all lie in one place.

    As after careless anonymisation.
    """
    if (
        len({frame.sop_uid if frame.instance_number is None else frame.instance_number for frame in frames}) < 2
        or len({frame.orientation for frame in frames}) > 1
    ):
        return None
    positions = np.array([frame.position for frame in frames])
    if np.ptp(positions, axis=0).max() >= SAME_PLACE_MM:
        return None
    tag = to_label("ImagePositionPatient")
    return Fault("positions-equal", tag, f"{tag} is the same in all {len(frames)} images")


def _split_planes(frames: Sequence[FrameHeader]) -> list[tuple[Plane, list[FrameHeader]]]:
    planes: dict[Plane, list[FrameHeader]] = {}
    for cluster in cluster_orientations(frames):
        planes.setdefault(to_plane(np.cross(*to_mean_axes(cluster))), []).extend(cluster)
    return sorted(planes.items())


def _find_plane(frames: Sequence[FrameHeader]) -> Plane:
    """The plane of most of the frames that have an orientation; OBLIQUE where none has."""
    placed = [frame for frame in frames if frame.fault is None]
    parts = _split_planes(placed) if placed else []
    return max(parts, key=lambda part: len(part[1]))[0] if parts else Plane.OBLIQUE


def _find_localizer(frames: Sequence[FrameHeader]) -> Fault | None:
    if not frames:
        return None
    counts: dict[Plane, int] = {plane: len(part) for plane, part in _split_planes(frames) if plane is not Plane.OBLIQUE}
    if not is_localizer(counts):
        return None
    return Fault("localizer", "", f"{len(counts)} planes with at most {max(counts.values())} slices in each")


def _make(number: int, draft: _Draft, open_one: Open) -> tuple[Series, tuple[Fault, ...]]:
    stacks, stack_faults = _to_stacks(draft, open_one)
    exclusion = draft.exclusion or (None if stacks else stack_faults[0])
    facts = draft.frames[0].facts
    contrast = find_contrast(facts)
    references = {frame.frame_of_reference for frame in draft.frames}
    remarks = {*draft.remarks, *contrast.remarks}
    if len(references) > 1:
        remarks.add("several-frames-of-reference")
    if is_only_compressed(facts):
        remarks.add("lossy")
    if names_other_region(facts):
        remarks.add("other-region")
    series = Series(
        number=number,
        digest=to_digest(facts.series_uid),
        frame_of_reference=to_digest(references.pop()) if len(references) == 1 else "",
        plane=draft.plane,
        weighting=contrast.weighting,
        contrast_agent=contrast.contrast_agent,
        fat_suppressed=contrast.fat_suppressed,
        echo_time_ms=facts.echo_time_ms,
        stacks=stacks,
        excluded=f"{exclusion.code}: {exclusion.reason}" if exclusion else "",
        remarks=tuple(sorted(remarks)),
        repetition_time_ms=facts.repetition_time_ms,
        images=len(draft.frames),
    )
    return series, (*draft.faults, *stack_faults)


def _to_stacks(draft: _Draft, open_one: Open) -> tuple[tuple[Stack, ...], tuple[Fault, ...]]:
    """The stacks of a series that is used, the one nearest to the head first."""
    if draft.exclusion is not None:
        return (), ()
    made = [to_stacks(cluster, open_one) for cluster in cluster_orientations(draft.frames)]
    stacks = sorted((stack for one in made for stack in one.stacks), key=_to_height)
    return tuple(stacks), tuple(fault for one in made for fault in one.faults)


def _to_height(stack: Stack) -> tuple[float, ...]:
    """Sorts from the head down, by the centre of the stack; x and y only settle ties."""
    slices, rows, columns = stack.shape
    last = slices - 1 if stack.slice_offsets_mm is None else float(stack.slice_offsets_mm[-1])
    x, y, z = transform(stack.affine, np.array([columns - 1, rows - 1, last]) / 2)
    return -float(z), float(x), float(y)


def _to_order(draft: _Draft) -> tuple[object, ...]:
    """SeriesNumber where there is one, then what does not depend on files: the UID, and where it was split its key."""
    facts = draft.frames[0].facts
    number = facts.series_number
    low = min((frame.acquisition_number or 0, frame.trigger_time_ms or 0, frame.position) for frame in draft.frames)
    return (
        number is None,
        number or 0,
        to_digest(facts.series_uid),
        str(to_group_key(draft.frames[0])),
        draft.plane,
        low,
    )
