"""A spine laid out along its centre curve: where each vertebra and disc begins, and the curve in the patient."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from imaging.geometry import FloatArray
from imaging.phantom.anatomy import Scoliosis, Spine
from imaging.phantom.centreline import Centreline, integrate, STEP_MM, to_patient

DISC_SHARE = 0.45
"""How much more the curve bends in the discs than in the bodies."""


SMOOTHING_MM = 16.0

SAGITTAL_CURVATURE = (
    [-1.6, -0.55, -0.25, 0.00, 0.5, 0.85, 1.0, 1.12, 1.25, 1.6],
    [-0.35, -0.35, -0.05, 0.35, 0.8, 1.5, 1.4, 0.20, -1.5, -1.5],
)
"""Along the spine, 0 at the head of L1 and 1 at the head of S1: thoracic kyphosis, lordosis, sacral kyphosis."""

SWAY: dict[Scoliosis, tuple[list[float], list[float]]] = {
    Scoliosis.C: ([-1.6, -0.15, 1.00, 1.1, 1.6], [0.5, 0.5, -0.5, -0.5, -0.5]),
    Scoliosis.S: ([-1.6, -1.2, -0.15, 0.85, 1.1, 1.6], [-0.3, -0.3, 0.5, -0.5, -0.3, -0.3]),
}
"""The sideways tilt along the spine: one curve, its apex near L3; or that below a thoracic one."""


@dataclass(frozen=True)
class Layout:
    """Places along the curve, mm from its head end, and the curve itself.

    ``tops``, ``bottoms``: (n,), the endplates of each vertebra. ``line``: in the patient. ``slip``: (m,), at every
    STEP_MM, how far all that is there lies in front (-) or behind (+) the curve by listhesis.
    """

    tops: FloatArray
    bottoms: FloatArray
    line: Centreline
    slip: FloatArray

    @property
    def s(self) -> FloatArray:
        """The places of the line's points, (m,)."""
        return np.arange(len(self.line.points), dtype=np.float64) * STEP_MM

    @property
    def middles(self) -> FloatArray:
        """Of the vertebrae, (n,)."""
        middles: FloatArray = (self.tops + self.bottoms) / 2
        return middles

    @property
    def disc_middles(self) -> FloatArray:
        """Midway between two endplates, (n - 1,)."""
        middles: FloatArray = (self.bottoms[:-1] + self.tops[1:]) / 2
        return middles


def lay_out(spine: Spine) -> Layout:
    """The layout of a spine; the middle of L3 lies at its centre."""
    heights = np.array(spine.heights_mm)
    gaps = np.array([disc.height_mm for disc in spine.discs])
    tops = np.concatenate([[0.0], np.cumsum(heights[:-1] + gaps)])
    bottoms = tops + heights
    s = np.arange(0, bottoms[-1] + STEP_MM, STEP_MM)
    line = integrate(*_to_tilts(spine, s, tops, bottoms))
    middle = spine.vertebrae.index("L3")
    at = to_patient(line, np.array((tops[middle] + bottoms[middle]) / 2), np.array(0.0), np.array(0.0))
    moved = Centreline(line.points + np.array(spine.centre) - at, line.left, line.post, line.down)
    return Layout(tops, bottoms, moved, _to_slip(spine, s, tops, bottoms))


def to_step(s: FloatArray, low: float, high: float) -> FloatArray:
    """0 before low, 1 after high, smooth between."""
    share = np.clip((s - low) / (high - low), 0, 1)
    smooth: FloatArray = share * share * (3 - 2 * share)
    return smooth


def _to_slip(spine: Spine, s: FloatArray, tops: FloatArray, bottoms: FloatArray) -> FloatArray:
    slip = np.zeros_like(s)
    for disc, low, high in zip(spine.discs, bottoms[:-1], tops[1:], strict=True):
        slip -= disc.slip_mm * (1 - to_step(s, low, high))
    return slip


def _to_tilts(
    spine: Spine, s: FloatArray, tops: FloatArray, bottoms: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The tilts to the back and to the left, and the rotation, radians, at every s."""
    names, bend = spine.vertebrae, spine.bend
    first, sacrum = tops[names.index("L1")], tops[names.index("S1")]
    u = (s - first) / (sacrum - first)  # 0 at the head of L1, 1 at the head of S1
    curvature = _to_smooth(np.interp(u, *SAGITTAL_CURVATURE), s) * _to_joints(s, tops, bottoms, float(sacrum))
    turned = np.cumsum(curvature)
    start, end = np.interp([0.0, 1.0], u, turned)
    sagittal = bend.sacral_slope - bend.lordosis * (end - turned) / (end - start)
    sway = _to_smooth(np.interp(u, *SWAY[bend.scoliosis]), s)
    coronal = bend.cobb * sway / (sway.max() - sway.min())
    rotation = bend.rotation * np.exp(-(((u - 0.4) / 0.5) ** 2))
    return np.radians(sagittal), np.radians(coronal), np.radians(rotation)


def _to_joints(s: FloatArray, tops: FloatArray, bottoms: FloatArray, sacrum: float) -> FloatArray:
    """How much the spine bends at each place: more in discs than in bodies, evenly in the sacrum."""
    knots = np.sort(np.concatenate([bottoms[:-1], tops[1:], (tops + bottoms) / 2, (bottoms[:-1] + tops[1:]) / 2]))
    disc = np.isin(knots, (bottoms[:-1] + tops[1:]) / 2)
    body = np.isin(knots, (tops + bottoms) / 2)
    values = 1 + DISC_SHARE * (disc.astype(float) - body.astype(float))
    bend: FloatArray = np.where(s < sacrum, np.interp(s, knots, values), 1.0)
    return bend


def _to_smooth(values: FloatArray, s: FloatArray) -> FloatArray:
    return np.asarray(gaussian_filter1d(values, SMOOTHING_MM / (s[1] - s[0]), mode="nearest"), dtype=np.float64)
