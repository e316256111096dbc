"""One disc's row of the contact sheet: its axial plane, and sagittal planes through both foramina and the canal."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from imaging.grids import AXIAL, Grid, SAGITTAL
from imaging.resampling.by_numpy import sample_crops
from imaging.store.crop import Crop, DiscCrops
from lexicons.vocabulary import View

FORAMEN_MM = 16.0
"""How far from the midline the sagittal planes through the foramina lie."""


class Slot(NamedTuple):
    """One picture: its title, what stands at its left and right edge, and the plane it shows."""

    title: str
    ends: tuple[str, str]
    grid: Grid


def _to_plane(grid: Grid, left_mm: float = 0.0) -> Grid:
    """The middle plane of a grid as a grid of one sample in depth, shifted to the patient's left."""
    _, post, sup = grid.shift_mm
    _, height, width = grid.samples
    return replace(grid, samples=(1, height // 2, width // 2), shift_mm=(left_mm, post, sup))


SLOTS = (
    Slot("axial", ("R", "L"), _to_plane(AXIAL)),
    Slot(f"right, {FORAMEN_MM:.0f} mm", ("A", "P"), _to_plane(SAGITTAL, -FORAMEN_MM)),
    Slot("mid", ("A", "P"), _to_plane(SAGITTAL)),
    Slot(f"left, {FORAMEN_MM:.0f} mm", ("A", "P"), _to_plane(SAGITTAL, FORAMEN_MM)),
)
COLUMNS = len(SLOTS)


def draw_disc_row(axes: Sequence[Axes], disc: DiscCrops) -> None:
    """Draw the COLUMNS pictures of a disc; a view that is missing is an empty picture that says so."""
    for one, slot in zip(axes, SLOTS, strict=True):
        crops = disc.axial if slot.grid.view is View.AXIAL else disc.sagittal
        one.set_facecolor("#101018")
        one.set_xticks([])
        one.set_yticks([])
        one.set_title(f"{disc.frame.level} {slot.title}", color="white", size=9, pad=3)
        if crops:
            _draw_plane(one, disc, crops, slot)
        else:
            one.text(
                0.5, 0.5, f"no {slot.grid.view} series here", color="#ffb347", ha="center", transform=one.transAxes
            )


def _draw_plane(axes: Axes, disc: DiscCrops, crops: Sequence[Crop], slot: Slot) -> None:
    values, mask = sample_crops(crops, disc.frame, slot.grid)
    picture = np.where(mask[0], values[0], np.nan)
    if not mask.any():
        axes.text(0.5, 0.5, "outside the series", color="#ffb347", ha="center", transform=axes.transAxes)
        return
    low, high = np.nanpercentile(picture, [1, 99])
    axes.imshow(picture, cmap="gray", vmin=low, vmax=high, interpolation="bilinear")
    for place, word, side in ((0.02, slot.ends[0], "left"), (0.98, slot.ends[1], "right")):
        axes.text(place, 0.5, word, color="white", size=10, weight="bold", transform=axes.transAxes, ha=side)
