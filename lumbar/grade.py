"""`lumbar grade`: a study from DICOM to grades, with probabilities and a page."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lumbar.arguments import localizer_option, study_id_from_option, study_ids_option
from lumbar.console import progress
from lumbar.errors import ExitCode, to_line

if TYPE_CHECKING:
    from imaging.dicom.scan import Scan
    from imaging.landmark_table import LandmarkTable
    from imaging.landmarks import Landmarks
    from imaging.pipeline import Localize
    from imaging.selection import Selection
    from imaging.study import Study
    from lumbar.grade_device import Device
    from lumbar.grade_study import GradedStudy
    from lumbar.grader_origin import Origin
    from training.grading import Grader

_NO_LANDMARKS = "the landmarks table has no row of it (--study-id-from says where study ids come from)"

_PATH = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("inputs", metavar="STUDY...", nargs=-1, required=True, type=_PATH)
@click.option(
    "--run", "run_folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The run folder of `lumbar train` whose grader is used.",
)  # fmt: skip
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder for tables and pages."
)
@click.option(
    "--landmarks", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A landmarks table, .csv, .tsv or .parquet; without it the trained localizer finds the vertebrae.",
)  # fmt: skip
@localizer_option
@study_ids_option
@study_id_from_option
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True,
    help="Where the network runs.",
)  # fmt: skip
@click.option(
    "--precision", type=click.Choice(["auto", "float32", "bfloat16"]), default="auto", show_default=True,
    help="auto is bfloat16 on a processor that computes in it, twice as quick; probabilities differ in the hundredths.",
)  # fmt: skip
def grade(
    inputs: tuple[Path, ...],
    run_folder: Path,
    out: Path,
    landmarks: Path | None,
    weights: Path | None,
    study_ids: tuple[str, ...],
    study_id_from: str,
    device: str,
    precision: str,
) -> None:
    """Grade the discs of a STUDY: a folder, a zip file or DICOM files; there may be several studies in it.

    OUT gets predictions.csv, a label table with the probability of each grade; grades.json, the same for programs; and
    for each study a page, STUDY_ID.html, with the pictures of every disc beside its grades. A page holds pictures of a
    patient: keep it where the images may be kept. What could not be graded stands with its reason in refused.csv and
    on the page, and the exit code is 3.

    Not a medical device. Grades of a run that was trained on phantoms mean nothing of a patient.

    \b
    Example:
      lumbar grade study/ --run runs/first --out graded
    """
    from lumbar.grade_device import choose, use_one_thread
    from lumbar.grade_files import write_page, write_tables
    from lumbar.grader_origin import open_grader, read_origin
    from lumbar.localizer import check_localizer

    check_localizer(weights, located=landmarks is not None)
    scan = _scan(inputs, out, study_id_from)
    find = to_finder(landmarks, weights)
    studies = _choose(scan, study_ids)
    if not studies and not scan.refusals:
        raise click.UsageError("there is no file in STUDY that could be an image")
    place = choose(device, precision)
    use_one_thread()
    grader = open_grader(run_folder, place)
    origin = read_origin(run_folder, grader)
    out.mkdir(parents=True, exist_ok=True)
    graded = []
    with progress(len(studies), "studies") as bar:
        for study in studies:
            graded.append(_grade(study, find(study.study_id), grader, place))
            write_page(out, graded[-1], grader, origin, place)
            bar.advance()
    refused = write_tables(out, graded, scan.refusals, grader, origin, place)
    raise click.exceptions.Exit(_report(out, graded, refused, origin))


def _scan(inputs: Sequence[Path], out: Path, study_id_from: str) -> "Scan":
    from imaging.dicom.scan import ScanSettings
    from imaging.inputs import scan_inputs

    if any(path.is_dir() and out.resolve().is_relative_to(path.resolve()) for path in inputs):
        raise click.UsageError("--out lies inside STUDY: name a folder beside it")
    return scan_inputs(inputs, ScanSettings(study_id_from=study_id_from))


def _choose(scan: "Scan", study_ids: Sequence[str]) -> "list[Study]":
    known = {study.study_id for study in scan.studies}
    if unknown := [study_id for study_id in study_ids if study_id not in known]:
        raise click.UsageError(f"--study-id {unknown[0]}: no such study in STUDY")
    return [study for study in scan.studies if not study_ids or study.study_id in study_ids]


def _grade(study: "Study", landmarks: "Landmarks | Localize", grader: "Grader", device: "Device") -> "GradedStudy":
    """The grades of a study; a fault that nothing foresaw refuses the study, and the others are graded."""
    from imaging.pipeline import PipelineSettings
    from imaging.refusal import Refusal
    from lumbar.grade_study import grade_study, GradedStudy, no_predictions

    try:
        return grade_study(study, landmarks, grader, device, PipelineSettings())
    except Exception as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else to_line(error)  # no file's name
        return GradedStudy(
            study.study_id, no_predictions(grader), (), (Refusal(study.study_id, "study", "fault", "", reason),)
        )


def to_finder(path: Path | None, weights: Path | None) -> "Callable[[str], Landmarks | Localize]":
    """What gives the landmarks of a study_id by a table, or, without one, the trained localizer of ``weights``."""
    if path is None:
        from lumbar.localizer import make_localize

        localize = make_localize(weights)
        return lambda study_id: localize
    from imaging.landmark_table import read_landmark_table

    return partial(to_landmarks, read_landmark_table(path))


def to_landmarks(table: "LandmarkTable", study_id: str) -> "Landmarks | Localize":
    """The landmarks that a table has of a study, or what says why there are none."""
    from imaging.landmarks import LandmarkError

    if study_id in table.landmarks:
        return table.landmarks[study_id]
    own = [refusal for refusal in table.refusals if refusal.study_id == study_id]

    def refuse(study: "Study", selection: "Selection") -> "Landmarks":
        if own:
            raise LandmarkError(own[0].code, own[0].reason)
        raise LandmarkError("no-landmarks", _NO_LANDMARKS)

    return refuse


def _report(out: Path, graded: "Sequence[GradedStudy]", refused: int, origin: "Origin") -> ExitCode:
    from training.cautions import TRAINED_ON

    discs = sum(len(study.discs) for study in graded)
    click.echo(f"{out.name}: studies {len(graded)}, discs graded {discs}")
    for study in graded:
        alone = sum(1 for disc in study.discs if not disc.axial)
        if alone:
            click.echo(f"study {study.study_id}: {alone} of {len(study.discs)} discs have no axial images", err=True)
    if origin.phantom in TRAINED_ON:
        click.echo(f"the run was {TRAINED_ON[origin.phantom]}", err=True)
    if not refused:
        return ExitCode.DONE
    click.echo(f"{refused} refused: refused.csv says what and why", err=True)
    return ExitCode.REFUSED
