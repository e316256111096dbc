"""`lumbar volumes preview`: contact sheets of what was located and cut."""

import hashlib
import re
from pathlib import Path

import click

from imaging.dicom.scan import ScanSettings
from imaging.landmark_table import read_landmark_table
from imaging.landmarks import Landmarks
from imaging.pipeline import build_discs, PipelineSettings
from imaging.preview.locate import to_located
from imaging.preview.sheet import draw_sheet
from imaging.refusal import ImagingError
from imaging.study import Study
from lumbar.arguments import INPUT, strict_option, study_id_from_option, study_ids_option
from lumbar.console import progress
from lumbar.errors import ExitCode
from lumbar.pipeline_arguments import curve_option, to_pipeline_settings
from lumbar.studies import read_studies

DPI = 100
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@click.command()
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=INPUT)
@click.option(
    "--landmarks", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The landmarks table, .csv, .tsv or .parquet; `lumbar localize` writes one.",
)  # fmt: skip
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder for the pictures."
)
@study_ids_option
@study_id_from_option
@curve_option
@strict_option
@click.option("--limit", type=click.IntRange(min=1), help="Draw only the first so many studies.")
def preview(
    inputs: tuple[Path, ...],
    landmarks: Path,
    out: Path,
    study_ids: tuple[str, ...],
    study_id_from: str,
    curve: str,
    strict_frame_of_reference: bool,
    limit: int | None,
) -> None:
    """Draw a contact sheet of each study, to be checked by eye before anything is trained on it.

    A sheet shows the spine from the side and from the front with the centroids, the curve, the disc planes and their
    names, and for each disc its axial plane and three sagittal ones, left and right marked; give it the options that
    `lumbar volumes build` will have. A sheet is the picture of a patient: keep it where the images may be kept.

    \b
    Example:
      lumbar volumes preview studies/ --landmarks landmarks.csv --out sheets --limit 20
    """
    table = read_landmark_table(landmarks).landmarks
    scan = read_studies(inputs, ScanSettings(study_id_from=study_id_from), None, None)
    asked = [study for study in scan.studies if not study_ids or study.study_id in study_ids][:limit]
    if missing := set(study_ids) - {study.study_id for study in asked}:
        raise click.UsageError(f"--study-id: {len(missing)} of the studies asked for are not in INPUT.")
    known = [study for study in asked if study.study_id in table]
    settings = to_pipeline_settings(curve, strict_frame_of_reference)
    out.mkdir(parents=True, exist_ok=True)
    drawn = 0
    with progress(len(known), "studies") as bar:
        for study in known:
            drawn += write_sheet(study, table[study.study_id], settings, out)
            bar.advance()
    raise click.exceptions.Exit(_report(out, drawn, len(known), len(asked)))


def write_sheet(study: Study, landmarks: Landmarks, settings: PipelineSettings, folder: Path) -> bool:
    """Draw one study into ``folder``; false, and a line on stderr, where its images cannot be drawn."""
    try:
        located = to_located(study, landmarks, build_discs(study, landmarks, settings), settings)
    except ImagingError as error:
        click.echo(f"study {study.study_id}: {error}", err=True)
        return False
    if located is None:
        click.echo(f"study {study.study_id}: no sagittal T2 series", err=True)
        return False
    draw_sheet(located).savefig(folder / f"{to_file_name(study.study_id)}.png", dpi=DPI, metadata={"Software": None})
    return True


def to_file_name(study_id: str) -> str:
    """The study_id where it can be a file's name as it stands, else the first 16 digits of its SHA-256."""
    return study_id if SAFE_NAME.fullmatch(study_id) else hashlib.sha256(study_id.encode()).hexdigest()[:16]


def _report(out: Path, drawn: int, known: int, asked: int) -> ExitCode:
    click.echo(f"{out.name}: {drawn} sheets")
    if asked > known:
        click.echo(f"{asked - known} of {asked} studies have no row in the landmarks table", err=True)
    if not drawn:
        return ExitCode.FAILED
    return ExitCode.DONE if drawn == asked else ExitCode.REFUSED
