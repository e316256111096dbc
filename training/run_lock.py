"""One process at a time in a run folder: two would write over each other's checkpoints. No torch here."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from training.run_record import RecordError


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """A block in which a folder is held against other processes; it is made, and removed again where it stays empty.

    RecordError where another holds it. The lock is on the folder itself: it leaves no file, and ends with the process
    in whatever way that ends. Some network drives know no locks; there nothing is held.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = os.open(folder, os.O_RDONLY)
    try:
        _take(number, folder.resolve().name)
        yield
    finally:
        os.close(number)
        with suppress(OSError):  # it holds files
            folder.rmdir()


def _take(number: int, name: str) -> None:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RecordError(f"another process works in {name}: wait for its end, or name another folder") from None
    except OSError:
        return
