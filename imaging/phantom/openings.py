"""Painting the openings beside a disc: foramina and lateral recesses, with the roots in them."""

import numpy as np

from imaging.phantom.canvas import Canvas, paint, to_ellipse
from imaging.phantom.centreline import Field
from imaging.phantom.column import Local
from imaging.phantom.foramina import Foramen
from imaging.phantom.tissues import Tissue

ROOT_MM = 2.5
"""The radius of an exiting root with its ganglion."""

TRAVERSING_MM = 1.5
RIM_MM = 1.0


def to_sides(local: Local, left: float, right: float) -> Field:
    """One number at every pixel of the patient's left, another at his right."""
    sides: Field = np.where(local.a > 0, np.float32(left), np.float32(right))
    return sides


def paint_openings(canvas: Canvas, local: Local, foramen: Foramen, size: float) -> None:
    """The foramina's fat, as far as it is left, in the tissue that narrows it."""
    lateral, normal = np.abs(local.a) - foramen.a, foramen.normal
    s, p = local.s - foramen.s, local.p - foramen.p + 0.3 * lateral  # outwards it leads to the front
    inner = -8.0 * size - lateral
    fading = np.clip((15.0 * size - lateral) / (6.0 * size), 0, 1)
    hole = to_ellipse(s, p, normal.half_other_mm + RIM_MM, normal.half_depth_mm + RIM_MM)
    narrow = to_sides(local, _to_filling(foramen.severities[1]), _to_filling(foramen.severities[2]))
    paint(canvas, np.maximum(hole, inner), Tissue.LIGAMENT, fading * narrow)
    height = to_sides(local, foramen.left.half_other_mm, foramen.right.half_other_mm)
    depth = to_sides(local, foramen.left.half_depth_mm, foramen.right.half_depth_mm)
    up = s + normal.half_other_mm - height  # what is left of the fat is at the top, around the root
    keyhole = depth * np.clip(1.0 - 0.35 * up / height, 0.4, 1.2)
    paint(canvas, np.maximum(to_ellipse(up, p, height, keyhole), inner), Tissue.FAT, fading)


def _to_filling(severity: float) -> float:
    """How dark the tissue is that takes the place of fat: none yet in a normal opening."""
    return float(np.clip(0.15 + severity / 2.5, 0, 1))


def paint_exiting_roots(canvas: Canvas, local: Local, foramen: Foramen, size: float) -> None:
    """The root below each pedicle, going down and out, flattened where its foramen is severely narrow."""
    lateral, normal = np.abs(local.a) - foramen.a, foramen.normal.half_other_mm
    height = to_sides(local, foramen.left.half_other_mm, foramen.right.half_other_mm)
    depth = to_sides(local, foramen.left.half_depth_mm, foramen.right.half_depth_mm)
    middle = foramen.s - normal + np.minimum(0.62 * height + 1.0, 0.62 * normal)
    s, p = local.s - middle - 0.55 * lateral, local.p - foramen.p + 0.3 * lateral
    root = to_ellipse(s, p, np.clip(height, 1.5, ROOT_MM * size), np.clip(depth, 1.2, ROOT_MM * 0.9 * size))
    paint(canvas, np.maximum(root, np.maximum(-9.0 * size - lateral, lateral - 20.0 * size)), Tissue.ROOT)


def paint_recesses(canvas: Canvas, local: Local, foramen: Foramen, size: float) -> None:
    """The lateral recesses with their traversing roots, in the tissue that narrows them."""
    lateral, p = np.abs(local.a) - foramen.recess_a, local.p - foramen.recess_p
    reach, normal = np.abs(local.s - foramen.recess_s) - 10.0 * size, foramen.recess_normal
    hole = to_ellipse(lateral, p, normal.half_other_mm + RIM_MM, normal.half_depth_mm + RIM_MM)
    narrow = to_sides(local, _to_filling(foramen.severities[3]), _to_filling(foramen.severities[4]))
    paint(canvas, np.maximum(hole, reach), Tissue.LIGAMENT, narrow)
    width = to_sides(local, foramen.recess_left.half_other_mm, foramen.recess_right.half_other_mm)
    depth = to_sides(local, foramen.recess_left.half_depth_mm, foramen.recess_right.half_depth_mm)
    paint(canvas, np.maximum(to_ellipse(lateral, p, width, depth), reach), Tissue.FAT)
    root = to_ellipse(lateral, p, np.minimum(TRAVERSING_MM * size, width), np.minimum(TRAVERSING_MM * size, depth))
    paint(canvas, np.maximum(root, reach), Tissue.ROOT)
