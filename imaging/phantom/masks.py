"""Masks of a phantom on any grid: vertebral bodies, discs and the thecal sac, as they are without partial volume."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.geometry import FloatArray
from imaging.phantom.anatomy import Spine
from imaging.phantom.centreline import Field, STEP_MM, to_spine
from imaging.phantom.layout import lay_out, Layout
from imaging.phantom.outline import is_in_outline
from imaging.phantom.profiles import Profiles, to_profiles

Mask = npt.NDArray[np.uint8]

MARGIN_MM = 35.0
"""How far from the curve a mask can reach; the search for coordinates stops there."""


@dataclass(frozen=True)
class Masks:
    """Labels of every voxel, (slice, row, column), 0 where there is nothing.

    ``vertebrae``: a body's place in ``Spine.vertebrae``, from 1. ``discs``: the same of the vertebra above. ``canal``:
    1 in the thecal sac.
    """

    vertebrae: Mask
    discs: Mask
    canal: Mask


def to_masks(spine: Spine, affine: FloatArray, shape: tuple[int, int, int]) -> Masks:
    """The masks at voxel centres: what a perfect reader would draw on infinitely thin slices.

    ``affine``: 4 x 4, (i, j, k) to LPS mm.
    """
    layout = lay_out(spine)
    profiles = to_profiles(spine, layout)
    masks = Masks(*(np.zeros(shape, dtype=np.uint8) for _ in range(3)))
    rows, columns = np.mgrid[: shape[1], : shape[2]]
    for k in range(shape[0]):
        start = affine[:3, 3] + k * affine[:3, 2]
        points = start + columns[..., None] * affine[:3, 0] + rows[..., None] * affine[:3, 1]
        _fill(masks, k, points, layout, profiles)
    return masks


def _fill(masks: Masks, k: int, points: FloatArray, layout: Layout, profiles: Profiles) -> None:
    line = layout.line.points
    middles = np.stack([np.interp(-points[..., 2], -line[:, 2], line[:, n]) for n in range(2)], axis=-1)
    near = np.linalg.norm(points[..., :2] - middles, axis=-1) < 2 * MARGIN_MM
    if not near.any():
        return
    s, a, p = np.moveaxis(to_spine(layout.line, points[near]), -1, 0)
    at = np.clip(np.rint(s / STEP_MM), 0, len(layout.s) - 1).astype(np.intp)
    p = p - layout.slip[at]
    column = is_in_outline(a / profiles.half_width[at], (p - profiles.offset[at]) / profiles.half_depth[at])
    number = np.searchsorted(layout.tops, s, side="right")
    bone = column & (number > 0) & (s <= layout.bottoms[np.maximum(number, 1) - 1])
    masks.vertebrae[k][near] = np.where(bone, number, 0)
    masks.discs[k][near] = np.where(column & ~bone & (number > 0) & (number < len(layout.tops)), number, 0)
    masks.canal[k][near] = _is_in_sac(profiles, at, a, p) & (s >= 0) & (s <= layout.s[-1])


def _is_in_sac(profiles: Profiles, at: npt.NDArray[np.intp], a: FloatArray, p: FloatArray) -> npt.NDArray[np.bool_]:
    def size(table: Field) -> Field:
        return np.maximum(table[at], 0.3)

    u, v = a / size(profiles.sac_half_width), (p - profiles.sac_middle[at]) / size(profiles.sac_half_depth)
    inside: npt.NDArray[np.bool_] = u * u + v * v <= 1
    return inside
