"""The pictures of a graded study as PNG: each disc's planes with the side they show, and the spine."""

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.image import imsave

from imaging.geometry import FloatArray
from imaging.preview.disc_row import FORAMEN_MM, SLOTS
from imaging.preview.sheet import draw_spine, Located
from imaging.resampling.by_numpy import sample_crops
from imaging.store.crop import DiscCrops
from lexicons.vocabulary import View

DPI = 90
PERCENTILES = (1, 98)


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
    """The axial plane in radiological display, and sagittal planes through both foramina and the canal.

    The planes of one view share a window, so that grey means the same in each of them.
    """
    pictures = [_to_picture(disc, number) for number in range(len(SLOTS))]
    windows = {view: _to_window(_of_view(pictures, view)) for view in View}
    names = (
        "axial, in the plane of the disc",
        f"sagittal, {FORAMEN_MM:.0f} mm right of the middle",
        "sagittal, middle",
        f"sagittal, {FORAMEN_MM:.0f} mm left of the middle",
    )
    axial, right, middle, left = (
        Plane(name, slot.ends, None if picture is None else to_png(picture, *windows[slot.grid.view]))
        for name, slot, picture in zip(names, SLOTS, pictures, strict=True)
    )
    return DiscPictures(axial, right, middle, left)


def _to_picture(disc: DiscCrops, number: int) -> FloatArray | None:
    """A plane's values, (row, column), NaN outside the series; None where it shows nothing."""
    grid = SLOTS[number].grid
    crops = disc.axial if grid.view is View.AXIAL else disc.sagittal
    if not crops:
        return None
    values, mask = sample_crops(crops, disc.frame, grid)
    return np.where(mask[0], values[0], np.nan).astype(np.float64) if mask.any() else None


def _of_view(pictures: Sequence[FloatArray | None], view: View) -> list[FloatArray]:
    pairs = zip(pictures, SLOTS, strict=True)
    return [picture for picture, slot in pairs if picture is not None and slot.grid.view is view]


def _to_window(pictures: Sequence[FloatArray]) -> tuple[float, float]:
    if not pictures:
        return 0.0, 1.0
    low, high = np.nanpercentile(np.concatenate([picture.ravel() for picture in pictures]), PERCENTILES)
    return float(low), float(high)


def to_png(picture: FloatArray, low: float, high: float) -> bytes:
    """A grey picture, (row, column), black at ``low`` and white at ``high``; what is not a number is black."""
    grey = np.nan_to_num((picture - low) / max(high - low, 1e-6), nan=0.0).clip(0, 1)
    file = io.BytesIO()
    imsave(file, np.repeat(np.rint(grey * 255).astype(np.uint8)[..., None], 3, axis=2), format="png")
    return file.getvalue()


def draw_spine_png(located: Located) -> bytes:
    """The spine from the side and from the front, with what was located on it."""
    file = io.BytesIO()
    draw_spine(located).savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()
