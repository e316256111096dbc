"""Whether a file is DICOM, by its first bytes: with the preamble, or without it where the first elements make sense."""

import struct
from typing import BinaryIO

from pydicom.values import converters

from imaging.dicom.fault import Fault

_HEAD_BYTES = 4096
_LONG_VRS = frozenset("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_VRS = frozenset(str(vr) for vr in converters if len(vr) == 2)
_FIRST_GROUPS = (0x0002, 0x0008)
_WALKED = 3


def check_dicom(stream: BinaryIO) -> Fault | None:
    """A fault where the file is empty or not DICOM; the stream is left at its start."""
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if not head:
        return Fault("empty-file", "", "the file has 0 bytes")
    if head[128:132] == b"DICM" or _has_elements(head, "<") or _has_elements(head, ">"):
        return None
    if head.startswith(b"PK\x03\x04"):
        return Fault("zip-nested", "", "a zip file without the ending .zip, or within a zip file, is not read")
    return Fault("not-dicom", "", "not a DICOM file: no DICM at byte 128, and no DICOM elements at its start")


def _has_elements(head: bytes, order: str) -> bool:
    """Whether the first elements stand in rising order, start in group 0002 or 0008, and have lengths that fit."""
    at, tags = 0, [0]
    while len(tags) <= _WALKED:
        element = _parse_element(head, at, order)
        if element is None or element[0] <= tags[-1]:
            return False
        tags.append(element[0])
        at = element[1]
        if at > len(head):
            break
    return tags[1] >> 16 in _FIRST_GROUPS


def _parse_element(head: bytes, at: int, order: str) -> tuple[int, int] | None:
    """The tag of the element here and where the next one begins; None where there is no element."""
    if at + 12 > len(head):
        return None
    group, number = struct.unpack_from(f"{order}HH", head, at)
    vr = head[at + 4 : at + 6].decode("latin-1")
    if vr in _LONG_VRS:
        start, length = at + 12, struct.unpack_from(f"{order}I", head, at + 8)[0]
    elif vr in _VRS:
        start, length = at + 8, struct.unpack_from(f"{order}H", head, at + 6)[0]
    else:
        start, length = at + 8, struct.unpack_from(f"{order}I", head, at + 4)[0]
    is_odd = length % 2 and length != 0xFFFFFFFF
    return None if is_odd else (group << 16 | number, start + length)
