"""Painting what each vertebra has behind its body, and the openings beside its disc."""

import numpy as np

from imaging.phantom.anatomy import Spine
from imaging.phantom.canvas import Canvas, paint, paint_bone, to_box, to_ellipse
from imaging.phantom.centreline import Field
from imaging.phantom.column import Local
from imaging.phantom.foramina import Foramen, PEDICLE_HALF_HEIGHT_MM, PEDICLE_MIDDLE_MM, to_pedicle_a
from imaging.phantom.tissues import Tissue

ROOT_MM = 2.5
"""The radius of an exiting root with its ganglion."""

TRAVERSING_MM = 1.5


def paint_openings(canvas: Canvas, local: Local, foramen: Foramen, size: float) -> None:
    """The foramina's fat, as far as it is left, in the tissue that narrows it."""
    side, lateral = local.a > 0, np.abs(local.a)
    s, p = local.s - foramen.s, local.p - foramen.p
    reach = np.maximum(10.0 * size - lateral, lateral - 29.0 * size)
    normal = foramen.normal
    hole = to_ellipse(s, p, normal.half_other_mm + 1.2, normal.half_depth_mm + 1.2)
    paint(canvas, np.maximum(hole, reach), Tissue.LIGAMENT)
    height = np.where(side, np.float32(foramen.left.half_other_mm), np.float32(foramen.right.half_other_mm))
    depth = np.where(side, np.float32(foramen.left.half_depth_mm), np.float32(foramen.right.half_depth_mm))
    up = s + normal.half_other_mm - height  # what is left of the fat is at the top, around the root
    keyhole = depth * np.clip(1.0 - 0.35 * up / height, 0.4, 1.2)
    paint(canvas, np.maximum(to_ellipse(up, p, height, keyhole), reach), Tissue.FAT)


def paint_exiting_roots(canvas: Canvas, local: Local, foramen: Foramen, size: float) -> None:
    """The root below each pedicle, going down and out, flattened where its foramen is severely narrow."""
    side, lateral = local.a > 0, np.abs(local.a)
    normal = foramen.normal.half_other_mm
    height = np.where(side, np.float32(foramen.left.half_other_mm), np.float32(foramen.right.half_other_mm))
    depth = np.where(side, np.float32(foramen.left.half_depth_mm), np.float32(foramen.right.half_depth_mm))
    middle = foramen.s - normal + np.minimum(0.62 * height + 1.0, 0.62 * normal)
    s = local.s - middle - 0.55 * (lateral - foramen.a)
    p = local.p - foramen.p + 0.25 * (lateral - foramen.a)
    root = to_ellipse(s, p, np.clip(height, 1.5, ROOT_MM * size), np.clip(depth, 1.2, ROOT_MM * 0.9 * size))
    paint(canvas, np.maximum(root, np.maximum(9.0 * size - lateral, lateral - 36.0 * size)), Tissue.ROOT)


def paint_recesses(canvas: Canvas, local: Local, foramen: Foramen, size: float) -> None:
    """The lateral recesses with their traversing roots, in the tissue that narrows them."""
    side, lateral = local.a > 0, np.abs(local.a) - foramen.recess_a
    p = local.p - foramen.recess_p
    reach = np.abs(local.s - foramen.recess_s) - 10.0 * size
    normal = foramen.recess_normal
    hole = to_ellipse(lateral, p, normal.half_other_mm + 0.8, normal.half_depth_mm + 0.8)
    paint(canvas, np.maximum(hole, reach), Tissue.LIGAMENT)
    width = np.where(
        side, np.float32(foramen.recess_left.half_other_mm), np.float32(foramen.recess_right.half_other_mm)
    )
    depth = np.where(
        side, np.float32(foramen.recess_left.half_depth_mm), np.float32(foramen.recess_right.half_depth_mm)
    )
    paint(canvas, np.maximum(to_ellipse(lateral, p, width, depth), reach), Tissue.FAT)
    root = to_ellipse(lateral, p, np.minimum(TRAVERSING_MM * size, width), np.minimum(TRAVERSING_MM * size, depth))
    paint(canvas, np.maximum(root, reach), Tissue.ROOT)


