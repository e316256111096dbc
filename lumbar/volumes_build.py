"""`lumbar volumes build`: DICOM studies and a landmarks table into a volume store."""

import hashlib
import json
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast, NamedTuple

import click

from imaging.dicom.files import find_files
from imaging.dicom.scan import Scan, ScanSettings
from imaging.landmark_table import LandmarkTable, read_landmark_table
from imaging.landmarks import Landmarks
from imaging.pipeline import build_discs, Built, Localize, PipelineSettings
from imaging.refusal import Refusal
from imaging.selection import select_series
from imaging.store.made_from import to_digest
from imaging.store.schema import REFUSED, StoreError
from imaging.store.study_file import write_study
from imaging.store.writer import find_study, finish_run, open_for_writing, read_finished, Summary, write_run
from imaging.study import Study
from lumbar.arguments import INPUT, jobs_option, localizer_option, strict_option, study_id_from_option, study_ids_option
from lumbar.console import progress
from lumbar.errors import ExitCode, to_line
from lumbar.localizer import check_localizer, hash_weights, make_localize
from lumbar.pipeline_arguments import curve_option, to_pipeline_settings
from lumbar.studies import read_studies
from lumbar.work import map_ordered


@dataclass(frozen=True)
class Run:
    """What is asked of `lumbar volumes build`, workers apart: they change nothing of the store."""

    inputs: tuple[Path, ...]
    landmarks: Path | None
    weights: Path | None
    out: Path
    study_ids: tuple[str, ...]
    limit: int | None
    scan: ScanSettings
    pipeline: PipelineSettings


class Job(NamedTuple):
    """One study to be built; with refusals it is refused, if its images could be used, for the reasons here.

    Without refusals and without landmarks they are found in its images.
    """

    study: Study
    landmarks: Landmarks | None
    refusals: tuple[Refusal, ...]
    made_from: str


@click.command()
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=INPUT)
@click.option(
    "--landmarks",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A landmarks table, .csv, .tsv or .parquet, to cut by; without it the trained localizer finds the vertebrae.",
)
@localizer_option
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The store, a folder.")
@jobs_option
@click.option("--ray", "ray_address", metavar="ADDRESS", help="Work on the Ray cluster there, or 'local'.")
@study_ids_option
@study_id_from_option
@curve_option
@strict_option
@click.option("--limit", type=click.IntRange(min=1), help="Build only the first so many studies.")
@click.option("--restart", is_flag=True, help="Throw away what the store holds, and begin anew.")
def build(
    inputs: tuple[Path, ...],
    landmarks: Path | None,
    weights: Path | None,
    out: Path,
    jobs: int | None,
    ray_address: str | None,
    study_ids: tuple[str, ...],
    study_id_from: str,
    curve: str,
    strict_frame_of_reference: bool,
    limit: int | None,
    restart: bool,
) -> None:
    """Cut every disc of the studies in INPUT out of their images, into a volume store.

    INPUT is a folder, a tree of folders, a zip file or a DICOM file; many studies may lie in it, in any order. A
    NIfTI, MHA, MHD or NRRD file in it is a study by its file name, endings left out, and is taken for T2. The landmarks
    table names the studies by the same ids. What could not be used stands with its reason in STORE/refused.csv.

    Stop it at any time: the same command goes on from there. With more input, the same store grows. The store is the
    same for any number of workers. With --ray, every node must see INPUT and STORE under the same paths.

    \b
    Example:
      lumbar volumes build studies/ --landmarks landmarks.csv --out volumes --jobs 8
    """
    check_places(inputs, out)
    check_localizer(weights, located=landmarks is not None)
    pipeline = to_pipeline_settings(curve, strict_frame_of_reference)
    run = Run(inputs, landmarks, weights, out, study_ids, limit, ScanSettings(study_id_from=study_id_from), pipeline)
    summary = build_store(run, jobs, ray_address, restart)
    raise click.exceptions.Exit(_report(out, summary))


