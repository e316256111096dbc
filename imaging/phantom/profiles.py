"""What lies along the spine, as tables over s: the column of bodies and discs, the canal and the thecal sac."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from imaging.geometry import FloatArray
from imaging.phantom.anatomy import Spine
from imaging.phantom.centreline import Field, STEP_MM
from imaging.phantom.layout import Layout, to_step
from imaging.phantom.stenosis import to_canal
from lexicons.vocabulary import Task, TASKS

HALF_WIDTH_MM = {
    "T8": 14.0, "T9": 15.0, "T10": 16.5, "T11": 18.0, "T12": 19.5, "L1": 20.5, "L2": 21.5, "L3": 22.5, "L4": 23.5,
    "L5": 24.5, "L6": 25.0, "S1": 25.0, "S2": 20.0, "S3": 16.0, "S4": 13.0,
}  # fmt: skip
HALF_DEPTH_MM = {
    "T8": 14.0, "T9": 14.5, "T10": 15.0, "T11": 15.3, "T12": 15.6, "L1": 16.0, "L2": 16.5, "L3": 17.0, "L4": 17.2,
    "L5": 17.2, "L6": 17.2, "S1": 16.5, "S2": 11.0, "S3": 8.0, "S4": 6.0,
}  # fmt: skip
"""Of the bodies' endplates."""

SETBACK_MM = {"S2": 4.0, "S3": 6.0, "S4": 7.5}
"""How far the middle of a sacral body's upper end lies behind the curve."""

TAPER_MM = {"S1": 1.8, "S2": 2.5, "S3": 1.5, "S4": 1.0}
"""How much less deep a sacral body is at its lower end: all of it in front, so that its middle lies further back."""

WAIST_MM = 1.8
CONUS = 1.15
"""Where the conus ends, in vertebrae below the head of L1."""

SAC_GAP_MM = 1.4
BACK_SMOOTHING_MM = 4.0
STENOSIS_REACH_MM = 8.0
CORD_HALF_MM = (4.6, 3.6)
SAC_END = "S2"

SIDE_BULGE_MM = 1.3
"""How far a disc reaches into a foramen for each grade of its stenosis."""


@dataclass(frozen=True)
class Profiles:
    """Tables over s, all (n,), mm where they are lengths.

    ``half_width``, ``half_depth``, ``offset``: the column's outline and how far its middle lies behind the curve.
    ``plate``: the distance to the nearest endplate, positive in bone, negative in a disc; ``middle``: to the middle
    of the nearest body. ``pfirrmann``: of the disc there. ``bulge``: how far the disc reaches into the canal,
    ``bulge_left`` and ``bulge_right`` into the foramina.
    ``sac_middle``, ``sac_half_depth``, ``sac_half_width``: the thecal sac's ellipse; ``cord``: the cord's share of its
    full size; ``narrow``: 0 to 1, how far fat around the sac has given way. ``canal_back``, ``canal_half_width``.
    """

    half_width: Field
    half_depth: Field
    offset: Field
    plate: Field
    middle: Field
    pfirrmann: Field
    bulge: Field
    bulge_left: Field
    bulge_right: Field
    sac_middle: Field
    sac_half_depth: Field
    sac_half_width: Field
    cord: Field
    narrow: Field
    canal_back: Field
    canal_half_width: Field


def to_profiles(spine: Spine, layout: Layout) -> Profiles:
    """The tables of a laid-out spine."""
    s, size = layout.s, spine.size
    half_width, half_depth, offset = _to_outline(spine, layout)
    back = np.asarray(gaussian_filter1d(offset + half_depth, BACK_SMOOTHING_MM / STEP_MM, mode="nearest"))
    normal = to_canal(0.0, 0.0, size * spine.canal)
    depth, width = np.full_like(s, normal.half_depth_mm), np.full_like(s, normal.half_other_mm)
    bulge, narrow = np.zeros_like(s), np.zeros_like(s)
    sides = {task: np.zeros_like(s) for task in (Task.LFS, Task.RFS)}
    for disc, middle in zip(spine.discs, layout.disc_middles, strict=True):
        window = np.exp(-(((s - middle) / STENOSIS_REACH_MM) ** 4))
        opening = to_canal(disc.severities[TASKS.index(Task.SCS)], disc.shifts[0], size * spine.canal)
        depth += window * (opening.half_depth_mm - normal.half_depth_mm)
        width += window * (opening.half_other_mm - normal.half_other_mm)
        narrow += window * float(np.clip(disc.severities[0] / 2, 0, 1))
        edge = np.exp(-(((s - middle) / (disc.height_mm / 2 + 1.5)) ** 4))
        bulge += edge * max(0.0, normal.half_depth_mm - opening.half_depth_mm)
        for task, side in sides.items():
            side += edge * SIDE_BULGE_MM * max(0.0, disc.severities[TASKS.index(task)])
    middle_of_sac = back + SAC_GAP_MM * size + normal.half_depth_mm
    end = 1 - to_step(s, *_to_range(spine, layout, SAC_END))
    return Profiles(
        half_width, half_depth, offset, *_to_discs(spine, layout), bulge,
        sides[Task.LFS], sides[Task.RFS], middle_of_sac,
        depth * (0.25 + 0.75 * end), width * end, _to_cord(spine, layout), narrow,
        back + 21.0 * size, np.full_like(s, 13.5 * size) * (0.5 + 0.5 * end),
    )  # fmt: skip


def _to_range(spine: Spine, layout: Layout, name: str) -> tuple[float, float]:
    number = spine.vertebrae.index(name)
    return float(layout.tops[number]), float(layout.bottoms[number])


def _to_outline(spine: Spine, layout: Layout) -> tuple[FloatArray, FloatArray, FloatArray]:
    knots, widths, depths, offsets = [], [], [], []
    for name, top, bottom in zip(spine.vertebrae, layout.tops, layout.bottoms, strict=True):
        width, depth, taper = HALF_WIDTH_MM[name], HALF_DEPTH_MM[name], TAPER_MM.get(name, 0.0)
        for share, waist in ((0.0, 0.0), (0.25, 0.8), (0.5, 1.0), (0.75, 0.8), (1.0, 0.0)):
            knots.append(top + share * (bottom - top))
            widths.append(width - waist * WAIST_MM)
            depths.append(depth - waist * 0.5 * WAIST_MM - taper * share)
            offsets.append(SETBACK_MM.get(name, 0.0) + taper * share)
    tables = [np.interp(layout.s, knots, np.array(values) * spine.size) for values in (widths, depths, offsets)]
    return tables[0], tables[1], tables[2]


def _to_discs(spine: Spine, layout: Layout) -> tuple[FloatArray, FloatArray, FloatArray]:
    plate = np.full_like(layout.s, -50.0)
    for top, bottom in zip(layout.tops, layout.bottoms, strict=True):
        plate = np.maximum(plate, np.minimum(layout.s - top, bottom - layout.s))
    grades = np.array([disc.pfirrmann for disc in spine.discs], dtype=np.float64)
    nearest = np.abs(layout.s[:, None] - layout.disc_middles).argmin(axis=1)
    middle = np.abs(layout.s[:, None] - layout.middles).min(axis=1)
    return plate, middle, grades[nearest]


def _to_cord(spine: Spine, layout: Layout) -> FloatArray:
    first = spine.vertebrae.index("L1")
    pitch = layout.tops[first + 1] - layout.tops[first]
    tip = layout.tops[first] + CONUS * pitch
    return 1 - to_step(layout.s, tip - 35.0, tip)
