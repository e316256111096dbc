"""Opening a file, or a member of a zip file, for reading; nothing is ever extracted to disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipFile

Open = Callable[[Path, str | None], BinaryIO]

MAX_MEMBER_BYTES = 2 << 30
"""The largest zip member that is read; a zip file's directory may promise less than it holds, never get more."""


class MemberTooLarge(OSError):
    """A zip member holds more than MAX_MEMBER_BYTES."""


def open_source(path: Path, member: str | None) -> BinaryIO:
    """The content of a file, or of a zip file's member read into memory.

    OSError where it cannot be read; zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError (encrypted) or
    KeyError where a member cannot. To open many members of one zip file use ``open_sources``.
    """
    with open_sources() as open_one:
        return open_one(path, member)


@contextmanager
def open_sources() -> Iterator[Open]:
    """A function that opens sources as ``open_source`` does, and reads a zip file's directory only once."""
    archives: dict[Path, ZipFile] = {}

    def open_one(path: Path, member: str | None) -> BinaryIO:
        if member is None:
            return path.open("rb")
        if path not in archives:
            archives[path] = ZipFile(path)
        return _read_member(archives[path], member)

    try:
        yield open_one
    finally:
        for archive in archives.values():
            archive.close()


def _read_member(archive: ZipFile, member: str) -> BytesIO:
    info = archive.getinfo(member)
    if info.file_size > MAX_MEMBER_BYTES:
        raise MemberTooLarge(f"a zip member of {info.file_size} bytes; at most {MAX_MEMBER_BYTES} are read")
    with archive.open(info) as file:
        return BytesIO(file.read(MAX_MEMBER_BYTES))
