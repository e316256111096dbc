"""The size that a compressed frame says it has: a few bytes may unpack to any size, whatever the DICOM header says."""

import struct

_J2K_START = b"\xff\x4f\xff\x51"
_JPEG_START = b"\xff\xd8"
_SIZES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
"""The markers of JPEG, JPEG Lossless and JPEG-LS that a frame's size follows (SOF)."""

_SCAN = 0xDA
_HEAD_BYTES = 4096


def find_size(frame: bytes) -> tuple[int, int] | None:
    """Rows and columns by the head of a JPEG, JPEG-LS or JPEG 2000 frame; None where it is none, or says nothing."""
    if frame.startswith(_JPEG_START):
        return _find_jpeg_size(frame)
    at = frame.find(_J2K_START, 0, _HEAD_BYTES)
    if at >= 0 and len(frame) >= at + 24:
        right, bottom, left, top = struct.unpack_from(">IIII", frame, at + 8)
        return bottom - top, right - left
    return None


def _find_jpeg_size(frame: bytes) -> tuple[int, int] | None:
    """By the segments before the first scan."""
    at = len(_JPEG_START)
    while at + 9 <= len(frame) and frame[at] == 0xFF and frame[at + 1] != _SCAN:
        if frame[at + 1] in _SIZES:
            rows, columns = struct.unpack_from(">HH", frame, at + 5)
            return rows, columns
        at += 2 + int.from_bytes(frame[at + 2 : at + 4])
    return None
