"""Small columns of bright bodies on the canvas: anterior at the left, S1 below them."""

from dataclasses import replace

import numpy as np

from imaging.localizer.slices import SIZE
from training.localizer.corners import fill_corners
from training.localizer.marked import MarkedSlice

BODY = np.array([(0, 0), (30, 0), (30, 20), (0, 20)], dtype=np.float64)
S1 = np.array([(0, 0), (28, 6), (22, 22), (4, 16)], dtype=np.float64)


def to_finer(marked: MarkedSlice) -> MarkedSlice:
    """The slice on a canvas of twice as many rows and columns."""
    pixels, inside = (each.repeat(2, axis=0).repeat(2, axis=1) for each in (marked.pixels, marked.inside))
    masks = marked.masks.repeat(2, axis=1).repeat(2, axis=2)
    return replace(marked, pixels=pixels, inside=inside, masks=masks)


def make_slice(seed: int, has_s1: bool = True, source: str = "phantom") -> MarkedSlice:
    """Three bodies, brighter than the noise around them, S1 the brightest, and a dark canal behind them."""
    rng = np.random.default_rng(seed)
    left, top = rng.integers(90, 130), rng.integers(60, 90)
    shape = (SIZE, SIZE)
    bodies = np.any([fill_corners(BODY + np.array([left, top + 28 * n]), shape) for n in range(3)], axis=0)
    s1 = fill_corners(S1 + np.array([left, top + 84]), shape)
    pixels = rng.normal(0.3, 0.03, shape)
    pixels[bodies], pixels[s1] = 0.6, 1.0
    pixels[:, left + 34 : left + 40] = 0.0
    masks = np.stack([bodies, s1 & has_s1])
    inside = np.ones(shape, np.bool_)
    return MarkedSlice(source, seed, "0", pixels.astype(np.float32), inside, masks, np.array([True, has_s1]))