def check_places(inputs: Sequence[Path], out: Path) -> None:
    """UsageError where the store would lie in its own input, and be read as part of it."""
    for path in inputs:
        if out.resolve().is_relative_to(path.resolve()) and path.is_dir():
            raise click.UsageError("the store (--out) lies inside INPUT: name a folder beside it")


def build_store(run: Run, jobs: int | None, ray_address: str | None, restart: bool) -> Summary:
    """Build every study that is not in the store yet, and put its index together; its counts."""
    table = None if run.landmarks is None else read_landmark_table(run.landmarks)
    open_for_writing(run.out, to_settings(run), restart)
    name, state = _to_name(run), _to_state(run)
    finished = read_finished(run.out, name, state)
    if finished is not None:
        click.echo(f"{run.out.name} is complete: nothing to do (--restart makes it anew)")
        return finished
    scan = read_studies(run.inputs, run.scan, jobs, ray_address)
    studies = _choose(run, scan)
    if not studies and not scan.refusals:
        raise StoreError("there is no file in INPUT that could be an image")
    _check_met(studies, table)
    write_run(run.out, name, _to_run_refusals(scan, table))
    _build(run, _unfinished(run.out, [to_job(study, table) for study in studies]), jobs, ray_address)
    return finish_run(run.out, name, state)


def _build(run: Run, todo: Sequence[Job], jobs: int | None, ray_address: str | None) -> None:
    with progress(len(todo), "studies") as bar:
        make = partial(make_builder, run)
        built = cast(Generator[None], map_ordered(make, todo, jobs if len(todo) > 1 else 1, ray_address))
        with closing(built):
            for _ in built:
                bar.advance()


def to_settings(run: Run) -> dict[str, Any]:
    """What decides the crops of a store, as plain values; the inputs are not among it, for a store may grow."""
    return {
        "version": version("lumbar"),
        "study_id_from": run.scan.study_id_from,
        **({} if run.landmarks else {"localizer": hash_weights(run.weights)}),
        **json.loads(json.dumps(asdict(run.pipeline))),
    }


def _to_name(run: Run) -> str:
    """A hash that the same command has again: of the inputs' places, and of what is chosen of them."""
    places = [str(path.resolve()) for path in run.inputs]
    content = json.dumps([places, run.study_ids, run.limit])
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _to_state(run: Run) -> str:
    """A digest of the sizes and times of change of all inputs, and of the landmarks table."""
    digest = hashlib.sha256(run.landmarks.read_bytes() if run.landmarks else b"")
    for file in find_files(run.inputs, run.scan.limits).files:
        size, changed = _to_size_and_time(file.path)
        digest.update(f"{file.path}\0{file.member}\0{size}\0{changed}\n".encode(errors="replace"))
    return digest.hexdigest()


def _to_size_and_time(path: Path) -> tuple[int, int]:
    """Zeros for a file that is gone since it was found: it is refused when it is read."""
    try:
        state = path.stat()
    except OSError:  # its message would name the file
        return 0, 0
    return state.st_size, state.st_mtime_ns


def _choose(run: Run, scan: Scan) -> list[Study]:
    """The studies that are asked for; UsageError naming the ids that no study has."""
    known = {study.study_id for study in scan.studies} | {refusal.study_id for refusal in scan.refusals}
    if unknown := [study_id for study_id in run.study_ids if study_id not in known]:
        raise click.UsageError(f"--study-id {unknown[0]}: no such study in INPUT")
    chosen = [study for study in scan.studies if not run.study_ids or study.study_id in run.study_ids]
    return chosen[: run.limit]


