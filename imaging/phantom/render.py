"""Slices of a phantom: the signal of each slab of the patient, and the voxels a scanner makes of it.

Each slice is painted several times over its thickness and averaged, so that thick slices blur what crosses them. The
curve's coordinates are found on a coarse grid in each slice's two faces; between, they are nearly straight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from imaging.geometry import FloatArray
from imaging.phantom.anatomy import Spine
from imaging.phantom.canvas import Canvas, paint, to_part
from imaging.phantom.centreline import Field, to_spine
from imaging.phantom.column import draw_roots, Local, paint_canal, paint_column, paint_sac, Roots, to_float32, to_steps
from imaging.phantom.foramina import Foramen, to_foramina
from imaging.phantom.layout import lay_out, Layout
from imaging.phantom.openings import paint_exiting_roots, paint_openings, paint_recesses
from imaging.phantom.posterior import paint_arch, paint_facets, paint_flavum, paint_interspinous, paint_spinous
from imaging.phantom.profiles import Profiles, to_profiles
from imaging.phantom.scanner import Scanner, to_sensitivity, to_voxels
from imaging.phantom.scene import Voxels
from imaging.phantom.tissues import Tissue, to_signals
from imaging.phantom.torso import (
    Around,
    draw_texture,
    paint_torso,
    paint_wings,
    to_around,
    to_smooth_texture,
    to_texture,
)
from imaging.study import Weighting

COARSE_MM = 5.6
WINDOW_PX = 4
SUBSLICE_MM = 1.4

REACH_MM = (44.0, -24.0, 72.0)
"""To each side, in front of and behind the curve: where the spine is painted slab by slab."""


@dataclass(frozen=True)
class Prepared:
    """What is worked out once for all slices of a spine."""

    spine: Spine
    layout: Layout
    tables: Profiles
    foramina: tuple[Foramen, ...]
    roots: Roots
    texture: Field


@lru_cache(maxsize=2)
def prepare(spine: Spine) -> Prepared:
    """The spine laid out, with its textures; the last ones are kept, for a study asks for its spine many times."""
    layout = lay_out(spine)
    profiles = to_profiles(spine, layout)
    rng = np.random.default_rng(spine.texture_seed)
    foramina = to_foramina(spine, layout, profiles)
    return Prepared(spine, layout, to_float32(profiles), foramina, draw_roots(rng), draw_texture(rng))


def render_weightings(
    spine: Spine,
    affine: FloatArray,
    shape: tuple[int, int, int],
    thickness_mm: float,
    weightings: Sequence[Weighting],
    scanner: Scanner,
    rng: np.random.Generator,
) -> tuple[Voxels, ...]:
    """The voxels of evenly spaced slices, (slice, row, column), in each weighting, as the scanner would give them.

    ``affine``: 4 x 4, (i, j, k) to LPS mm, in any orientation. ``thickness_mm``: of each slice, whatever the step.
    ``rng`` draws the noise. Several weightings cost little more than one.
    """
    ready = prepare(spine)
    signals = np.stack([to_signals(scanner.timings[weighting], scanner.contrast) for weighting in weightings])
    signals[:, Tissue.MARROW] *= spine.marrow
    voxels = tuple(np.empty(shape, dtype=np.uint16) for _ in weightings)
    for k in range(shape[0]):
        slab = _to_slab(affine, shape, k, thickness_mm)
        signal = _paint_slab(ready, slab, signals, scanner)
        for volume, picture in zip(voxels, signal, strict=True):
            volume[k] = to_voxels(scanner, picture, rng)
    return voxels


@dataclass(frozen=True)
class Slab:
    """One slice: LPS points of a coarse grid in its middle, (row, column, 3), and how to refine the grid.

    ``normal``: (3,), from the middle to one face, mm. ``by_row``, ``by_column``: matrices from coarse to fine.
    """

    points: FloatArray
    normal: FloatArray
    by_row: Field
    by_column: Field
    pixel_mm: float
    thickness_mm: float


def _to_slab(affine: FloatArray, shape: tuple[int, int, int], k: int, thickness_mm: float) -> Slab:
    by_row, rows = _to_refining(shape[1], float(np.linalg.norm(affine[:3, 1])))
    by_column, columns = _to_refining(shape[2], float(np.linalg.norm(affine[:3, 0])))
    points = (
        affine[:3, 3] + k * affine[:3, 2] + rows[:, None, None] * affine[:3, 1] + columns[None, :, None] * affine[:3, 0]
    )
    across = np.cross(affine[:3, 0], affine[:3, 1])
    normal = across / np.linalg.norm(across) * thickness_mm / 2
    pixel = float(np.sqrt(np.linalg.norm(across)))
    return Slab(points, normal, by_row, by_column, pixel, thickness_mm)


def _to_refining(count: int, pixel_mm: float) -> tuple[Field, FloatArray]:
    """The matrix from coarse to fine places along one axis, (count, coarse), and the coarse places."""
    coarse = np.append(np.arange(0, count - 1, max(1, round(COARSE_MM / pixel_mm))), count - 1).astype(np.float64)
    if count == 1:
        return np.ones((1, 1), dtype=np.float32), np.zeros(1)
    fine = np.arange(count)
    low = np.clip(np.searchsorted(coarse, fine, side="right") - 1, 0, len(coarse) - 2)
    share = (fine - coarse[low]) / (coarse[low + 1] - coarse[low])
    matrix = np.zeros((count, len(coarse)), dtype=np.float32)
    matrix[fine, low] = 1 - share
    matrix[fine, low + 1] += share
    return matrix, coarse


def _refine(slab: Slab, coarse: Field) -> Field:
    """A coarse field, (row, column), at every pixel."""
    fine: Field = slab.by_row @ coarse.astype(np.float32) @ slab.by_column.T
    return fine


def _paint_slab(ready: Prepared, slab: Slab, signals: Field, scanner: Scanner) -> Field:
    """The mean signal of a slab, (weighting, row, column), shaded by the coil."""
    around = to_around(ready.spine, ready.layout, slab.points)
    x, y, skin, u = (_refine(slab, around[..., n]) for n in range(4))
    points = np.stack([_refine(slab, slab.points[..., n]) for n in range(3)], axis=-1)
    fine = to_texture(ready.texture, points, 1.1)
    coarse = _refine(slab, to_smooth_texture(ready.texture, slab.points, 5.0))
    values = np.empty((len(signals), *x.shape), dtype=np.float32)
    canvas = Canvas(values, signals, slab.pixel_mm)
    paint_torso(canvas, Around(x, y, skin, u), ready.spine, coarse)
    _paint_spine(ready, slab, canvas)
    sensitivity = _refine(slab, to_sensitivity(scanner, slab.points, around[..., 2]))
    values *= sensitivity * (1 + 0.035 * fine)
    _paint_markers(ready, slab, canvas)
    return values


def _paint_spine(ready: Prepared, slab: Slab, canvas: Canvas) -> None:
    """Paint the spine where the slab meets it, as the mean of several sub-slices."""
    faces = [to_spine(ready.layout.line, slab.points + side * slab.normal) for side in (-1, 1)]
    middle = _to_local(ready, slab, (faces[0] + faces[1]) / 2, slice(None), slice(None))
    paint_wings(canvas, middle, ready.spine, ready.layout)
    box = _to_box(slab, faces)
    if box is not None:
        _paint_thick(ready, slab, canvas, faces, *box)


def _paint_thick(
    ready: Prepared, slab: Slab, canvas: Canvas, faces: list[FloatArray], rows: slice, columns: slice
) -> None:
    count = max(1, round(slab.thickness_mm / SUBSLICE_MM))
    heights = (np.arange(count) + 0.5) / count
    below = to_part(canvas, rows, columns)
    total = np.zeros_like(below.values)
    for height in heights:
        local = _to_local(ready, slab, faces[0] * (1 - height) + faces[1] * height, rows, columns)
        part = Canvas(below.values.copy(), canvas.signals, canvas.edge_mm)
        _paint_subslice(ready, part, local)
        total += part.values
    below.values[:] = total / count


def _to_local(ready: Prepared, slab: Slab, coarse: FloatArray, rows: slice, columns: slice) -> Local:
    part = Slab(slab.points, slab.normal, slab.by_row[rows], slab.by_column[columns], slab.pixel_mm, slab.thickness_mm)
    slip = np.interp(coarse[..., 0], ready.layout.s, ready.layout.slip)
    return Local(*(_refine(part, field) for field in (coarse[..., 0], coarse[..., 1], coarse[..., 2] - slip)))


def _to_box(slab: Slab, faces: list[FloatArray]) -> tuple[slice, slice] | None:
    """The rows and columns that hold the spine, with a coarse cell to spare; None where there is none."""
    side, front, back = REACH_MM
    near = np.zeros(slab.points.shape[:2], dtype=bool)
    for face in faces:
        near |= (np.abs(face[..., 1]) < side) & (face[..., 2] > front) & (face[..., 2] < back)
    if not near.any():
        return None
    rows, columns = np.asarray(near.any(axis=1)), np.asarray(near.any(axis=0))
    return _to_span(slab.by_row, rows), _to_span(slab.by_column, columns)


def _to_span(matrix: Field, near: npt.NDArray[np.bool_]) -> slice:
    """The fine places that the coarse ones that are near, and their neighbours, have a part in."""
    wide = near | np.append(near[1:], False) | np.append(False, near[:-1])
    touched = np.flatnonzero((matrix[:, wide] > 0).any(axis=1))
    return slice(int(touched[0]), int(touched[-1]) + 1)


class Reach(NamedTuple):
    """A box in the curve's coordinates, mm: ``low`` and ``high`` in s, ``front`` and ``back`` in p, ``side`` in |a|."""

    low: float
    high: float
    front: float
    back: float
    side: float


