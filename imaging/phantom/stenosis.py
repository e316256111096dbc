"""From a severity to the size of what is narrowed: the tables by which every stenosis of the phantom is built.

A size is a share of the normal one. It falls steadily with severity, so that severity can be read from the picture; the
numbers follow usual criteria: a canal of 100 mm2 and less is moderately, of 60 mm2 severely narrow; a foramen loses the
fat around its root at grade 2 and touches or squeezes the root at 3 (Lee et al. 2010).
"""

from dataclasses import dataclass

import numpy as np

from imaging.geometry import FloatArray

SEVERITY = np.array([-0.6, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.6])
CANAL_AREA = np.array([1.08, 1.00, 0.88, 0.74, 0.60, 0.47, 0.35, 0.24, 0.13])
FORAMEN_AREA = np.array([1.10, 1.00, 0.86, 0.71, 0.56, 0.41, 0.27, 0.15, 0.06])
RECESS_WIDTH = np.array([1.10, 1.00, 0.87, 0.73, 0.58, 0.43, 0.29, 0.16, 0.06])

CANAL_HALF_DEPTH_MM = 7.2
CANAL_HALF_WIDTH_MM = 9.0
FORAMEN_HALF_HEIGHT_MM = 8.8
FORAMEN_HALF_DEPTH_MM = 5.0
RECESS_HALF_WIDTH_MM = 3.3
"""Normal sizes of the thecal sac at a disc (204 mm2), of the fat of a foramen and of a lateral recess."""


@dataclass(frozen=True)
class Opening:
    """The half sizes, mm, of an opening: across (``half_depth_mm``: front to back) and the other way."""

    half_depth_mm: float
    half_other_mm: float

    @property
    def area_mm2(self) -> float:
        """Of the ellipse."""
        return float(np.pi * self.half_depth_mm * self.half_other_mm)


def to_canal(severity: float, shift: float, scale: float) -> Opening:
    """The thecal sac at the disc: half depth and half width. ``shift``: the natural logarithm moved to the depth."""
    share = np.sqrt(_look_up(CANAL_AREA, severity))
    depth, width = CANAL_HALF_DEPTH_MM * scale, CANAL_HALF_WIDTH_MM * scale
    return Opening(float(depth * share * np.exp(shift)), float(width * share * np.exp(-shift)))


def to_foramen(severity: float, shift: float, scale: float) -> Opening:
    """The foramen's fat: half depth and half height."""
    share = _look_up(FORAMEN_AREA, severity)
    depth, height = FORAMEN_HALF_DEPTH_MM * scale, FORAMEN_HALF_HEIGHT_MM * scale
    return Opening(float(depth * share**0.6 * np.exp(shift)), float(height * share**0.4 * np.exp(-shift)))


def to_recess(severity: float, shift: float, scale: float) -> Opening:
    """The lateral recess: half depth and half width."""
    share = _look_up(RECESS_WIDTH, severity)
    size = RECESS_HALF_WIDTH_MM * scale
    return Opening(float(size * share**0.8 * np.exp(shift)), float(size * share * np.exp(-shift)))


def _look_up(table: FloatArray, severity: float) -> float:
    return float(np.interp(severity, SEVERITY, table))
