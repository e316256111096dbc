"""Progress for every command: a bar on a terminal, plain lines elsewhere, always on stderr."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

SECONDS_BETWEEN_LINES = 10.0


class Progress(Protocol):
    """What ``progress`` yields."""

    def advance(self, n: int = 1) -> None:
        """Count n more as done."""


class _Lines:
    """Plain lines with the count, at most one every few seconds, for logs and pipes."""

    def __init__(self, total: int | None, label: str, stream: TextIO) -> None:
        self.total, self.label, self.stream = total, label, stream
        self.done = 0
        self.started = self.last_line = time.monotonic()

    def advance(self, n: int = 1) -> None:
        self.done += n
        now = time.monotonic()
        if now - self.last_line >= SECONDS_BETWEEN_LINES:
            self.last_line = now
            self.write(now)

    def write(self, now: float) -> None:
        of_total = "" if self.total is None else f" of {self.total}"
        print(f"{self.label}: {self.done}{of_total}, {now - self.started:.0f} s", file=self.stream, flush=True)


class _Bar:
    """One task of a rich progress display."""

    def __init__(self, total: int | None, label: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self.display = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self.task = self.display.add_task(label, total=total)

    def advance(self, n: int = 1) -> None:
        self.display.advance(self.task, n)


@contextmanager
def progress(total: int | None, label: str) -> Iterator[Progress]:
    """A counter to ``advance`` inside a with-block; ``total`` is None where the number is not known beforehand.

    The last line of the plain form is written however the block ends, so a log shows how far a run came.
    """
    if sys.stderr.isatty():
        bar = _Bar(total, label)
        with bar.display:
            yield bar
        return
    lines = _Lines(total, label, sys.stderr)
    try:
        yield lines
    finally:
        lines.write(time.monotonic())
