"""Inputs to studies for a command: headers read on all workers, volume files beside DICOM, progress shown."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast, TypeVar

from imaging.dicom.headers import HeaderBatch, Headers
from imaging.dicom.scan import Scan, scan_studies, ScanSettings
from imaging.foreign_files import is_volume_file
from imaging.refusal import ImagingError, Refusal
from imaging.study import Study, Weighting
from imaging.volume_files import read_file_study
from lumbar.console import Progress, progress
from lumbar.work import map_ordered

T = TypeVar("T")


def read_studies(inputs: Sequence[Path], settings: ScanSettings, jobs: int | None, ray_address: str | None) -> Scan:
    """Every study of the inputs, DICOM and volume files, by study_id, and what was refused.

    A volume file, or a folder that holds nothing else, is a study each: its name, endings left out, is the study_id,
    and the image is taken for T2.
    """
    files = [file for path in inputs for file in to_volume_files(path)]
    others = [path for path in inputs if not to_volume_files(path)]
    with progress(None, "files") as bar:
        found = scan_studies(others, settings, partial(_read_on_workers, bar, jobs, ray_address))
        read = [_read_file(file, number) for number, file in enumerate(files, 1)]
        bar.advance(len(files))
    studies = [*found.studies, *(one for one in read if isinstance(one, Study))]
    refusals = (*found.refusals, *(one for one in read if isinstance(one, Refusal)))
    return _without_repeated(studies, refusals)


def to_volume_files(path: Path) -> list[Path]:
    """The volume files of an input: itself, or a folder's where it holds nothing else; hidden files do not count."""
    if not path.is_dir():
        return [path] if is_volume_file(path) else []
    seen = sorted(one for one in path.iterdir() if not one.name.startswith("."))
    return seen if all(one.is_file() and is_volume_file(one) for one in seen) else []


def to_stem(path: Path) -> str:
    """A volume file's name without its endings, .nii.gz and the like."""
    name = path.name.removesuffix(".gz")
    return name.rpartition(".")[0] or name


def _read_file(path: Path, number: int) -> Study | Refusal:
    try:
        study = read_file_study(to_stem(path), [(path, number)])
    except (ImagingError, OSError) as error:
        code, tag = (error.code, error.tag) if isinstance(error, ImagingError) else ("unreadable", "")
        reason = str(error) if isinstance(error, ImagingError) else "the file cannot be opened; check its permissions"
        return Refusal(to_stem(path), f"volume file {number}", code, tag, reason)
    return replace(study, series=tuple(replace(one, weighting=Weighting.T2) for one in study.series))


def _without_repeated(studies: Sequence[Study], refusals: tuple[Refusal, ...]) -> Scan:
    ids = [study.study_id for study in studies]
    repeated = sorted({one for one in ids if ids.count(one) > 1})
    more = [Refusal(one, "study", "study-id-repeated", "", "several inputs have this study_id; none is read")
            for one in repeated]  # fmt: skip
    kept = [study for study in studies if study.study_id not in repeated]
    return Scan(tuple(sorted(kept, key=lambda study: study.study_id)), (*refusals, *more))


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
