"""The pictures of a graded study as PNG: each disc's planes with the side they show, and the spine."""

import io
from typing import NamedTuple

import numpy as np
from matplotlib.image import imsave

from imaging.geometry import FloatArray
from imaging.preview.disc_row import FORAMEN_MM, SLOTS
from imaging.preview.sheet import draw_spine, Located
from imaging.resampling.by_numpy import sample_crops
from imaging.store.crop import DiscCrops
from lexicons.vocabulary import View

DPI = 75
PERCENTILES = (1, 99)


class Plane(NamedTuple):
    """One plane of a disc: what it shows, what stands at its left and right edge, its PNG.

    ``png`` is None where the disc has no such view, or where the series does not reach there.
    """

    name: str
    ends: tuple[str, str]
    png: bytes | None


class DiscPictures(NamedTuple):
    """The planes of a disc; right and left are the patient's."""

    axial: Plane
    right: Plane
    middle: Plane
    left: Plane


def draw_disc(disc: DiscCrops) -> DiscPictures:
    """The axial plane in radiological display, and sagittal planes through both foramina and the canal."""
    pngs = [_to_png(disc, number) for number in range(len(SLOTS))]
    names = (
        "axial, in the plane of the disc",
        f"sagittal, {FORAMEN_MM:.0f} mm right of the middle",
        "sagittal, middle",
        f"sagittal, {FORAMEN_MM:.0f} mm left of the middle",
    )
    axial, right, middle, left = (
        Plane(name, slot.ends, png) for name, slot, png in zip(names, SLOTS, pngs, strict=True)
    )
    return DiscPictures(axial, right, middle, left)


def _to_png(disc: DiscCrops, number: int) -> bytes | None:
    grid = SLOTS[number].grid
    crops = disc.axial if grid.view is View.AXIAL else disc.sagittal
    if not crops:
        return None
    values, mask = sample_crops(crops, disc.frame, grid)
    if not mask.any():
        return None
    return to_png(np.where(mask[0], values[0], np.nan))


def to_png(picture: FloatArray) -> bytes:
    """A grey picture, (row, column), windowed to its own percentiles; what is not a number is black."""
    low, high = np.nanpercentile(picture, PERCENTILES)
    grey = np.nan_to_num((picture - low) / max(high - low, 1e-6), nan=0.0).clip(0, 1)
    file = io.BytesIO()
    imsave(file, np.repeat(np.rint(grey * 255).astype(np.uint8)[..., None], 3, axis=2), format="png")
    return file.getvalue()


def draw_spine_png(located: Located) -> bytes:
    """The spine from the side and from the front, with what was located on it."""
    file = io.BytesIO()
    draw_spine(located).savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()
