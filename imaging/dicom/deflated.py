"""Deflated DICOM files that unpack to far more than an image holds: pydicom would unpack the whole of it."""

import struct
import zlib
from typing import BinaryIO

from pydicom.uid import DeflatedExplicitVRLittleEndian

from imaging.dicom.fault import Fault

RATIO = 100
LEAST_BYTES = 64 << 20
"""A file may unpack to this, or to RATIO times its size, whichever is more."""

_HEAD_BYTES = 4096
_BLOCK_BYTES = 1 << 20
_GROUP_LENGTH_AT = 140
_META_AT = 144


def check_deflated(stream: BinaryIO) -> Fault | None:
    """A fault where the file is in Deflated Explicit VR and unpacks to too much; the stream is left at its start."""
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if str(DeflatedExplicitVRLittleEndian).encode() not in head or len(head) < _META_AT:
        return None
    size = stream.seek(0, 2)
    stream.seek(_META_AT + struct.unpack_from("<I", head, _GROUP_LENGTH_AT)[0])
    limit = max(LEAST_BYTES, RATIO * size)
    is_bomb = _inflates_beyond(stream, limit)
    stream.seek(0)
    return Fault("zip-bomb", "", f"a deflated DICOM file unpacks to more than {limit} bytes") if is_bomb else None


def _inflates_beyond(stream: BinaryIO, limit: int) -> bool:
    """Whether there are more than ``limit`` bytes; damage ends the count, it is found when the file is read."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    total, data = 0, stream.read(_BLOCK_BYTES)
    while data and not inflate.eof:
        try:
            total += len(inflate.decompress(data, _BLOCK_BYTES))
        except zlib.error:
            return False
        if total > limit:
            return True
        data = inflate.unconsumed_tail or stream.read(_BLOCK_BYTES)
    return False
