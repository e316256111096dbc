"""The option that decides how the spine's curve is fitted, and all such options as settings."""

import click

from imaging.curve import CurveMode, CurveSettings
from imaging.pipeline import PipelineSettings
from imaging.selection import SelectionSettings

curve_option = click.option(
    "--curve",
    type=click.Choice([str(mode) for mode in CurveMode]),
    default=str(CurveMode.SPACE),
    show_default=True,
    help="Fit the spine's curve in space, or in the middle sagittal slice as DeepSPINE does.",
)


def to_pipeline_settings(curve: str, strict_frame_of_reference: bool) -> PipelineSettings:
    """The settings of ``--curve`` and ``--strict-frame-of-reference``."""
    return PipelineSettings(
        selection=SelectionSettings(strict_frame_of_reference=strict_frame_of_reference),
        curve=CurveSettings(mode=CurveMode(curve)),
    )