def paint_arch(canvas: Canvas, local: Local, spine: Spine, number: int, top: float) -> None:
    """Pedicles, transverse processes, laminae and the spinous process of one vertebra."""
    size, name = spine.size, spine.vertebrae[number]
    lateral, s, p = np.abs(local.a), local.s - top, local.p
    pedicle_a = size * to_pedicle_a(name)
    thick = size * (3.6 if name.startswith("T") else 3.2 + 0.6 * int(name[1]))
    across = to_ellipse(s - size * PEDICLE_MIDDLE_MM, lateral - pedicle_a, size * PEDICLE_HALF_HEIGHT_MM, thick)
    paint_bone(canvas, np.maximum(across, np.maximum(p - 31 * size, 12 * size - p)))
    process = to_ellipse(s - size * 10, p - size * (24 + 0.1 * (lateral - 20)), size * 4.5, size * 3.5)
    paint_bone(canvas, np.maximum(process, np.maximum(lateral - 40 * size, pedicle_a - lateral)))
    lamina = _to_segment(lateral, p, (size * 17, size * 30), (0.0, size * 42.5)) - 3.0 * size
    paint_bone(canvas, np.maximum(lamina, np.abs(s - size * 18) - size * 8.5))
    slant = s - size * (20 + 0.25 * (p / size - 42))
    spinous = to_box(slant, p - size * 55, size * 9, size * 13.5, size * 4)
    paint_bone(canvas, np.maximum(spinous, lateral - 3.2 * size))


def paint_facets(canvas: Canvas, local: Local, foramen: Foramen, size: float) -> None:
    """The facet joints of a disc, grown where recess or foramen is narrow, and the yellow ligament between laminae."""
    side, lateral, s, p = local.a > 0, np.abs(local.a), local.s - foramen.disc_s, local.p
    back = foramen.p - 4.5 * size
    grown = [
        0.5 * max(0.0, one) + 0.4 * max(0.0, other)
        for one, other in (foramen.severities[1::2], foramen.severities[2::2])
    ]
    growth = np.where(side, np.float32(grown[0]), np.float32(grown[1]))
    flavum = _to_segment(lateral, p, (3.0 * size, back + 20 * size), (13.5 * size, back + 11.5 * size))
    thick = 1.6 * size + 0.55 * max(0.0, foramen.severities[0]) + 0.5 * growth
    paint(canvas, np.maximum(flavum - thick, np.abs(s) - 11 * size), Tissue.LIGAMENT)
    joint_a, joint_p = foramen.a, back + 14.5 * size
    upper = to_ellipse(
        lateral - joint_a - 2.2 * size, p - joint_p + 3.2 * size, 4.6 * size + growth, 3.6 * size + growth
    )
    lower = to_ellipse(
        lateral - joint_a + 2.0 * size, p - joint_p - 3.0 * size, 5.0 * size + growth, 4.4 * size + growth
    )
    gap = _to_segment(
        lateral, p, (joint_a - 4.5 * size, joint_p - 3 * size), (joint_a + 5 * size, joint_p + 3.5 * size)
    )
    paint_bone(canvas, np.maximum(lower, np.maximum(s - 9 * size, -s - 16 * size)))
    paint_bone(canvas, np.maximum(upper, np.maximum(s - 15 * size, -s - 8 * size)))
    paint(canvas, np.maximum(gap - 0.5, np.abs(s) - 7 * size), Tissue.FLUID, 0.7)


def _to_segment(u: Field, v: Field, start: tuple[float, float], end: tuple[float, float]) -> Field:
    """The distance to a straight line between two points, mm."""
    du, dv = end[0] - start[0], end[1] - start[1]
    share = np.clip(((u - start[0]) * du + (v - start[1]) * dv) / (du * du + dv * dv), 0, 1)
    distance: Field = np.hypot(u - start[0] - share * du, v - start[1] - share * dv)
    return distance
