"""Inputs to studies for a command: headers read on all workers, progress shown."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import cast, TypeVar

from imaging.dicom.headers import HeaderBatch, Headers
from imaging.dicom.scan import Scan, ScanSettings
from imaging.inputs import scan_inputs
from lumbar.console import Progress, progress
from lumbar.work import map_ordered

T = TypeVar("T")


def read_studies(inputs: Sequence[Path], settings: ScanSettings, jobs: int | None, ray_address: str | None) -> Scan:
    """Every study of the inputs, DICOM and volume files, by study_id, and what was refused."""
    with progress(None, "files") as bar:
        return scan_inputs(inputs, settings, partial(_read_on_workers, bar, jobs, ray_address))


def _read_on_workers(
    bar: Progress,
    jobs: int | None,
    ray_address: str | None,
    function: Callable[[HeaderBatch], Headers],
    batches: Sequence[HeaderBatch],
) -> Iterator[Headers]:
    """``function`` over the batches, in order, on workers; a small input is read in this process."""
    if len(batches) < 2:
        jobs, ray_address = 1, None
    read = cast(Generator[Headers], map_ordered(partial(_give, function), batches, jobs, ray_address))
    with closing(read):
        for batch, headers in zip(batches, read, strict=True):
            bar.advance(len(batch.files))
            yield headers


def _give(function: T) -> T:
    return function
