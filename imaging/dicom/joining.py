"""One acquisition under several SeriesInstanceUIDs: which sagittal series belong together, by headers and by place."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from imaging.dicom.grouping import to_group_key
from imaging.dicom.orientation import cluster_orientations, to_mean_axes
from imaging.dicom.record import FrameHeader
from imaging.dicom.weighting import find_contrast
from imaging.geometry import Plane, to_plane

LEAST_STEP = 0.9
"""The joined slices may not overlap: their step is at least this share of SliceThickness."""

EVEN_STEPS = 0.02
EVEN_MM = 0.1
ASIDE_MM = 1.0

Frames = Sequence[FrameHeader]


def find_parts(series: Sequence[Frames]) -> list[list[int]]:
    """The numbers of series that are parts of one acquisition; a series that is whole stands alone.

    Parts are sagittal, have the same headers but for their UID, number and words, and together they are one stack of
    even steps that none of them repeats or overlaps. Axial series need no joining, for all of them are used. A
    FrameOfReferenceUID of each part's own does not keep them apart: even steps are coordinates that agree.
    """
    groups: dict[Hashable, list[int]] = {}
    for number, frames in enumerate(series):
        groups.setdefault(_to_key(frames[0]), []).append(number)
    parts = []
    for numbers in groups.values():
        is_one = len(numbers) > 1 and _is_one_stack([frame for number in numbers for frame in series[number]])
        parts += [numbers] if is_one else [[number] for number in numbers]
    return sorted(parts)


def _to_key(frame: FrameHeader) -> Hashable:
    facts = replace(frame.facts, series_uid="", series_number=None, description="", protocol="", folder="")
    return facts, find_contrast(frame.facts), to_group_key(frame)


def _is_one_stack(frames: Frames) -> bool:
    """Whether sagittal slices lie evenly, one behind the other, without overlap."""
    clusters = cluster_orientations(frames)
    normal = np.cross(*to_mean_axes(frames))
    if len(clusters) > 1 or to_plane(normal) is not Plane.SAGITTAL:
        return False
    points = np.array([frame.position for frame in frames])
    along = points @ normal
    order = np.argsort(along)
    steps, jumps = np.diff(along[order]), np.diff((points - np.outer(along, normal))[order], axis=0)
    step = float(np.median(steps))
    thickness = [frame.thickness_mm for frame in frames if frame.thickness_mm is not None]
    if not thickness or step < LEAST_STEP * float(np.median(thickness)):
        return False
    is_even = np.abs(steps - step).max() <= max(EVEN_STEPS * step, EVEN_MM)
    return bool(is_even and np.linalg.norm(jumps - np.median(jumps, axis=0), axis=1).max() <= ASIDE_MM)
