"""Painting what lies around the spine: skin, fat, muscles, vessels, kidneys, bowel, the sacrum's wings."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from imaging.geometry import FloatArray
from imaging.phantom.anatomy import Spine
from imaging.phantom.canvas import Canvas, paint, paint_bone, to_ellipse, to_segment
from imaging.phantom.centreline import Field
from imaging.phantom.column import Local
from imaging.phantom.layout import Layout
from imaging.phantom.tissues import Tissue

TEXTURE_CELLS = 64

FURROW_MM = 5.0
"""How deep the back's furrow is over the spine."""

FOLLOW = 0.6
"""How far the back's skin follows the lordosis."""


@dataclass(frozen=True)
class Around:
    """Places of every pixel beside the spine, mm, (row, column).

    ``x``: to the left of the spine, ``y``: behind it, ``skin``: depth under the skin of the back, ``u``: along the
    spine, 0 at the head of L1 and 1 at that of S1, all by the height z alone.
    """

    x: Field
    y: Field
    skin: Field
    u: Field


def to_around(spine: Spine, layout: Layout, points: FloatArray) -> FloatArray:
    """x, y, skin and u, (..., 4), of LPS points, (..., 3)."""
    line = layout.line.points
    height = -line[:, 2]
    x0, y0 = (np.interp(-points[..., 2], height, line[:, n]) for n in (0, 1))
    first, sacrum = layout.tops[spine.vertebrae.index("L1")], layout.tops[spine.vertebrae.index("S1")]
    u = np.interp(-points[..., 2], height, (layout.s - first) / (sacrum - first))
    back = spine.centre[1] + FOLLOW * (y0 - spine.centre[1]) + 76 * spine.size + spine.fat_mm
    x = points[..., 0] - x0
    back = back - FURROW_MM * np.exp(-((x / 16) ** 2))
    return np.stack([x, points[..., 1] - y0, back - points[..., 1], u], axis=-1)


def draw_texture(rng: np.random.Generator) -> Field:
    """Smooth noise, (64, 64, 64), that repeats itself, of mean 0 and spread 1."""
    noise: Field = rng.standard_normal((TEXTURE_CELLS,) * 3).astype(np.float32)
    for axis in (0, 1, 2) * 2:
        noise = (noise + np.roll(noise, 1, axis) + np.roll(noise, -1, axis)) / 3
    texture: Field = noise / noise.std()
    return texture


def to_texture(texture: Field, points: Field, cell_mm: float) -> Field:
    """The noise at LPS points, (..., 3), by the nearest cell: (...)."""
    x, y, z = (np.floor(points[..., n] / cell_mm).astype(np.int32) % TEXTURE_CELLS for n in range(3))
    found: Field = texture[x, y, z]
    return found


def to_smooth_texture(texture: Field, points: FloatArray, cell_mm: float) -> FloatArray:
    """The noise at LPS points, (..., 3), between the cells: (...); dear, for coarse grids."""
    cells = np.moveaxis(points / cell_mm, -1, 0)
    return np.asarray(map_coordinates(texture, cells, order=1, mode="grid-wrap"), dtype=np.float64)


def paint_torso(canvas: Canvas, around: Around, spine: Spine, coarse: Field) -> None:
    """Air, skin, fat, the belly's organs and the muscles; ``coarse``: noise in large cells, (row, column)."""
    size = spine.size
    canvas.values[:] = canvas.signals[:, Tissue.AIR, None, None]
    depth = 118.0 * size + spine.fat_mm / 2
    x, y = around.x / (158 * size + spine.fat_mm), (around.skin - depth) / depth
    body = (np.sqrt(np.maximum(x * x + y * y - 0.7 * (x * y) ** 2, 0)) - 1) * depth
    body = np.where(np.abs(x) + np.abs(y) > 2.2, 50, body)
    paint(canvas, body, Tissue.SKIN)
    paint(canvas, body + 2.0, Tissue.FAT)
    belly = np.maximum(body + 14 + 0.4 * spine.fat_mm, around.y + 14)
    paint(canvas, belly, Tissue.BOWEL, np.clip(0.7 + 0.4 * coarse, 0, 1) * np.clip(-(around.y + 14) / 14, 0, 1))
    _paint_organs(canvas, around, size)
    _paint_muscles(canvas, around, spine, coarse)


def _paint_organs(canvas: Canvas, around: Around, size: float) -> None:
    lateral = np.abs(around.x)
    flank = np.maximum(
        to_ellipse(lateral - 66 * size, around.y - 4, 24 * size, 30 * size), np.abs(around.u - 0.1) * 200 - 50
    )
    paint(canvas, flank, Tissue.KIDNEY)
    below = np.clip((around.u - 0.68) * 90, 0, 40)  # the great vessels divide before L4
    paint(canvas, np.hypot(around.x - 7 - below, around.y + 29 * size) - 8.5 * size, Tissue.VESSEL)
    paint(canvas, np.hypot(around.x + 17 + below * 0.7, around.y + 26 * size) - 9.5 * size, Tissue.VESSEL)


def _paint_muscles(canvas: Canvas, around: Around, spine: Spine, coarse: Field) -> None:
    size, lateral = spine.size, np.abs(around.x)
    fat = 0.45 * np.clip(1 - np.abs(coarse) / 0.12, 0, 1)  # thin sheets between the bundles
    growth = np.clip(around.u + 0.1, 0.02, 1.15)
    paint(
        canvas,
        to_ellipse(
            lateral - size * (26 + 17 * growth),
            around.y - 2 + 8 * growth,
            size * (6 + 13 * growth),
            size * (8 + 15 * growth),
        ),
        Tissue.MUSCLE,
    )
    paint(canvas, to_ellipse(lateral - 66 * size, around.y - 34 * size, 17 * size, 9 * size), Tissue.MUSCLE)
    fascia = around.skin - spine.fat_mm
    height = np.maximum(around.y + fascia - 22 * size, 4.0)  # from behind the bodies to the fascia
    middle = around.y - 22 * size - height / 2
    across, back = (lateral - 30 * size) / (31.5 * size), middle / (height / 2)
    square = across * across + back * back - 0.6 * np.minimum(across * back, 1) ** 2
    mass = (np.sqrt(np.maximum(square, 0)) - 1) * np.minimum(31 * size, height / 2)
    septum = np.abs(lateral - size * 20 - 0.25 * (middle + height / 2)) - 0.7
    paint(canvas, np.where(np.abs(across) + np.abs(back) > 2, 20, mass), Tissue.MUSCLE, 1 - fat)
    paint(canvas, np.maximum(septum, mass + 2), Tissue.FAT, 0.35)


def paint_wings(canvas: Canvas, local: Local, spine: Spine, layout: Layout) -> None:
    """The wings of the sacrum and the iliac bones beside them."""
    size, lateral = spine.size, np.abs(local.a)
    s = local.s - float(layout.middles[spine.vertebrae.index("S1")])
    wing = to_ellipse(lateral - 30 * size, local.p - 9 * size, 26 * size, 13 * size)
    paint_bone(canvas, np.maximum(wing, np.abs(s - 6 * size) - 20 * size), 1.5)
    low = np.clip((s + 20 * size) / 3, -6, 2 * size)  # the crest thins out towards its upper edge
    crest = to_segment(lateral, local.p, (50 * size, 40 * size), (76 * size, -14 * size)) - 3.5 * size - low
    paint_bone(canvas, crest, 1.6)
