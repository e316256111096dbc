"""Analytic spines for tests: an axis that bends at given rates, with bodies and discs along it."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from imaging.geometry import FloatArray
from imaging.landmarks import Landmarks

NAMES = ("T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1")
BODY_MM = np.array([24.0, 25, 26, 27, 27.5, 27.5, 27, 30])
DISC_MM = np.array([5.0, 6.5, 7.5, 9, 10, 11, 10.5])
LORDOSIS_SHARE = np.array([-0.05, 0.0, 0.08, 0.13, 0.19, 0.27, 0.33])
CENTROID_SHARE = np.array([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.43])
"""Where down a body its centroid lies; that of S1 narrows to the feet."""

BODY_WIDTH_MM = 45.0

STEP_MM = 0.05


class TrueSpine(NamedTuple):
    """Landmarks with the truth of the seven discs: centres and normals, (7, 3)."""

    landmarks: Landmarks
    centres: FloatArray
    normals: FloatArray


def make_spine(
    lordosis_deg: float = 45.0,
    slope_deg: float = 40.0,
    cobb_deg: float = 0.0,
    s_shaped: bool = False,
    disc_share: float = 0.75,
    apex: float = 0.5,
) -> TrueSpine:
    """A spine that bends by ``lordosis_deg`` from T12 to S1 and, sideways, by ``cobb_deg`` in each of its curves.

    ``disc_share`` of the bending of a segment, a disc with half a body above and below, happens in the disc. The upper
    endplate of S1 leans by ``slope_deg``.
    """
    sagittal = np.radians(lordosis_deg) * LORDOSIS_SHARE / LORDOSIS_SHARE.sum()
    tops = np.concatenate([[0.0], np.cumsum(BODY_MM[:-1] + DISC_MM)])
    discs = tops[:-1] + BODY_MM[:-1] + DISC_MM / 2
    along = (discs - discs[0]) / (discs[-1] - discs[0])
    coronal = np.radians(cobb_deg) * _to_scoliosis(along, s_shaped, apex)
    rates = [_to_rates(turns, disc_share) for turns in (sagittal, coronal)]
    spine = _integrate(rates[0], rates[1], np.radians(slope_deg))
    return _to_wedged(spine, coronal * (1 - disc_share))


def _to_wedged(spine: TrueSpine, turns: FloatArray) -> TrueSpine:
    """The bodies as wedges to the side, whose centroids lie outside the bend by turn x width^2 / (12 height)."""
    own = np.concatenate([[0.0], turns]) / 2 + np.concatenate([turns, [0.0]]) / 2
    points = spine.landmarks.points.copy()
    points[:, 0] -= own * BODY_WIDTH_MM**2 / (12 * BODY_MM)
    return spine._replace(landmarks=replace(spine.landmarks, points=points))


def _to_scoliosis(along: FloatArray, s_shaped: bool, apex: float) -> FloatArray:
    """The share of the Cobb angle that each disc bends sideways: one curve, or two of opposite sides."""
    if s_shaped:
        turns = np.sin(2 * np.pi * (along - apex + 0.5))
        return turns / np.abs(turns[along < apex]).sum()
    turns = np.exp(-(((along - apex) / 0.3) ** 2))
    return turns / turns.sum()


def _to_rates(turns: FloatArray, disc_share: float) -> FloatArray:
    """The bending per millimetre at every step of the axis, (steps,)."""
    rates = []
    half = np.concatenate([[0.0], turns, [0.0]]) * (1 - disc_share) / 2  # in the half bodies beside each disc
    for number, height in enumerate(BODY_MM):
        steps = round(height / STEP_MM / 2)
        rates += [
            np.full(steps, half[number] / (steps * STEP_MM)),
            np.full(steps, half[number + 1] / (steps * STEP_MM)),
        ]
        if number < len(DISC_MM):
            steps = round(DISC_MM[number] / STEP_MM)
            rates.append(np.full(steps, turns[number] * disc_share / (steps * STEP_MM)))
    return np.concatenate(rates)


def _integrate(sagittal: FloatArray, coronal: FloatArray, slope: float) -> TrueSpine:
    """The axis from its bends: angles of the downward direction, front to back and sideways."""
    pitch, yaw = np.cumsum(sagittal) * STEP_MM, np.cumsum(coronal) * STEP_MM
    starts = np.concatenate([[0.0], np.cumsum(BODY_MM[:-1] + DISC_MM)])
    at = lambda mm: np.round(np.asarray(mm) / STEP_MM).astype(int) - 1  # noqa: E731
    pitch = pitch - pitch[at(starts[-1])] + slope
    yaw = yaw - yaw.mean()
    down = np.column_stack([np.sin(yaw), np.cos(yaw) * np.sin(pitch), -np.cos(yaw) * np.cos(pitch)])
    axis = np.cumsum(down, axis=0) * STEP_MM
    middles, discs = at(starts + BODY_MM * CENTROID_SHARE), at(starts[:-1] + BODY_MM[:-1] + DISC_MM / 2)
    landmarks = Landmarks("spine", NAMES, axis[middles], np.ones(len(NAMES)))
    return TrueSpine(landmarks, axis[discs], -down[discs])
