"""Frames to groups that can hold one image each: by header, then, only where slices repeat, by kind or acquisition."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

import numpy as np

from imaging.dicom.record import FrameHeader

SAME_PLACE_MM = 0.05

Key = tuple[Hashable, ...]
Group = list[FrameHeader]

_REPEAT_KEYS: tuple[Callable[[FrameHeader], Hashable], ...] = (
    lambda frame: frame.facts.image_type,  # the images of a Dixon acquisition: water, fat, in and opposed phase
    lambda frame: frame.acquisition_number,
    lambda frame: frame.trigger_time_ms,
)


def group_by(frames: Iterable[FrameHeader], key: Callable[[FrameHeader], Hashable]) -> dict[Hashable, Group]:
    """The frames by key, in the order of first sight."""
    groups: dict[Hashable, Group] = defaultdict(list)
    for frame in frames:
        groups[key(frame)].append(frame)
    return dict(groups)


def to_group_key(frame: FrameHeader) -> Key:
    """What frames of one image have in common besides their series: matrix, spacing, echo, kind, time."""
    facts = frame.facts
    return (
        frame.rows,
        frame.columns,
        tuple(round(value, 4) for value in frame.spacing_mm),
        frame.echo_number,
        None if facts.echo_time_ms is None else round(facts.echo_time_ms, 1),
        facts.sop_class,
        facts.samples,
        facts.burned_in,
        facts.image_type[:3],
        facts.b_value,
        frame.temporal_position,
    )


def split_group(frames: Sequence[FrameHeader]) -> list[Group]:
    """One group of placed frames, split by ImageType, acquisition or time where that explains repeated positions.

    A few slices taken again do not make a second image: it takes half of the frames at a place that another
    acquisition has as well.
    """
    for key in _REPEAT_KEYS:
        parts = group_by(frames, key)
        if len(parts) > 1 and 2 * _count_repeated(frames, key) >= len(frames):
            return [part for _, part in sorted(parts.items(), key=lambda item: _rank(item[0]))]
    return [list(frames)]


def _count_repeated(frames: Sequence[FrameHeader], key: Callable[[FrameHeader], Hashable]) -> int:
    """How many frames lie where a frame with another key lies as well."""
    places = group_by(frames, _to_place)
    return sum(len(place) for place in places.values() if len({key(frame) for frame in place}) > 1)


def _to_place(frame: FrameHeader) -> Key:
    """Position and orientation, rounded to what counts as the same."""
    position = np.round(np.array(frame.position) / SAME_PLACE_MM).astype(int)
    return (*position.tolist(), *np.round(np.array(frame.orientation), 3).tolist())


def _rank(value: Hashable) -> tuple[bool, float]:
    return (value is not None, float(value) if isinstance(value, int | float) else 0.0)
