"""How a slice is varied in training: parameters drawn first, applied by ``training.localizer.vary``. No torch here.

Nothing mirrors: anterior stays at the left and the head up, as ``imaging.localizer.slices`` lays every slice.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.geometry import FloatArray
from imaging.localizer.slices import FIELD_MM
from training.localizer.config import VariationSettings

BIAS_SHAPE = (4, 3)
KNOTS = 6
"""Of a random curve of intensities, evenly from 0 to 1.25 of the unit range."""


@dataclass(frozen=True)
class Variation:
    """One variation of a slice.

    ``matrix``: (2, 3), from a pixel's (column, row) in the window to the canvas's. ``window``: (rows, columns).
    ``bias``: (4, 3), the logarithm of a smooth gain. ``curve``: the intensities at KNOTS, or empty. ``noise``: its
    standard deviation in the unit range. ``cut_top, cut_bottom``: rows of the window without image.
    """

    matrix: FloatArray
    window: tuple[int, int]
    bias: FloatArray
    gamma: float
    curve: tuple[float, ...]
    is_blurred: bool
    noise: float
    cut_top: int
    cut_bottom: int


def draw_variation(
    rng: np.random.Generator, settings: VariationSettings, middle: tuple[float, float], size: int
) -> Variation:
    """A variation within the settings; ``middle``: (column, row) on the canvas about which the window lies.

    ``size``: of the canvas. Every call draws as many numbers, whatever the settings are.
    """
    geometry = rng.uniform(-1.0, 1.0, 6)
    gamma = float(np.exp(settings.gamma * rng.uniform(-1.0, 1.0)))
    bias = rng.normal(size=BIAS_SHAPE) * settings.bias * rng.uniform(0.0, 1.0)
    curve = tuple(rng.uniform(0.0, 1.0, KNOTS).tolist())
    chances, cuts, noise = rng.uniform(0.0, 1.0, 4), rng.uniform(0.0, 1.0, 2), rng.uniform(0.0, 1.0)
    most = settings.cut_mm / (FIELD_MM / size)
    window = to_window(settings, size)
    return Variation(
        matrix=_to_matrix(geometry, settings, window, middle, size),
        window=window,
        bias=bias,
        gamma=gamma,
        curve=curve if chances[0] < settings.curve_probability else (),
        is_blurred=bool(chances[1] < settings.blur_probability),
        noise=float(settings.noise * noise),
        cut_top=int(most * cuts[0]) if chances[2] < settings.cut_top_probability else 0,
        cut_bottom=int(most * cuts[1]) if chances[3] < settings.cut_bottom_probability else 0,
    )


def to_window(settings: VariationSettings, size: int) -> tuple[int, int]:
    """The (rows, columns) that are learnt at a time; a side of 0 is the canvas's."""
    rows, columns = settings.window
    return rows or size, columns or size


def _to_matrix(
    drawn: npt.NDArray[np.float64],
    settings: VariationSettings,
    shape: tuple[int, int],
    middle: tuple[float, float],
    size: int,
) -> FloatArray:
    """Turned, scaled and sheared about the window's middle, which lies at ``middle``, shifted, as far as it can."""
    angle = np.radians(settings.rotation_deg) * drawn[0]
    scale, aspect = np.exp(settings.scale * drawn[1]), np.exp(settings.aspect * drawn[2])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[1.0, settings.shear * drawn[3]], [0.0, 1.0]])
    linear = turn @ shear @ np.diag([aspect, 1.0 / aspect]) / scale
    window = np.array(shape[::-1], dtype=np.float64)  # (columns, rows)
    room = (size - window) / 2
    at_rest = (size - 1) / 2 + np.clip(np.array(middle) - (size - 1) / 2, -room, room)
    centre = at_rest + np.array(settings.shift_mm) / (FIELD_MM / size) * drawn[4:6]
    return np.column_stack([linear, centre - linear @ ((window - 1) / 2)])
