"""Painting what each vertebra has behind its body: pedicles, processes, laminae, facet joints, ligaments."""

import numpy as np

from imaging.phantom.anatomy import Spine
from imaging.phantom.canvas import Canvas, paint, paint_bone, to_box, to_ellipse, to_meeting, to_segment
from imaging.phantom.centreline import Field
from imaging.phantom.column import Local
from imaging.phantom.foramina import Foramen, PEDICLE_HALF_HEIGHT_MM, PEDICLE_MIDDLE_MM, to_pedicle_a
from imaging.phantom.layout import Layout
from imaging.phantom.openings import to_sides
from imaging.phantom.tissues import Tissue

SPINOUS_HALF_LENGTH_MM = {"L5": 10.0, "L6": 9.0, "S1": 6.0}
USUAL_SPINOUS_HALF_LENGTH_MM = 13.0


def paint_arch(canvas: Canvas, local: Local, spine: Spine, number: int, top: float) -> None:
    """Pedicles, transverse processes and laminae of one vertebra."""
    size, name = spine.size, spine.vertebrae[number]
    lateral, s, p = np.abs(local.a), local.s - top, local.p
    pedicle_a = size * to_pedicle_a(name)
    thick = size * (3.6 if name.startswith("T") else 3.2 + 0.6 * int(name[1]))
    across = to_ellipse(s - size * PEDICLE_MIDDLE_MM, lateral - pedicle_a, size * PEDICLE_HALF_HEIGHT_MM, thick)
    paint_bone(canvas, to_meeting(across, np.maximum(p - 33 * size, 12 * size - p), size * 2))
    process = to_ellipse(s - size * 10, p - size * (24 + 0.1 * (lateral - 20)), size * 4.5, size * 3.5)
    paint_bone(canvas, np.maximum(process, np.maximum(lateral - 40 * size, pedicle_a - lateral)))
    lamina = to_segment(lateral, p, (size * 17, size * 30), (0.0, size * 42.5)) - 3.2 * size
    paint_bone(canvas, to_meeting(lamina, np.abs(s - size * (14 + 0.12 * p)) - size * 9, size * 3))


def paint_spinous(canvas: Canvas, local: Local, spine: Spine, number: int, top: float) -> None:
    """The spinous process of one vertebra."""
    size, lateral, p = spine.size, np.abs(local.a), local.p
    half = size * SPINOUS_HALF_LENGTH_MM.get(spine.vertebrae[number], USUAL_SPINOUS_HALF_LENGTH_MM)
    s = local.s - top - size * (20 + 0.25 * (p / size - 42))
    spinous = to_box(s, p - 42 * size - half, size * 8.5, half, size * 4.5)
    paint_bone(canvas, to_meeting(spinous, lateral - 3.2 * size, size))


def paint_interspinous(canvas: Canvas, local: Local, spine: Spine, layout: Layout) -> None:
    """The ligaments between the spinous processes down to L5."""
    size, end = spine.size, float(layout.bottoms[spine.vertebrae.index("S1") - 1])
    inside = to_meeting(np.abs(local.a) - 2.2 * size, np.abs(local.p - 54 * size) - 13 * size, size)
    paint(canvas, np.maximum(inside, local.s - end), Tissue.LIGAMENT, 0.65)


def paint_flavum(canvas: Canvas, local: Local, foramen: Foramen, size: float) -> None:
    """The yellow ligament between two laminae, thicker where canal, recess or foramen is narrow."""
    lateral, s, p = np.abs(local.a), local.s - foramen.disc_s, local.p
    back = foramen.p - 4.5 * size
    flavum = to_segment(lateral, p, (3.0 * size, back + 20 * size), (13.5 * size, back + 11.5 * size))
    thick = 1.6 * size + 0.55 * max(0.0, foramen.severities[0]) + 0.5 * _to_growth(local, foramen)
    paint(canvas, np.maximum(flavum - thick, np.abs(s) - 11 * size), Tissue.LIGAMENT)


def paint_facets(canvas: Canvas, local: Local, foramen: Foramen, size: float) -> None:
    """The facet joints of a disc, grown where recess or foramen is narrow."""
    lateral, s = np.abs(local.a) - foramen.a, local.s - foramen.disc_s
    p = local.p - foramen.p - 10.5 * size
    growth = _to_growth(local, foramen)
    upper = to_ellipse(lateral - 2.6 * size, p + 3.2 * size, 6.2 * size + growth, 4.4 * size + growth)
    lower = to_ellipse(lateral + 2.2 * size, p - 3.2 * size, 7.2 * size + growth, 5.4 * size + growth)
    paint_bone(canvas, to_meeting(lower, np.maximum(s - 9 * size, -s - 16 * size), size * 3))
    paint_bone(canvas, to_meeting(upper, np.maximum(s - 15 * size, -s - 8 * size), size * 3))
    gap = to_segment(lateral, p, (-4.5 * size, -3 * size), (5.5 * size, 3.5 * size))
    paint(canvas, to_meeting(gap - 0.4, np.abs(s) - 7 * size, 0.5), Tissue.FLUID, 0.6)


def _to_growth(local: Local, foramen: Foramen) -> Field:
    _, left, right, left_recess, right_recess = (max(0.0, severity) for severity in foramen.severities)
    return to_sides(local, 0.5 * left + 0.4 * left_recess, 0.5 * right + 0.4 * right_recess)
