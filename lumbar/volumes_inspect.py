"""`lumbar volumes inspect`: what is in studies, what would be used for volumes, what not and why."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TYPE_CHECKING

import click

from lumbar.arguments import INPUT, jobs_option, strict_option, study_id_from_option, study_ids_option
from lumbar.console import progress
from lumbar.errors import ExitCode

if TYPE_CHECKING:
    from imaging.refusal import Refusal
    from imaging.selection import Selection
    from imaging.study import Series, Study
    from lumbar.study_words import Table


class Seen(NamedTuple):
    """A study, what would be made of it, and, where voxels were read, what is odd about them by series number."""

    study: "Study"
    selection: "Selection"
    pixel_remarks: dict[int, tuple[str, ...]]
    pixel_refusals: "tuple[Refusal, ...]"


@click.command()
@click.argument("inputs", metavar="STUDY...", nargs=-1, required=True, type=INPUT)
@study_id_from_option
@study_ids_option
@strict_option
@click.option("--pixels", is_flag=True, help="Read the voxels of what would be used, too, and say what is odd there.")
@click.option("--json", "is_json", is_flag=True, help="Write JSON for a program.")
@click.option(
    "--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write what was refused to this CSV file."
)
@click.option("--show-paths", is_flag=True, help="Show the paths of refused files too; on a terminal only.")
@jobs_option
def inspect(
    inputs: tuple[Path, ...],
    study_id_from: str,
    study_ids: tuple[str, ...],
    strict_frame_of_reference: bool,
    pixels: bool,
    is_json: bool,
    refused: Path | None,
    show_paths: bool,
    jobs: int | None,
) -> None:
    """Tell what is in MRI studies: series, planes, stacks, what would be used for volumes, what not and why.

    STUDY is a folder, a tree of folders, a zip file or a DICOM file; many studies may lie in it, in any order. NIfTI,
    MHA, MHD and NRRD files are read too, each a study named by its file, or by its folder with --study-id-from folder.
    A file is named by its number in the order of paths; neither paths nor names of patients are written.

    \b
    Example:
      lumbar volumes inspect studies/
    """
    from imaging.dicom.scan import ScanSettings
    from imaging.selection import select_series, SelectionSettings
    from lumbar.studies import read_studies

    if show_paths and not sys.stderr.isatty():
        raise click.UsageError("--show-paths writes to a terminal only, and this is none.")
    scan = read_studies(inputs, ScanSettings(study_id_from=study_id_from), jobs, None)
    known = {study.study_id for study in scan.studies} | {row.study_id for row in scan.refusals}
    if missing := [study_id for study_id in study_ids if study_id not in known]:
        raise click.UsageError(f"--study-id {missing[0]}: no such study in STUDY")
    settings = SelectionSettings(strict_frame_of_reference=strict_frame_of_reference)
    studies = [study for study in scan.studies if not study_ids or study.study_id in study_ids]
    seen = [Seen(study, select_series(study, settings), {}, ()) for study in studies]
    if pixels:
        seen = _read_pixels(seen)
    refusals = [*_choose(scan.refusals, study_ids), *(row for one in seen for row in _to_refusals(one))]
    (_write_json if is_json else _write_text)(seen, refusals)
    if refused is not None:
        _write_refused(refused, refusals)
    if show_paths:
        _show_paths(inputs, refusals)
    raise click.exceptions.Exit(_report(seen, refusals))


def _choose(refusals: "Sequence[Refusal]", study_ids: Sequence[str]) -> "list[Refusal]":
    """Without those of other studies; a file whose study is not known stays."""
    return [row for row in refusals if not (study_ids and row.study_id and row.study_id not in study_ids)]


def _to_refusals(seen: Seen) -> "tuple[Refusal, ...]":
    return (*seen.selection.refusals, *seen.pixel_refusals)


def _read_pixels(seen: Sequence[Seen]) -> list[Seen]:
    read = []
    with progress(len(seen), "studies") as bar:
        for one in seen:
            read.append(_read_study_pixels(one))
            bar.advance()
    return read


def _read_study_pixels(seen: Seen) -> Seen:
    """The study with what is odd about the voxels of the series that would be used, and what of them is damaged."""
    from imaging.refusal import Refusal

    remarks, refusals = {}, []
    for choice, series in zip(seen.selection.choices, seen.study.series, strict=True):
        if choice.use:
            remarks[series.number], faults = _read_series_pixels(series)
            refusals += [Refusal(seen.study.study_id, f"series {series.number}", *fault) for fault in faults]
    return seen._replace(pixel_remarks=remarks, pixel_refusals=tuple(refusals))


def _read_series_pixels(series: "Series") -> tuple[tuple[str, ...], list[tuple[str, str, str]]]:
    """Codes, each once, and (code, tag, reason) of each stack that cannot be read."""
    from imaging.dicom.pixels import read_volume
    from imaging.pixel_remarks import to_pixel_remarks
    from imaging.refusal import ImagingError

    codes: list[str] = []
    faults = []
    for number, stack in enumerate(series.stacks, 1):
        try:
            codes += to_pixel_remarks(read_volume(stack))
        except ImagingError as error:
            faults.append((error.code or "unreadable-pixels", error.tag, f"stack {number}: {error}"))
    return tuple(dict.fromkeys(codes)), faults


def _write_json(seen: Sequence[Seen], refusals: "Sequence[Refusal]") -> None:
    from lumbar.study_json import to_refusal_json, to_study_json

    content = {
        "studies": [to_study_json(one.study, one.selection, one.pixel_remarks) for one in seen],
        "refusals": [to_refusal_json(row) for row in refusals],
    }
    click.echo(json.dumps(content, indent=2, allow_nan=False))


def _write_text(seen: Sequence[Seen], refusals: "Sequence[Refusal]") -> None:
    from lumbar.study_words import to_refusal_lines

    for one in seen:
        _write_study(one, [row for row in refusals if row.study_id == one.study.study_id])
    known = {one.study.study_id for one in seen}
    _write_lines("refused", to_refusal_lines(row for row in refusals if row.study_id not in known))


def _write_study(seen: Seen, refusals: "Sequence[Refusal]") -> None:
    from imaging.remarks import to_sentence
    from lumbar.study_words import to_reasons, to_refusal_lines, to_remark_lines, to_series_table, to_stack_table

    click.echo(f"study {seen.study.study_id}")
    _write_table(to_series_table(seen.study, seen.selection))
    _write_lines("", to_reasons(seen.study, seen.selection))
    for choice, series in zip(seen.selection.choices, seen.study.series, strict=True):
        if choice.use and (table := to_stack_table(series)) is not None:
            _write_table(table)
    voxels = [f"series {n}: {to_sentence(code)}" for n, codes in seen.pixel_remarks.items() for code in codes]
    _write_lines("remarks", [*to_remark_lines(seen.study, seen.selection), *voxels])
    _write_lines("refused", to_refusal_lines(refusals))
    click.echo()


def _write_lines(title: str, lines: Sequence[str]) -> None:
    if lines and title:
        click.echo(f"  {title}")
    for line in lines:
        click.echo(f"  {'  ' if title else ''}{line}")


def _write_table(table: "Table") -> None:
    """A table that fits a terminal's width, and aligned columns elsewhere."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table as RichTable

        drawn = RichTable(
            box=None,
            padding=(0, 1),
            collapse_padding=True,
            pad_edge=False,
            title=table.title or None,
            title_justify="left",
            title_style="bold",
        )
        for column in table.columns:
            drawn.add_column(column, overflow="fold")
        for row in table.rows:
            drawn.add_row(*row)
        Console().print(drawn)
        return
    if table.title:
        click.echo(f"  {table.title}")
    rows = (table.columns, *table.rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo(f"  {'  '.join(map(str.ljust, row, widths)).rstrip()}")


def _write_refused(path: Path, refusals: "Sequence[Refusal]") -> None:
    from imaging.refusal_table import to_refusal_csv
    from imaging.store.whole_file import write_whole

    write_whole(path, [to_refusal_csv(refusals)])


def _show_paths(inputs: Sequence[Path], refusals: "Sequence[Refusal]") -> None:
    from imaging.dicom.files import find_files

    sources = {row.source for row in refusals}
    for file in find_files(inputs).files:
        if f"file {file.number}" in sources:
            click.echo(f"file {file.number}: {file.path}{f' in it {file.member}' if file.member else ''}", err=True)


def _report(seen: Sequence[Seen], refusals: "Sequence[Refusal]") -> ExitCode:
    """Say on stderr how much there is, and how the command is to exit."""
    usable = sum(one.selection.sagittal is not None for one in seen)
    click.echo(f"studies: {len(seen)}, usable: {usable}, refused: {len(refusals)}", err=True)
    if not seen:
        return ExitCode.FAILED
    return ExitCode.REFUSED if refusals else ExitCode.DONE
