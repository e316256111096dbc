"""Inputs of every kind to studies: DICOM by its headers, and NIfTI, MHA, MHD and NRRD files by theirs."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from imaging.dicom.files import find_files, InputFile
from imaging.dicom.scan import Run, Scan, scan_studies, ScanSettings
from imaging.dicom.study_ids import check_plain, FOLDER
from imaging.foreign_files import is_volume_file, to_stem
from imaging.refusal import ImagingError, Refusal
from imaging.study import Study
from imaging.volume_files import read_file_study


def scan_inputs(inputs: Sequence[Path], settings: ScanSettings = ScanSettings(), run: Run = map) -> Scan:  # noqa: B008
    """``scan_studies``, and the volume files that lie in the inputs outside zip files.

    A volume file is a study of its own, its study_id the file's name without endings; where study ids come from
    folders, the volume files of a folder are one study.
    """
    scan = scan_studies(inputs, settings, run)
    files = find_files(inputs, settings.limits).files
    volume_files = [file for file in files if file.member is None and is_volume_file(file.path)]
    if not volume_files:
        return scan
    studies, refusals = _read_studies(volume_files, settings.study_id_from == FOLDER)
    explained = {f"file {number}" for number in _find_explained(files, volume_files)}
    kept = [row for row in scan.refusals if not (row.code == "not-dicom" and row.source in explained)]
    return _join(scan.studies, studies, [*kept, *refusals])


def _find_explained(files: Sequence[InputFile], volume_files: Sequence[InputFile]) -> set[int]:
    """The numbers of volume files, and of the .raw and .zraw files that lie beside those with a header apart."""
    apart = {file.path.with_suffix("") for file in volume_files if file.path.suffix.lower() in (".mhd", ".nhdr")}
    beside = [file for file in files if file.path.suffix.lower() in (".raw", ".zraw", ".gz")]
    return {file.number for file in volume_files} | {
        file.number for file in beside if {file.path.with_suffix(""), file.path.with_suffix("").with_suffix("")} & apart
    }


def _read_studies(files: Sequence[InputFile], is_by_folder: bool) -> tuple[list[Study], list[Refusal]]:
    by_id: dict[str, dict[Path, list[InputFile]]] = {}
    for file in files:
        study_id = file.folder if is_by_folder else to_stem(file.path)
        by_id.setdefault(study_id, {}).setdefault(Path() if is_by_folder else file.path, []).append(file)
    studies, refusals = [], []
    for study_id, groups in sorted(by_id.items()):
        if fault := check_plain(study_id, ""):
            refusals += [Refusal("", f"file {file.number}", *fault) for group in groups.values() for file in group]
            continue
        if len(groups) > 1:
            reason = f"{len(groups)} files have this name; none is read"
            refusals.append(Refusal(study_id, "study", "study-id-repeated", "", reason))
            continue
        (group,) = groups.values()
        study, refused = _read_study(study_id, group)
        studies += [study] if study.series else []
        refusals += refused
    return studies, refusals


def _read_study(study_id: str, files: Sequence[InputFile]) -> tuple[Study, list[Refusal]]:
    """The study of the files that can be read; it has no series where none can."""
    readable, refusals = [], []
    for file in files:
        try:
            read_file_study(study_id, [(file.path, file.number)])
            readable.append((file.path, file.number))
        except ImagingError as error:
            refusals.append(Refusal("", f"file {file.number}", error.code, error.tag, str(error)))
    return read_file_study(study_id, readable), refusals


def _join(dicom: Sequence[Study], others: Sequence[Study], refusals: Sequence[Refusal]) -> Scan:
    """All studies by study_id; an id that both kinds have is refused."""
    counts = Counter(study.study_id for study in (*dicom, *others))
    twice = sorted(study_id for study_id, count in counts.items() if count > 1)
    reason = "a DICOM study and a volume file have this study_id; neither is read"
    repeated = [Refusal(study_id, "study", "study-id-repeated", "", reason) for study_id in twice]
    studies = sorted((s for s in (*dicom, *others) if counts[s.study_id] == 1), key=lambda study: study.study_id)
    return Scan(tuple(studies), (*refusals, *repeated))
