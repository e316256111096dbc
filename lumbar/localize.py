"""`lumbar localize`: vertebra centroids into a landmarks table."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lumbar.arguments import jobs_option, localizer_option, study_id_from_option
from lumbar.console import progress
from lumbar.errors import ExitCode
from lumbar.located import Located

if TYPE_CHECKING:
    from imaging.anchor import Anchor

_PATH = click.Path(exists=True, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TABLES = (".csv", ".tsv", ".parquet")


def _to_anchor(ctx: click.Context, param: click.Parameter, value: str | None) -> "Anchor | None":
    from imaging.anchor import parse_anchor
    from imaging.landmarks import LandmarkError

    try:
        return parse_anchor(value) if value is not None else None
    except LandmarkError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("inputs", metavar="[INPUT]...", nargs=-1, type=_PATH)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The table to write.")
@click.option(
    "--mask",
    "masks",
    multiple=True,
    type=_PATH,
    help="A mask of vertebrae or discs (.nii.gz, .mha, ...), or a folder of such. May be repeated.",
)
@click.option(
    "--mask-labels",
    default="",
    metavar="TEXT",
    help="Which label is what: 'spider', '1=L5,2=L4,201=L5-S1', or counted: 'from lowest=S1', 'from 7=L5'.",
)
@click.option(
    "--study-id", help="The study of a single --mask; otherwise it is the mask's file name, endings left out."
)
@click.option("--landmarks", type=_FILE, help="A landmarks table of your own, to be checked and written anew.")
@localizer_option
@study_id_from_option
@jobs_option
@click.option(
    "--anchor",
    metavar="NAME=x,y,z",
    callback=_to_anchor,
    help="Number a single study from this vertebra, whose body holds the point (LPS mm).",
)
def localize(
    inputs: tuple[Path, ...],
    out: Path,
    masks: tuple[Path, ...],
    mask_labels: str,
    study_id: str | None,
    landmarks: Path | None,
    weights: Path | None,
    study_id_from: str,
    jobs: int | None,
    anchor: "Anchor | None",
) -> None:
    """Write the landmarks table that `lumbar volumes build` cuts discs by.

    The centroids are found by the trained localizer in the sagittal T2 series of INPUT (a folder, a tree of folders, a
    zip file or files, DICOM or NIfTI and MHA), or come from masks (--mask), or from a table of your own (--landmarks).
    Where the localizer's numbering may be one off, the study's remark says ambiguous-numbering: look at it with
    `lumbar volumes preview`, and put it right with --anchor, a vertebra's name and a point in its body.

    A landmarks table (.csv, .tsv or .parquet) has the columns study_id, structure, x, y, z, confidence: vertebrae T11
    to S1 by their centroids, and, if known, discs such as L4-L5 by their centres, with nx, ny, nz, the disc's normal
    towards the head. Millimetres in DICOM's patient axes: x to the patient's left, y to the back, z to the head. A
    column of remarks holds codes of what is odd, such as ambiguous-numbering.

    What cannot be used is written with its reason to NAME.refused.csv beside the table, and the exit code is 3.

    \b
    Examples:
      lumbar localize studies/ --out landmarks.csv
      lumbar localize --mask segmentation.nii.gz --mask-labels spider --study-id 1.2.3 --out landmarks.csv
      lumbar localize --mask masks/ --mask-labels "from lowest=S1" --out landmarks.parquet
      lumbar localize --landmarks mine.csv --anchor "S1=2.5,31,-480" --out landmarks.csv
    """
    from lumbar.localizer import check_localizer

    _check_arguments(inputs, out, masks, mask_labels, study_id, landmarks)
    check_localizer(weights, located=not inputs)
    if masks:
        located = list(_from_masks(masks, mask_labels, study_id))
    elif landmarks is not None:
        located = list(_from_table(landmarks))
    else:
        located = list(_from_studies(inputs, study_id_from, jobs, weights))
    if anchor is not None:
        located = _renumber(located, anchor)
    _write(out, located)
    raise click.exceptions.Exit(_report(out, located))


def _check_arguments(
    inputs: Sequence[Path],
    out: Path,
    masks: Sequence[Path],
    mask_labels: str,
    study_id: str | None,
    landmarks: Path | None,
) -> None:
    ways = [bool(inputs), bool(masks), landmarks is not None]
    if sum(ways) != 1:
        raise click.UsageError(
            "INPUT for the trained localizer, --mask FILE with --mask-labels, and --landmarks TABLE are three ways to "
            f"the same table; give one of them, not {'none' if not any(ways) else 'several'}."
        )
    if landmarks is not None and (mask_labels or study_id):
        raise click.UsageError("--mask-labels and --study-id go with --mask.")
    if study_id and (len(masks) > 1 or masks[0].is_dir()):
        raise click.UsageError("--study-id goes with one mask file.")
    if out.suffix not in _TABLES:
        raise click.UsageError(f"--out ends in {', '.join(_TABLES)}, not {out.suffix or 'nothing'}.")
    if not out.absolute().parent.is_dir():
        raise click.UsageError(f"the folder for --out does not exist: {out.absolute().parent.name}")


def _from_studies(
    inputs: Sequence[Path], study_id_from: str, jobs: int | None, weights: Path | None
) -> Iterator[Located]:
    from lumbar.localize_studies import locate_studies

    yield from locate_studies(inputs, study_id_from, jobs, weights)


def _from_table(path: Path) -> Iterator[Located]:
    from imaging.landmark_table import read_landmark_table

    table = read_landmark_table(path)
    yield from (Located(landmarks, ()) for landmarks in table.landmarks.values())
    if table.refusals:
        yield Located(None, table.refusals)


def _from_masks(masks: Sequence[Path], labels: str, study_id: str | None) -> Iterator[Located]:
    from imaging.foreign_files import to_stem

    files = [file for mask in masks for file in _to_files(mask)]
    if not files:
        raise click.UsageError("--mask: the folder holds no .nii, .nii.gz, .mha, .mhd, .nrrd or .nhdr file.")
    ids = [study_id or to_stem(file) for file in files]
    if twice := next((one for one in ids if ids.count(one) > 1), None):
        raise click.UsageError(f"two masks are of study {twice}: each study has one.")
    with progress(len(files), "masks") as bar:
        for number, (file, own) in enumerate(zip(files, ids, strict=True), 1):
            yield locate_in_mask(file, own, labels, number)
            bar.advance()


def _to_files(mask: Path) -> list[Path]:
    from imaging.foreign_files import is_volume_file

    return sorted(file for file in mask.iterdir() if is_volume_file(file)) if mask.is_dir() else [mask]


def locate_in_mask(path: Path, study_id: str, labels: str, number: int) -> Located:
    """The landmarks of one mask file; ``number`` stands for the file in refusals."""
    from imaging.mask_labels import to_label_names
    from imaging.masks import to_mask_landmarks
    from imaging.refusal import ImagingError, Refusal
    from imaging.volume_files import read_file_volume

    try:
        mask = read_file_volume(path)
        names = to_label_names(mask, labels)
        found = to_mask_landmarks(study_id, mask, names.names)
    except ImagingError as error:
        code = error.code or "bad-mask"
        return Located(None, (Refusal(study_id, f"mask {number}", code, error.tag, str(error)),))
    return Located(replace(found.landmarks, remarks=(*names.remarks, *found.remarks)), ())


def _renumber(located: Sequence[Located], anchor: "Anchor") -> list[Located]:
    from imaging.anchor import to_renumbered
    from imaging.landmarks import LandmarkError
    from imaging.refusal import Refusal

    studies = [one for one in located if one.landmarks is not None]
    if len(studies) > 1:
        raise click.UsageError(f"--anchor numbers one study; there are {len(studies)}. Give a table or mask of one.")
    done = [one for one in located if one.landmarks is None]
    for one in studies:
        assert one.landmarks is not None
        try:
            done.append(Located(to_renumbered(one.landmarks, anchor), one.refusals))
        except LandmarkError as error:
            refusal = Refusal(one.landmarks.study_id, "anchor", error.code, "", str(error))
            done.append(Located(None, (refusal,)))
    return done


def _write(out: Path, located: Sequence[Located]) -> None:
    from imaging.landmark_table import write_landmarks
    from imaging.refusal_table import to_refusal_csv
    from imaging.store.whole_file import write_whole

    write_landmarks(out, [one.landmarks for one in located if one.landmarks is not None])
    refused = out.with_suffix(".refused.csv")
    refusals = [refusal for one in located for refusal in one.refusals]
    if refusals:
        write_whole(refused, [to_refusal_csv(refusals)])
    else:
        refused.unlink(missing_ok=True)


def _report(out: Path, located: Sequence[Located]) -> ExitCode:
    found = [one.landmarks for one in located if one.landmarks is not None]
    vertebrae, discs = sum(len(one.structures) for one in found), sum(len(one.discs) for one in found)
    click.echo(f"{out.name}: studies {len(found)}, vertebrae {vertebrae}, discs {discs}")
    for one in located:
        if one.landmarks is not None and one.landmarks.remarks:
            click.echo(f"study {one.landmarks.study_id}: {'; '.join(one.landmarks.remarks)}", err=True)
    refused = sum(len(one.refusals) for one in located)
    if not refused:
        return ExitCode.DONE
    click.echo(f"{refused} refused: {out.with_suffix('.refused.csv').name} says which and why", err=True)
    return ExitCode.REFUSED
