"""The contact sheet of a study: the spine with what was located on it, and the views of each disc."""

import textwrap
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.preview.disc_row import COLUMNS, draw_disc_row
from imaging.preview.reformat import Picture, to_coronal_picture, to_sagittal_picture
from imaging.store.crop import DiscCrops
from imaging.volume import Volume

CENTROID, CURVE, PLANE = "#ff5a4f", "#ffd23f", "#4fb3ff"
PLANE_HALF_MM = 22.0
ROW_INCHES = 2.2
NOTE_CHARACTERS = 230


@dataclass(frozen=True)
class Located:
    """What was found in a study.

    ``sagittal``: the series it was found on. ``names`` and ``centroids``, (n, 3), LPS mm: the vertebrae, head to foot.
    ``course``: points along the fitted curve, (m, 3). ``discs``: frames and crops. ``notes``: sentences for the foot.
    """

    study_id: str
    sagittal: Volume
    names: tuple[str, ...]
    centroids: FloatArray
    course: FloatArray
    discs: tuple[DiscCrops, ...]
    notes: tuple[str, ...] = ()


def draw_sheet(located: Located) -> Figure:
    """The sheet as a matplotlib figure; nothing of it needs a display."""
    rows = max(len(located.discs), 1)
    figure = Figure(figsize=(19, 1.1 + ROW_INCHES * max(rows, 4)), facecolor="black")
    grid = figure.add_gridspec(
        rows, 2 + COLUMNS, width_ratios=[5.0, 2.1, *[1.4] * COLUMNS], wspace=0.06, hspace=0.16,
        left=0.03, right=0.995, top=0.93, bottom=0.06,
    )  # fmt: skip
    _draw_sagittal(figure.add_subplot(grid[:, 0]), located)
    _draw_coronal(figure.add_subplot(grid[:, 1]), located)
    for number, disc in enumerate(located.discs):
        draw_disc_row([figure.add_subplot(grid[number, 2 + column]) for column in range(COLUMNS)], disc)
    figure.text(0.03, 0.965, f"study {located.study_id}", color="white", size=13, weight="bold")
    figure.text(0.995, 0.965, "L and R are the patient's. Not a medical device.", color="#bbbbbb", size=10, ha="right")
    notes = textwrap.fill("   ".join(located.notes), NOTE_CHARACTERS)
    figure.text(0.03, 0.008, notes, color="#ffb347", size=9, va="bottom")
    return figure


def draw_spine(located: Located) -> Figure:
    """The sheet's pictures of the spine alone, from the side and from the front."""
    figure = Figure(figsize=(11, 9), facecolor="black")
    grid = figure.add_gridspec(1, 2, width_ratios=[5.0, 2.6], wspace=0.04, left=0.02, right=0.98, top=0.95, bottom=0.02)
    _draw_sagittal(figure.add_subplot(grid[0]), located)
    _draw_coronal(figure.add_subplot(grid[1]), located)
    return figure


def _draw_sagittal(axes: Axes, located: Located) -> None:
    _show(axes, to_sagittal_picture(located.sagittal, located.course), "sagittal, along the spine", ("A", "P"))
    _draw_spine(axes, located, across=1)
    for disc in located.discs:
        _draw_plane(axes, disc.frame, disc.frame.post, across=1)


def _draw_coronal(axes: Axes, located: Located) -> None:
    _show(axes, to_coronal_picture(located.sagittal, located.course), "coronal, along the spine", ("R", "L"))
    _draw_spine(axes, located, across=0)
    for disc in located.discs:
        _draw_plane(axes, disc.frame, disc.frame.left, across=0)


def _show(axes: Axes, picture: Picture, title: str, ends: tuple[str, str]) -> None:
    low, high = np.nanpercentile(picture.pixels, [1, 98]) if np.isfinite(picture.pixels).any() else (0.0, 1.0)
    axes.imshow(picture.pixels, cmap="gray", vmin=low, vmax=high, extent=picture.extent, aspect="equal")
    axes.set_facecolor("#101018")
    axes.set_axis_off()
    axes.set_title(title, color="white", size=10)
    axes.text(0.01, 0.5, ends[0], color="white", size=13, weight="bold", transform=axes.transAxes)
    axes.text(0.99, 0.5, ends[1], color="white", size=13, weight="bold", transform=axes.transAxes, ha="right")
    axes.set_xlim(picture.extent[:2])
    axes.set_ylim(picture.extent[2:])


def _draw_spine(axes: Axes, located: Located, across: int) -> None:
    """Curve and centroids; ``across`` is the patient axis that runs along the picture's columns."""
    axes.plot(located.course[:, across], located.course[:, 2], color=CURVE, linewidth=1)
    axes.plot(located.centroids[:, across], located.centroids[:, 2], "+", color=CENTROID, markersize=8)
    for name, centroid in zip(located.names, located.centroids, strict=True):
        axes.annotate(
            name, (centroid[across], centroid[2]), (-6, 6), textcoords="offset points",
            color=CENTROID, size=9, weight="bold", ha="right",
        )  # fmt: skip


def _draw_plane(axes: Axes, frame: DiscFrame, along: FloatArray, across: int) -> None:
    """The disc's plane as a line, its centre as a dot and its level at the line's end."""
    ends = np.stack([frame.centre - PLANE_HALF_MM * along, frame.centre + PLANE_HALF_MM * along])
    axes.plot(ends[:, across], ends[:, 2], color=PLANE, linewidth=1)
    axes.plot(*frame.centre[[across, 2]], ".", color=PLANE, markersize=5)
    axes.annotate(
        frame.level, (ends[1, across], ends[1, 2]), (3, 0), textcoords="offset points", color=PLANE, size=9,
        weight="bold", va="center", path_effects=[withStroke(linewidth=2, foreground="black")],
    )  # fmt: skip
