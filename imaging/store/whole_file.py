"""Files that are there whole or not at all, whatever ends the process that writes them."""

import fcntl
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

_ENDING = ".tmp"


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file under another name, wait until it is on the disk, and move it into place.

    The other name is new for each writer, so writers of the same file do not meet; the last one stays.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}{_ENDING}")
    try:
        with temporary.open("xb") as file:
            with suppress(OSError):  # some network drives know no locks: leftovers stay on them
                _take(file)
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def remove_leftovers(folder: Path) -> int:
    """Remove what killed writers left below a folder; how many files that were. Work in hand elsewhere is left."""
    return sum(_remove_if_left(path) for path in folder.rglob(f".*{_ENDING}"))


def _remove_if_left(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            _take(file)
            path.unlink()
    except OSError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Wait until a file's new name is on the disk; some systems cannot open a folder, and need no wait."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _take(file: IO[bytes]) -> None:
    """Lock a file until it is closed, or its process ends in whatever way; OSError where another has it locked."""
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
