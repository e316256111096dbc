"""Slices of phantoms: the same from the same seed, masks that are true of the spine, anterior at the left."""

import numpy as np
from scipy import ndimage

from imaging.geometry import transform
from imaging.localizer.slices import SIZE
from imaging.phantom.anatomy import Numbering, to_plain_spine
from imaging.phantom.truth import to_centroids
from training.localizer.phantoms import make_phantom, mark


def test_the_same_seed_makes_the_same_slices() -> None:
    (one,), (same,), (other,) = (make_phantom(1, seed, 1) for seed in (0, 0, 1))
    assert np.array_equal(one.pixels, same.pixels)
    assert np.array_equal(one.masks, same.masks)
    assert not np.array_equal(one.pixels, other.pixels)
    assert one.known.all()
    lumbar, s1 = one.masks
    assert ndimage.label(lumbar)[1] >= 6
    assert ndimage.label(s1)[1] == 1
    assert ndimage.center_of_mass(s1)[0] > np.nonzero(lumbar)[0].max() - 10
    assert not (one.masks & ~one.inside).any()


def test_marks_are_the_bodies_of_the_spine() -> None:
    """On a canvas through the middle of a plain spine: a body at each centroid, S1 by itself, no S2."""
    for numbering in (Numbering.USUAL, Numbering.SIX):
        spine = to_plain_spine(numbering)
        affine = np.eye(4)
        affine[:3, 0], affine[:3, 1], affine[:3, 2] = (0, 1.4, 0), (0, 0, -1.4), (-1, 0, 0)
        affine[:3, 3] = (0.0, -(SIZE - 1) / 2 * 1.4, (SIZE - 1) / 2 * 1.4)
        lumbar, s1 = mark(spine, affine)
        for name, centroid in to_centroids(spine).items():
            column, row, _ = transform(np.linalg.inv(affine), centroid).round().astype(int)
            assert (lumbar[row, column], s1[row, column]) == (name != "S1", name == "S1"), name
        areas, count = ndimage.label(lumbar)
        assert count >= len(to_centroids(spine)) - 1  # and the thoracic ones that the canvas has room for
        s1_area, usual = s1.sum(), np.median(np.bincount(areas.ravel())[1:])
        assert 0.5 * usual < s1_area < 2 * usual
