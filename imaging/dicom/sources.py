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


@contextmanager
def open_sources() -> Iterator[Open]:
    """A function that opens a file, or reads a zip file's member into memory; a zip's directory is read once.

    It raises OSError where the content cannot be read; zipfile.BadZipFile, zlib.error, NotImplementedError,
    RuntimeError (encrypted) or KeyError where a member cannot.
    """
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
