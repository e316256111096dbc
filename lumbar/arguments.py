"""Arguments and options that several commands have."""

from pathlib import Path

import click

INPUT = click.Path(exists=True, readable=False, path_type=Path)
"""What may hold images; what cannot be read of it is refused by the scan, which names no file."""


def _check_study_id_from(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from imaging.dicom.study_ids import check_study_id_from
    from imaging.refusal import ImagingError

    try:
        check_study_id_from(value)
    except ImagingError as error:
        raise click.BadParameter(str(error)) from None
    return value


study_id_from_option = click.option(
    "--study-id-from",
    default="StudyInstanceUID",
    show_default=True,
    metavar="WHAT",
    callback=_check_study_id_from,
    help="Where study ids come from: StudyInstanceUID, 'folder', or a DICOM keyword such as AccessionNumber.",
)
study_ids_option = click.option(
    "--study-id", "study_ids", multiple=True, metavar="ID", help="Only this study. May be repeated."
)
strict_option = click.option(
    "--strict-frame-of-reference",
    is_flag=True,
    help="Use no axial series whose FrameOfReferenceUID differs from that of the sagittal one.",
)
localizer_option = click.option(
    "--localizer",
    "weights",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A localizer of your own, vertebrae.safetensors of `lumbar train`; without it the one that comes along.",
)
jobs_option = click.option("--jobs", type=click.IntRange(min=1), help="Worker processes; all cores where not given.")
