"""Slices that are there twice: which of them is kept, and whether they differ."""

import hashlib
from collections.abc import Sequence

from pydicom import dcmread

from imaging.dicom.quiet import quiet_pydicom
from imaging.dicom.record import FrameHeader
from imaging.dicom.sources import Open
from imaging.study import SliceSource

SAME_INSTANCE = "same-instance-twice"
SAME_PIXELS = "duplicate-slice"
OTHER_PIXELS = "duplicate-slice-differs"


def drop_same_instances(frames: Sequence[FrameHeader]) -> tuple[list[FrameHeader], tuple[str, ...]]:
    """The frames of a series without second copies of a file, and remarks.

    A copy has the same SOPInstanceUID, frame number and place; where only the place differs the UID is wrong, and
    both are kept.
    """
    kept: dict[object, FrameHeader] = {}
    for frame in sorted(frames, key=to_rank, reverse=True):
        kept.setdefault((frame.sop_uid or frame.source, frame.source.frame, frame.position, frame.orientation), frame)
    instances = {(frame.sop_uid, frame.source.frame) for frame in kept.values() if frame.sop_uid}
    named = sum(1 for frame in kept.values() if frame.sop_uid)
    remarks = [SAME_INSTANCE] if len(kept) < len(frames) else []
    if len(instances) < named:
        remarks.append("repeated-instance-uid")
    return list(kept.values()), tuple(remarks)


def choose_duplicate(frames: Sequence[FrameHeader], open_one: Open) -> tuple[FrameHeader, str]:
    """Of frames at one place the one with the highest acquisition and instance number, and a remark."""
    kept = max(frames, key=to_rank)
    return kept, SAME_PIXELS if _have_same_pixels(frames, open_one) else OTHER_PIXELS


def to_rank(frame: FrameHeader) -> tuple[int, int, str, int]:
    """Later acquisitions and instances rank higher; the last two only make the choice repeatable."""
    acquisition = -1 if frame.acquisition_number is None else frame.acquisition_number
    instance = -1 if frame.instance_number is None else frame.instance_number
    return acquisition, instance, frame.sop_uid, -frame.source.file_number


def _have_same_pixels(frames: Sequence[FrameHeader], open_one: Open) -> bool:
    """Whether single-frame files hold the same bytes of pixels; frames of one file cannot be told without decoding."""
    if len({(frame.source.path, frame.source.member) for frame in frames}) < len(frames):
        return False
    return len({_digest_pixels(frame.source, open_one) for frame in frames}) == 1


def _digest_pixels(source: SliceSource, open_one: Open) -> bytes:
    """A digest of PixelData as it is stored; of the place of the file where it cannot be read."""
    try:
        with quiet_pydicom(), open_one(source.path, source.member) as stream:
            dataset = dcmread(stream, force=True, specific_tags=["PixelData", "NumberOfFrames"])
            return hashlib.sha256(dataset.PixelData).digest()
    except Exception:  # pydicom raises nearly anything on a damaged file
        return str(source.file_number).encode()
