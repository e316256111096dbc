"""The trained localizer, for the commands that find vertebrae themselves: the one that comes along, or the user's."""

import hashlib
from pathlib import Path

import click

from imaging.localizer.shipped import SHIPPED
from imaging.pipeline import Localize


def hash_weights(weights: Path | None) -> str:
    """The first 16 hex digits of the SHA-256 of a localizer's weights; None: of those that come along."""
    return hashlib.sha256((weights or SHIPPED).read_bytes()).hexdigest()[:16]


def check_localizer(weights: Path | None, located: bool) -> None:
    """UsageError where a localizer is named that would not be used, or whose weights do not fit."""
    if weights is None:
        return
    if located:
        raise click.UsageError("--localizer finds vertebrae in images; leave out --landmarks and --mask")
    from imaging.localizer.weights import read_localizer
    from imaging.refusal import ImagingError

    try:
        read_localizer(weights)
    except ImagingError as error:
        raise click.BadParameter(f"{weights.name}: {error}", param_hint="--localizer") from None


def make_localize(weights: Path | None) -> Localize:
    """A localizer, loaded now, and torch with it; None: the one that comes along."""
    from imaging.localizer.locate import to_localize
    from imaging.localizer.weights import read_localizer

    return to_localize(read_localizer(weights or SHIPPED))
