"""Slices of a phantom."""

from dataclasses import replace

import numpy as np

from imaging.geometry import FloatArray, to_affine, transform
from imaging.phantom.anatomy import draw_spine, Marker, to_plain_spine
from imaging.phantom.render import render
from imaging.phantom.scanner import draw_scanner, to_plain_scanner
from imaging.study import Weighting


def to_sagittal(slices: int = 3, pixels: int = 96, pixel_mm: float = 2.5) -> tuple[FloatArray, tuple[int, int, int]]:
    x, y = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, -1.0])
    half = pixel_mm * (pixels - 1) / 2
    origin = np.array([5.0 * (slices - 1) / 2, 10.0 - half, half])
    affine = to_affine((x, y), (pixel_mm, pixel_mm), np.array([-5.0, 0.0, 0.0]), origin)
    return affine, (slices, pixels, pixels)


def test_one_seed_one_picture() -> None:
    affine, shape = to_sagittal(1)
    pictures = [
        render(draw_spine(rng), affine, shape, 4.0, Weighting.T2, draw_scanner(rng), rng)
        for rng in (np.random.default_rng(5), np.random.default_rng(5), np.random.default_rng(6))
    ]
    assert pictures[0].dtype == np.uint16
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_marker_is_the_brightest_where_it_is_put() -> None:
    affine, shape = to_sagittal(5)
    place = transform(affine, np.array([40.0, 50.0, 1.0]))
    spine = replace(to_plain_spine(), markers=(Marker((float(place[0]), float(place[1]), float(place[2])), 4.0),))
    voxels = render(
        spine, affine, shape, 5.0, Weighting.T2, replace(to_plain_scanner(), gain=400), np.random.default_rng(0)
    )
    assert np.unravel_index(voxels.argmax(), voxels.shape) == (1, 50, 40)
