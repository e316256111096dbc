"""Painting soft shapes over each other, in several weightings at once."""

from dataclasses import dataclass

import numpy as np

from imaging.phantom.centreline import Field
from imaging.phantom.tissues import Tissue


@dataclass(frozen=True)
class Canvas:
    """A picture being painted.

    ``values``: (weighting, row, column), changed in place. ``signals``: (weighting, tissue). ``edge_mm``: over how much
    an edge fades, about a pixel.
    """

    values: Field
    signals: Field
    edge_mm: float


def to_cover(canvas: Canvas, distance: Field) -> Field:
    """How much of each pixel a shape covers, 0 to 1, from the distance to its edge, mm, negative inside."""
    cover: Field = np.clip(0.5 - distance / canvas.edge_mm, 0, 1)
    return cover


def paint(canvas: Canvas, distance: Field, tissue: Tissue, strength: Field | float = 1.0) -> None:
    """Paint a tissue over what is there; ``strength``, 0 to 1, lets it shine through."""
    cover = to_cover(canvas, distance) * strength
    for values, signals in zip(canvas.values, canvas.signals, strict=True):
        values += cover * (signals[tissue] - values)


def paint_bone(canvas: Canvas, distance: Field, cortex_mm: float = 1.2) -> None:
    """Paint marrow with a dark rim of cortex."""
    cover = to_cover(canvas, distance)
    marrow = to_cover(canvas, distance + cortex_mm)
    for values, signals in zip(canvas.values, canvas.signals, strict=True):
        bone = signals[Tissue.CORTEX] + marrow * (signals[Tissue.MARROW] - signals[Tissue.CORTEX])
        values += cover * (bone - values)


def to_part(canvas: Canvas, rows: slice, columns: slice) -> Canvas:
    """A rectangle of the picture, to be painted in place."""
    return Canvas(canvas.values[:, rows, columns], canvas.signals, canvas.edge_mm)


def to_ellipse(u: Field, v: Field, half_u: float | Field, half_v: float | Field) -> Field:
    """The distance to the edge of an ellipse with these half axes, mm, negative inside; near the edge it is right."""
    x, y = u / half_u, v / half_v
    square = x * x + y * y
    slope = np.sqrt((x / half_u) ** 2 + (y / half_v) ** 2) + 1e-3
    distance: Field = (square - 1) / (2 * slope)
    return distance


def to_box(u: Field, v: Field, half_u: float, half_v: float, round_mm: float) -> Field:
    """The distance to the edge of a rectangle with round corners, mm, negative inside."""
    return to_meeting(np.abs(u) - half_u, np.abs(v) - half_v, round_mm)


def to_segment(u: Field, v: Field, start: tuple[float, float], end: tuple[float, float]) -> Field:
    """The distance to a straight line between two points, mm."""
    du, dv = end[0] - start[0], end[1] - start[1]
    share = np.clip(((u - start[0]) * du + (v - start[1]) * dv) / (du * du + dv * dv), 0, 1)
    distance: Field = np.hypot(u - start[0] - share * du, v - start[1] - share * dv)
    return distance


def to_meeting(one: Field, other: Field, round_mm: float) -> Field:
    """The distance to the edge of where two shapes overlap, with the corners between them rounded."""
    x, y = one + round_mm, other + round_mm
    outside = np.sqrt(np.maximum(x, 0) ** 2 + np.maximum(y, 0) ** 2)
    distance: Field = outside + np.minimum(np.maximum(x, y), 0) - round_mm
    return distance
