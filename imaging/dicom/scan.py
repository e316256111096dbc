"""Inputs to studies: the story of the header pass, in order."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from imaging.dicom.fault import Fault
from imaging.dicom.files import find_files, InputFile
from imaging.dicom.grouping import group_by
from imaging.dicom.headers import HeaderBatch, Headers, read_headers
from imaging.dicom.record import FrameHeader
from imaging.dicom.series import to_series
from imaging.dicom.sources import Open, open_sources
from imaging.dicom.study_ids import check_study_id_from, find_study_id, STUDY_UID, to_keyword
from imaging.dicom.values import to_label
from imaging.dicom.zip_members import ZipLimits
from imaging.refusal import Refusal
from imaging.study import Study

Run = Callable[[Callable[[HeaderBatch], Headers], Sequence[HeaderBatch]], Iterable[Headers]]


@dataclass(frozen=True)
class ScanSettings:
    """How inputs are read.

    ``study_id_from``: ``StudyInstanceUID``; ``folder``, the topmost folder below the input that holds the study; or a
    DICOM keyword such as ``AccessionNumber``. ``batch_files``: how many files one call of the map reads.
    """

    study_id_from: str = STUDY_UID
    limits: ZipLimits = field(default_factory=ZipLimits)
    batch_files: int = 200


class Scan(NamedTuple):
    """The studies of some inputs, by study_id, and a row for everything that was refused."""

    studies: tuple[Study, ...]
    refusals: tuple[Refusal, ...]


def scan_studies(inputs: Sequence[Path], settings: ScanSettings = ScanSettings(), run: Run = map) -> Scan:
    """Every study in the inputs: folders, trees, zip files, single files, in any order; no pixels are read.

    ``run`` maps a picklable function over batches and gives the results in their order: ``map``, or one over
    processes. ImagingError where ``settings.study_id_from`` cannot be used.
    """
    check_study_id_from(settings.study_id_from)
    found = find_files(inputs, settings.limits)
    headers = list(run(read_headers, _to_batches(found.files, settings)))
    frames = [frame for batch in headers for frame in batch.frames]
    refusals = [*found.refusals, *(refusal for batch in headers for refusal in batch.refusals)]
    with open_sources() as open_one:
        studies, refused = _to_studies(frames, settings.study_id_from, open_one)
    return Scan(studies, (*sorted(refusals, key=_to_order), *refused))


def _to_batches(files: tuple[InputFile, ...], settings: ScanSettings) -> list[HeaderBatch]:
    keyword, size = to_keyword(settings.study_id_from), settings.batch_files
    return [HeaderBatch(files[at : at + size], keyword) for at in range(0, len(files), size)]


def _to_studies(
    frames: Sequence[FrameHeader], study_id_from: str, open_one: Open
) -> tuple[tuple[Study, ...], list[Refusal]]:
    by_uid = group_by(frames, lambda frame: frame.facts.study_uid)
    ids = [find_study_id(part, study_id_from) for part in by_uid.values()]
    counts = Counter(study_id for study_id in ids if isinstance(study_id, str))
    studies, refusals = [], []
    for study_id, part in zip(ids, by_uid.values(), strict=True):
        if isinstance(study_id, Fault):
            refusals.append(Refusal("", _name_files(part), *study_id))
        elif counts[study_id] > 1:
            refusals.append(_refuse_repeated(study_id, counts[study_id], study_id_from))
        elif (patients := len({frame.facts.patient for frame in part} - {""})) > 1:
            refusals.append(_refuse_patients(study_id, patients))
        else:
            study, faults = _to_study(study_id, part, open_one)
            studies.append(study)
            refusals += faults
    return tuple(sorted(studies, key=lambda study: study.study_id)), sorted(refusals)


def _to_study(study_id: str, frames: Sequence[FrameHeader], open_one: Open) -> tuple[Study, list[Refusal]]:
    series, faults = to_series(frames, open_one)
    phantom = _find_phantom({frame.facts.phantom for frame in frames})
    return Study(study_id, series, phantom), [Refusal(study_id, f"series {number}", *fault) for number, fault in faults]


def _find_phantom(said: set[bool | None]) -> bool | None:
    """One file that says so is enough; None where none says anything."""
    return True if True in said else False if False in said else None


def _refuse_repeated(study_id: str, count: int, study_id_from: str) -> Refusal:
    tag = to_label(study_id_from) if to_keyword(study_id_from) else ""
    return Refusal(study_id, "study", "study-id-repeated", tag, f"{count} studies have this study_id; none is read")


def _refuse_patients(study_id: str, count: int) -> Refusal:
    tag = to_label("PatientID")
    return Refusal(study_id, "study", "several-patients", tag, f"{tag} has {count} values in one study; none is read")


def _name_files(frames: Sequence[FrameHeader]) -> str:
    """``file 3 to 40``: a study without an id can only be named by its files."""
    numbers = [frame.source.file_number for frame in frames]
    low, high = min(numbers), max(numbers)
    return f"file {low}" if low == high else f"file {low} to {high}"


def _to_order(refusal: Refusal) -> tuple[str, int]:
    kind, _, number = refusal.source.partition(" ")
    return kind, int(number) if number.isdigit() else 0
