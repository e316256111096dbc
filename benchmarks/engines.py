"""Engines under measurement: each a process of its own on one core, in the venv that has it."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import click
from machine_facts import ROOT

MEDSPACY = ("spacy<3.8", "medspacy>=1.3,<2")
"""Newer releases of spaCy do not go with medSpaCy, hence the venv of its own."""


class EngineError(click.ClickException):
    """An engine that cannot be had, or died."""


class TooSlow(EngineError):
    """An engine that did not answer in the time it was given; it has been stopped."""


class Timing(NamedTuple):
    """Seconds by the clock and of the processor, and how many findings (or sentences, for medSpaCy) came out."""

    wall: float
    cpu: float
    found: int


class Engine:
    """A worker process with one engine; leave the ``with`` block to end it."""

    def __init__(self, name: str, python: Path = Path(sys.executable)) -> None:
        self.name = name
        self._command = [str(python), str(Path(__file__).with_name("worker.py")), name, str(first_core())]
        self._complaints = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, text=True, cwd=ROOT
        )
        ready = self._answer(None)
        self.load_seconds: float = ready["load"]
        self.versions: dict[str, str] = ready["versions"]

    def read(self, texts: list[str], fresh: bool = False, repeats: int = 1, limit: float | None = None) -> Timing:
        """The time to read these texts once, the quickest of the repeats; ``fresh`` begins with an empty memo.

        TooSlow where all of it takes more than ``limit`` seconds.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"texts": texts, "fresh": fresh, "repeats": repeats}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise EngineError(f"the {self.name} worker is gone") from None
        return Timing(**self._answer(limit))

    def _answer(self, limit: float | None) -> Any:
        assert self._process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(limit, stop) if limit else None
        if timer:
            timer.start()
        line = self._process.stdout.readline()
        if timer:
            timer.cancel()
        if not line:
            raise TooSlow(f"over {limit:g} s") if late.is_set() else EngineError(self._complaint())
        return json.loads(line)

    def _complaint(self) -> str:
        """Why the worker ended: the kind of its error alone, since the words of one may quote a report."""
        self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().strip().splitlines() or [f"exit code {self._process.returncode}"]
        return f"the {self.name} worker failed: {lines[-1].split(':')[0]}; try it alone: {' '.join(self._command)}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        if kind is not None:
            self._process.kill()
        self._process.wait()
        self._complaints.close()


def first_core() -> int:
    """The core the workers are bound to: they take turns, so one serves them all."""
    return min(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0


def medspacy_python(venv: Path) -> Path:
    """The Python of a venv that has medSpaCy, made where there is none; EngineError says why it cannot be."""
    python = venv / "bin" / "python"
    if (venv / ".installed").exists():
        return python
    print(f"Installing {' and '.join(MEDSPACY)} into {venv} (only the first time) ...", file=sys.stderr)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(venv)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *MEDSPACY],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise EngineError(f"medSpaCy could not be installed: {reason}")
    (venv / ".installed").touch()
    return python
