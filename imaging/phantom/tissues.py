"""The tissues of a phantom and the signal each gives."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from imaging.phantom.centreline import Field
from imaging.study import Weighting


class Tissue(IntEnum):
    """What fills a place; the number is the row of RELAXATION."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    MARROW = 4
    CORTEX = 5
    ANNULUS = 6
    NUCLEUS_1 = 7
    NUCLEUS_2 = 8
    NUCLEUS_3 = 9
    NUCLEUS_4 = 10
    NUCLEUS_5 = 11
    CSF = 12
    ROOT = 13
    CORD = 14
    LIGAMENT = 15
    VESSEL = 16
    VEIN = 17
    FLUID = 18
    KIDNEY = 19
    BOWEL = 20
    MARKER = 21


RELAXATION = np.array([  # proton density, T1 ms, T2 ms (of a turbo spin echo: fat's is longer than a spin echo's)
    [0.00,  500.0,   50.0],
    [0.60,  700.0,   40.0],
    [1.00,  300.0,  105.0],
    [0.85,  900.0,   40.0],
    [0.75,  520.0,   78.0],
    [0.10,  600.0,   20.0],
    [0.62, 1000.0,   36.0],
    [0.95, 1250.0,  135.0],
    [0.92, 1200.0,  105.0],
    [0.88, 1100.0,   72.0],
    [0.82, 1000.0,   52.0],
    [0.76,  950.0,   42.0],
    [1.00, 4000.0, 1500.0],
    [0.85,  950.0,   85.0],
    [0.85,  950.0,   88.0],
    [0.42,  900.0,   30.0],
    [0.10, 1200.0,   60.0],
    [0.80, 1300.0,  140.0],
    [0.95, 3000.0,  700.0],
    [0.88, 1000.0,   88.0],
    [0.75,  850.0,   62.0],
    [8.00,  300.0, 1500.0],
])  # fmt: skip
"""Typical of 1.5 tesla, rounded; MARKER is no tissue: a blob brighter than all in every weighting."""


@dataclass(frozen=True)
class Timing:
    """Echo, repetition and inversion times of a spin echo, ms; no inversion where ``inversion_ms`` is 0."""

    echo_ms: float
    repetition_ms: float
    inversion_ms: float = 0.0


TIMINGS: dict[Weighting, Timing] = {
    Weighting.T2: Timing(100.0, 3500.0),
    Weighting.T1: Timing(11.0, 600.0),
    Weighting.STIR: Timing(50.0, 4000.0, 165.0),
}
"""The usual timing of each weighting that a phantom has."""


def to_signals(timing: Timing, contrast: Field) -> Field:
    """The signal of every tissue, (22,), between 0 and 1 but for the marker.

    ``contrast``, (22, 3), multiplies the tissues' densities and times: how a scanner or a patient departs from the
    typical.
    """
    density, t1, t2 = (RELAXATION * contrast).T
    recovered = 1 - np.exp(-timing.repetition_ms / t1)
    if timing.inversion_ms:
        recovered = np.abs(1 - 2 * np.exp(-timing.inversion_ms / t1) + np.exp(-timing.repetition_ms / t1))
    signal: Field = (density * recovered * np.exp(-timing.echo_ms / t2)).astype(np.float32)
    if timing.inversion_ms:
        signal[Tissue.MARKER] = RELAXATION[Tissue.MARKER, 0]
    return signal
