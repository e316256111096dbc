"""What a zip file holds, checked before any of it is read."""

import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from imaging.dicom.fault import Fault
from imaging.dicom.sources import MAX_MEMBER_BYTES

ZIP_ERRORS = (BadZipFile, zlib.error, NotImplementedError, RuntimeError, KeyError, EOFError, ValueError)
"""What zipfile raises on a damaged, encrypted or unknown archive, besides OSError."""

_ENCRYPTED = 0x1


@dataclass(frozen=True)
class ZipLimits:
    """What a zip file may hold. ``ratio``: uncompressed over compressed bytes of all members; MR images reach 10."""

    members: int = 200_000
    total_bytes: int = 200 << 30
    ratio: float = 100.0


class Member(NamedTuple):
    """A file in a zip file; ``fault`` says why it is not read."""

    name: str
    fault: Fault | None


def list_members(path: Path, limits: ZipLimits) -> tuple[Member, ...] | Fault:
    """The files of a zip file, sorted by name; a Fault where the whole of it is refused."""
    try:
        with ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except ZIP_ERRORS:
        return Fault("zip-damaged", "", "the zip file is damaged and cannot be listed")
    if fault := _find_bomb(members, path.stat().st_size, limits):
        return fault
    faults = {info.filename: _find_fault(info) for info in members}
    return tuple(Member(name, faults[name]) for name in sorted(faults))


def _find_bomb(members: list[ZipInfo], archive_bytes: int, limits: ZipLimits) -> Fault | None:
    """Refuse by the directory: number, size, ratio, and members that share bytes (their sum is above the file's)."""
    packed = sum(info.compress_size for info in members)
    total = sum(info.file_size for info in members)
    largest = max((info.file_size for info in members), default=0)
    found = (
        (len(members) > limits.members, f"{len(members)} files; at most {limits.members} are read"),
        (total > limits.total_bytes, f"{total} bytes unpacked; at most {limits.total_bytes} are read"),
        (largest > MAX_MEMBER_BYTES, f"a file of {largest} bytes; at most {MAX_MEMBER_BYTES} are read"),
        (packed > archive_bytes, "files that overlap each other"),
        (total > limits.ratio * max(packed, 1), f"files packed more than {limits.ratio:g} times"),
    )
    reason = next((text for is_bomb, text in found if is_bomb), None)
    return Fault("zip-bomb", "", f"the zip file has {reason}") if reason else None


def _find_fault(info: ZipInfo) -> Fault | None:
    """Names that leave the folder are refused although nothing is extracted: such an archive was made to harm."""
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or ".." in PurePosixPath(name).parts or name[1:2] == ":":
        return Fault("zip-path", "", "a file in a zip has a path that leaves the zip")
    if info.flag_bits & _ENCRYPTED:
        return Fault("zip-encrypted", "", "a file in a zip is encrypted; unpack it first")
    if name.lower().endswith(".zip"):
        return Fault("zip-nested", "", "a zip file within a zip file is not read; unpack it first")
    return None