def _paint_subslice(ready: Prepared, canvas: Canvas, local: Local) -> None:
    """The spine in one plane, from what lies behind in the picture to what covers it."""
    size, layout, spine = ready.spine.size, ready.layout, ready.spine
    windows = [(foramen, _to_window(canvas, local, _to_reach(foramen, size))) for foramen in ready.foramina]
    near = [(foramen, *window) for foramen, window in windows if window is not None]
    for foramen, part, here in near:
        paint_openings(part, here, foramen, size)
    canal = _to_window(canvas, local, Reach(0.0, float(layout.bottoms[-1]), 5.0, 48.0 * size, 17.0 * size))
    if canal is not None:
        paint_canal(*canal, ready.tables, to_steps(canal[1], len(layout.s)))
    paint_column(canvas, local, ready.tables, to_steps(local, len(layout.s)))
    paint_interspinous(canvas, local, spine, layout)
    for number in range(spine.vertebrae.index("S2")):
        top = float(layout.tops[number])
        arch = _to_window(canvas, local, Reach(top - 4 * size, top + 38 * size, 8.0, 80.0 * size, 44.0 * size))
        if arch is not None:
            paint_arch(*arch, spine, number, top)
            paint_spinous(*arch, spine, number, top)
    for foramen, part, here in near:
        paint_flavum(part, here, foramen, size)
        paint_facets(part, here, foramen, size)
        paint_recesses(part, here, foramen, size)
        paint_exiting_roots(part, here, foramen, size)
    if canal is not None:
        paint_sac(*canal, ready.tables, to_steps(canal[1], len(layout.s)), ready.roots)


