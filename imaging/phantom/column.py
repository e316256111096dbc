"""Painting what goes all along the spine: bodies, discs, canal, thecal sac, cord and roots."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from imaging.phantom.canvas import Canvas, paint, paint_bone, to_cover, to_ellipse, to_meeting
from imaging.phantom.centreline import Field, STEP_MM
from imaging.phantom.outline import to_square
from imaging.phantom.profiles import CORD_HALF_MM, Profiles
from imaging.phantom.tissues import Tissue

ROOTS = 14
ROOT_RADIUS_MM = 0.8
ENDPLATE_MM = 0.8
CONCAVITY_MM = 1.1
"""How much deeper an endplate lies in its middle than at its rim."""


@dataclass(frozen=True)
class Local:
    """The curve's coordinates of every pixel of a picture, (row, column): ``p`` is from the slipped column."""

    s: Field
    a: Field
    p: Field


@dataclass(frozen=True)
class Roots:
    """The cauda equina: each root's place in the thecal sac, in its half sizes, and how it wanders; all (n,)."""

    across: Field
    back: Field
    phase: Field


def to_float32(profiles: Profiles) -> Profiles:
    """The same tables, as the painting wants them."""
    return Profiles(*(np.asarray(getattr(profiles, field.name), dtype=np.float32) for field in fields(profiles)))


def draw_roots(rng: np.random.Generator) -> Roots:
    """Roots spread over the back half and the sides of the sac, as they lie in a patient on his back."""
    turn = rng.uniform(0, 2 * np.pi, ROOTS)
    reach = np.sqrt(rng.uniform(0.1, 0.75, ROOTS))
    back = 0.28 + 0.62 * reach * np.sin(turn)
    return Roots(reach * np.cos(turn), back, rng.uniform(0, 2 * np.pi, ROOTS))


def to_steps(local: Local, count: int) -> npt.NDArray[np.int32]:
    """Which row of the tables each pixel belongs to."""
    steps: npt.NDArray[np.int32] = np.clip(local.s * np.float32(1 / STEP_MM), 0, count - 1).astype(np.int32)
    return steps


def paint_column(canvas: Canvas, local: Local, tables: Profiles, steps: npt.NDArray[np.int32]) -> None:
    """Bodies with endplates and basivertebral veins, discs with annulus and nucleus."""
    half_width, half_depth = tables.half_width[steps], tables.half_depth[steps]
    plate = tables.plate[steps]
    p = local.p - tables.offset[steps]
    p = p + 1.3 * np.clip(1 - (local.a / 9) ** 2, 0, 1) * (p > 0)  # the back wall is hollow
    bulge = _to_bulge(local, tables, steps)
    u, v = local.a / half_width, (p - bulge * (p > 0)) / half_depth
    square = to_square(u, v)
    plate = plate - CONCAVITY_MM * (1 - np.minimum(square, 1))
    edge = (np.sqrt(np.maximum(square, 0)) - 1) * np.minimum(half_width, half_depth)
    edge = np.where(np.abs(u) + np.abs(v) > 2, 20, edge)
    paint(canvas, np.maximum(edge - 1.0, plate - 0.5), Tissue.ANNULUS)
    _paint_nucleus(canvas, tables, steps, plate, np.sqrt(u * u + (v * 1.15 + 0.08) ** 2))
    paint_bone(canvas, to_meeting(edge, -plate, 2.5), ENDPLATE_MM)
    inwards = half_depth - p
    vein = to_ellipse(local.a, inwards, 5.0, 8.0)
    paint(canvas, np.maximum(vein, tables.middle[steps] + 0.28 * inwards - 2.2), Tissue.VEIN, 0.55)


def _to_bulge(local: Local, tables: Profiles, steps: npt.NDArray[np.int32]) -> Field:
    lateral = np.abs(local.a)
    side = np.where(local.a > 0, tables.bulge_left[steps], tables.bulge_right[steps])
    central = tables.bulge[steps] * np.exp(-((lateral / 11) ** 2))
    bulge: Field = central + side * np.exp(-(((lateral - 18) / 7) ** 2))
    return bulge


def _paint_nucleus(canvas: Canvas, tables: Profiles, steps: npt.NDArray[np.int32], plate: Field, radius: Field) -> None:
    """The nucleus in its disc's own signal, fading into the annulus."""
    row = np.array([Tissue.NUCLEUS_1 + n for n in range(5)])
    at = np.clip(tables.pfirrmann.astype(np.intp) - 1, 0, 4)[steps]
    cover = np.clip((0.95 - radius) / 0.4, 0, 1) * np.clip(-plate / 1.5, 0, 1)
    for values, signals in zip(canvas.values, canvas.signals, strict=True):
        values += cover * (signals[row][at] - values)


def paint_canal(canvas: Canvas, local: Local, tables: Profiles, steps: npt.NDArray[np.int32]) -> None:
    """Epidural fat, and scar-like tissue where a stenosis has taken its place."""
    back = tables.canal_back[steps]
    front = tables.offset[steps] + tables.half_depth[steps]
    middle, half = (front + back) / 2 - 0.5, (back - front) / 2 + 0.5
    half_width = tables.canal_half_width[steps] * np.clip(1.25 - 0.5 * (local.p - front) / (back - front), 0.3, 1)
    hole = to_ellipse(local.a, local.p - middle, half_width, half)
    paint(canvas, hole, Tissue.FAT, 0.85)
    paint(canvas, hole, Tissue.LIGAMENT, tables.narrow[steps] * 0.9)


def paint_sac(canvas: Canvas, local: Local, tables: Profiles, steps: npt.NDArray[np.int32], roots: Roots) -> None:
    """Dura, CSF, cord and the roots; the same roots in less room leave less CSF between them."""
    depth = np.maximum(tables.sac_half_depth[steps], 0.3)
    width = np.maximum(tables.sac_half_width[steps], 0.3)
    p = local.p - tables.sac_middle[steps]
    sac = to_ellipse(local.a, p, width, depth)
    paint(canvas, sac - 0.6, Tissue.LIGAMENT, 0.5)
    paint(canvas, sac, Tissue.CSF)
    cord = tables.cord[steps]
    size = np.maximum(cord, 0.05)
    paint(
        canvas,
        np.where(cord > 0.02, to_ellipse(local.a, p, CORD_HALF_MM[0] * size, CORD_HALF_MM[1] * size), 9),
        Tissue.CORD,
    )
    u, v = local.a / width, p / depth
    strands = np.zeros_like(u)
    for across, back, phase in zip(roots.across.tolist(), roots.back.tolist(), roots.phase.tolist(), strict=True):
        sway = 0.12 * np.sin(local.s / 22 + phase)
        distance = np.hypot((u - across - sway) * width, (v - back) * depth) - ROOT_RADIUS_MM
        strands = np.maximum(strands, to_cover(canvas, distance))
    inside = to_cover(canvas, sac + 0.4)
    for values, signals in zip(canvas.values, canvas.signals, strict=True):
        values += strands * inside * (signals[Tissue.ROOT] - values)