def _check_met(studies: Sequence[Study], table: LandmarkTable | None) -> None:
    """Say where studies and landmarks do not meet; StoreError where none does, for the ids are likely other ones."""
    if table is None:
        return
    known = {*table.landmarks, *(refusal.study_id for refusal in table.refusals)}
    met = [study for study in studies if study.study_id in known]
    if studies and not met and known:
        raise StoreError(
            f"no study of INPUT has landmarks: its first study_id is {studies[0].study_id}, the table's is "
            f"{min(known)}; --study-id-from says where study ids come from"
        )
    if len(known) > len(met):
        click.echo(f"studies of the landmarks table that are not in INPUT: {len(known) - len(met)}", err=True)


def _to_run_refusals(scan: Scan, table: LandmarkTable | None) -> list[Refusal]:
    """What was refused before a study was begun; what the landmarks table lacks goes with its study."""
    if table is None:
        return list(scan.refusals)
    return [*scan.refusals, *(refusal for refusal in table.refusals if not refusal.study_id)]


def to_job(study: Study, table: LandmarkTable | None) -> Job:
    """The study with its landmarks, or with the reason why it has none; without a table they are still to be found."""
    if table is None:
        return Job(study, None, (), to_digest(study, None))
    landmarks = table.landmarks.get(study.study_id)
    refusals = tuple(refusal for refusal in table.refusals if refusal.study_id == study.study_id)
    if landmarks is None and not refusals:
        refusals = (Refusal(study.study_id, "study", "no-landmarks", "", "the landmarks table has no row of it"),)
    return Job(study, landmarks, refusals, to_digest(study, landmarks))


def _unfinished(store: Path, jobs: Sequence[Job]) -> list[Job]:
    """The jobs whose study is not in the store, or is there as refused, or made from other images or landmarks."""
    records = [find_study(store, job.study.study_id) for job in jobs]
    todo = [
        job
        for job, record in zip(jobs, records, strict=True)
        if record is None or not record.rows or record.made_from != job.made_from
    ]
    made = sum(1 for record in records if record is not None and record.rows)
    changed = len(todo) - (len(jobs) - made)
    if made > changed:
        click.echo(f"going on: studies in the store already: {made - changed}", err=True)
    if changed:
        click.echo(f"made anew, for their images or landmarks are other ones now: {changed} studies", err=True)
    return todo


def make_builder(run: Run) -> Callable[[Job], None]:
    """A worker's function from a job to the study's file in the store; the localizer is loaded once."""
    localize = make_localize(run.weights) if run.landmarks is None else None
    return partial(build_study, run.out, run.pipeline, localize)


def build_study(store: Path, settings: PipelineSettings, localize: Localize | None, job: Job) -> None:
    """Write one study into the store: its discs, or why there are none."""
    built = _build_discs(job, settings, localize)
    write_study(store, job.study.study_id, job.made_from, built.discs, built.refusals, job.study.phantom)


def _build_discs(job: Job, settings: PipelineSettings, localize: Localize | None) -> Built:
    """The discs of a study; a fault that nothing foresaw refuses the study, and the run goes on."""
    landmarks = job.landmarks or localize
    try:
        if landmarks is not None and not job.refusals:
            return build_discs(job.study, landmarks, settings)
        selection = select_series(job.study, settings.selection)
        return Built((), job.refusals if selection.sagittal else selection.refusals)
    except Exception as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else to_line(error)  # no file's name
        return Built((), (Refusal(job.study.study_id, "study", "fault", "", reason),))


def _report(out: Path, summary: Summary) -> ExitCode:
    """Say on stdout what the store holds, and how the command is to exit."""
    discs, megabytes = summary["discs"], summary["voxel_bytes"] / 1e6
    without = f" ({summary['discs_without_axial']} without axial images)" if summary["discs_without_axial"] else ""
    each = f", {megabytes / discs:.2f} MB a disc" if discs else ""
    click.echo(f"{out.name}: studies {summary['studies']}, discs {discs}{without}, {megabytes:.1f} MB{each}")
    if not summary["refusals"]:
        return ExitCode.DONE
    click.echo(f"{summary['refusals']} refused: {REFUSED} in the store says what and why", err=True)
    return ExitCode.REFUSED