def _to_reach(foramen: Foramen, size: float) -> Reach:
    return Reach(foramen.disc_s - 24 * size, foramen.disc_s + 24 * size, 6.0, 50.0 * size, 40.0 * size)


def _to_window(canvas: Canvas, local: Local, reach: Reach) -> tuple[Canvas, Local] | None:
    """The part of a picture within a reach; None where there is none."""
    stride = WINDOW_PX
    s, a, p = (field[::stride, ::stride] for field in (local.s, local.a, local.p))
    near = (s > reach.low) & (s < reach.high) & (p > reach.front) & (p < reach.back) & (np.abs(a) < reach.side)
    if not near.any():
        return None
    rows, columns = (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
    height = slice(max(0, rows[0] - 1) * stride, (rows[-1] + 1) * stride + 1)
    width = slice(max(0, columns[0] - 1) * stride, (columns[-1] + 1) * stride + 1)
    return to_part(canvas, height, width), Local(local.s[height, width], local.a[height, width], local.p[height, width])


def _paint_markers(ready: Prepared, slab: Slab, canvas: Canvas) -> None:
    """Bright balls, brightest in their middle, averaged over the slab's thickness."""
    for marker in ready.spine.markers:
        x, y, z = (_refine(slab, slab.points[..., n] - marker.centre[n]) for n in range(3))
        unit = slab.normal / np.linalg.norm(slab.normal)
        along = x * np.float32(unit[0]) + y * np.float32(unit[1]) + z * np.float32(unit[2])
        across = np.sqrt(np.maximum(x * x + y * y + z * z - along * along, 0))
        offset = np.abs(along)
        half = np.sqrt(np.maximum(marker.radius_mm**2 - across * across, 0))
        low, high = np.maximum(offset - half, -slab.thickness_mm / 2), np.minimum(offset + half, slab.thickness_mm / 2)
        share = np.clip((high - low) / slab.thickness_mm, 0, 1) * np.clip(1 - (across / marker.radius_mm) ** 2, 0, 1)
        paint(canvas, across - marker.radius_mm, Tissue.MARKER, share)
