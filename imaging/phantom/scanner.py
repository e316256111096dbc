"""What a scanner makes of the tissues' signals: contrast, shading, blur, ghosts, noise and integers."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from imaging.geometry import FloatArray
from imaging.phantom.centreline import Field
from imaging.phantom.scene import MAX_SIGNAL, Voxels
from imaging.phantom.tissues import RELAXATION, Timing, TIMINGS, Tissue
from imaging.study import Weighting


@dataclass(frozen=True)
class Scanner:
    """One scanner as it was on one day.

    ``timings``: of each weighting. ``contrast``: (tissue, 3), factors of density, T1 and T2. ``gain``: the integer of
    signal 1. ``noise``: spread of the noise, of signal 1. ``coil_mm``: how deep under the back the coil's sensitivity
    has fallen to half. ``shading``: (3,), relative change along x, y and z over 100 mm. ``blur_px``: in the plane.
    ``ghost``: strength of a patient's movement along the columns, a share of the signal.
    """

    timings: dict[Weighting, Timing]
    contrast: Field
    gain: float = 2000.0
    noise: float = 0.012
    coil_mm: float = 220.0
    shading: tuple[float, float, float] = (0.0, 0.0, 0.0)
    blur_px: float = 0.4
    ghost: float = 0.0


def to_plain_scanner() -> Scanner:
    """A scanner of typical timing, with no noise, shading, blur or ghosts."""
    return Scanner(dict(TIMINGS), np.ones(RELAXATION.shape, dtype=np.float32), noise=0.0, coil_mm=np.inf, blur_px=0.0)


def draw_scanner(rng: np.random.Generator) -> Scanner:
    """A scanner, and how this patient's tissues look in it."""
    stretch = {weighting: (rng.uniform(0.88, 1.12), rng.uniform(0.85, 1.2)) for weighting in TIMINGS}
    timings = {
        weighting: Timing(
            timing.echo_ms * stretch[weighting][0], timing.repetition_ms * stretch[weighting][1], timing.inversion_ms
        )
        for weighting, timing in TIMINGS.items()
    }
    contrast = np.exp(rng.normal(0, 0.06, RELAXATION.shape)).astype(np.float32)
    contrast[Tissue.MARKER] = 1
    return Scanner(
        timings,
        contrast,
        gain=float(np.exp(rng.uniform(np.log(700), np.log(2600)))),
        noise=float(rng.uniform(0.006, 0.022)),
        coil_mm=float(rng.uniform(85, 260)),
        shading=(float(rng.normal(0, 0.04)), float(rng.normal(0, 0.05)), float(rng.normal(0, 0.08))),
        blur_px=float(rng.uniform(0.2, 0.65)),
        ghost=float(max(0.0, rng.normal(-0.01, 0.015))),
    )


def to_sensitivity(scanner: Scanner, points: FloatArray, skin_mm: FloatArray) -> Field:
    """The coil's sensitivity at LPS points, (..., 3), that lie so deep under the back, (...)."""
    coil = 1.25 / (1 + (np.maximum(skin_mm, 0) / scanner.coil_mm) ** 2)
    slope = 1 + points @ (np.array(scanner.shading) / 100.0)
    return np.asarray(coil * np.clip(slope, 0.4, 1.8), dtype=np.float32)


def to_voxels(scanner: Scanner, signal: Field, rng: np.random.Generator) -> Voxels:
    """Integers of 12 bits of a slice's signal, (row, column): blurred, ghosted, and as a magnitude with its noise."""
    if scanner.blur_px:
        for axis in (0, 1):
            signal = gaussian_filter1d(signal, scanner.blur_px, axis=axis, mode="nearest", truncate=2.5)
    if scanner.ghost:
        shift = signal.shape[0] // 3
        signal = signal + scanner.ghost * np.roll(signal, shift, axis=0)
    if scanner.noise:
        real = rng.standard_normal(signal.shape, dtype=np.float32) * np.float32(scanner.noise)
        imaginary = rng.standard_normal(signal.shape, dtype=np.float32) * np.float32(scanner.noise)
        signal = np.sqrt((signal + real) ** 2 + imaginary**2)
    voxels: Voxels = np.clip(np.rint(signal * np.float32(scanner.gain)), 0, MAX_SIGNAL).astype(np.uint16)
    return voxels
