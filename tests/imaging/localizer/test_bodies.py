"""Probabilities to bodies: centroids in the patient, slices joined, touching bodies told apart."""

import numpy as np
import numpy.typing as npt
import pytest

from imaging.localizer.bodies import to_bodies
from imaging.localizer.slices import PIXEL_MM, Slices

SHAPE = (7, 96, 64)
STEP_MM = 4.0
FIRST = np.array([12.0, -40.0, 50.0])


def make_slices(offsets_mm: npt.NDArray[np.float64] | None = None) -> Slices:
    affine = np.eye(4)
    affine[:3, 0] = [0.0, PIXEL_MM, 0.0]
    affine[:3, 1] = [0.0, 0.0, -PIXEL_MM]
    affine[:3, 2] = [-STEP_MM if offsets_mm is None else -1.0, 0.0, 0.0]
    affine[:3, 3] = FIRST
    return Slices(np.zeros(SHAPE, np.float32), np.ones(SHAPE, np.bool_), affine, offsets_mm)


def draw_box(rows: slice, columns: slice, slices: slice = slice(1, 6), value: float = 0.98) -> npt.NDArray[np.float32]:
    probabilities = np.zeros(SHAPE, np.float32)
    probabilities[slices, rows, columns] = value
    return probabilities


def test_a_body_s_centroid_is_in_the_patient() -> None:
    (body,) = to_bodies(draw_box(slice(10, 29), slice(20, 43)), make_slices())
    assert body.centroid == pytest.approx(FIRST + np.array([-3 * STEP_MM, 31 * PIXEL_MM, -19 * PIXEL_MM]))
    assert body.area_mm2 == pytest.approx((19 * 23 - 4) * PIXEL_MM**2)  # the corners are rounded
    assert body.probability == pytest.approx(0.98)


def test_uneven_slices_count_where_they_lie() -> None:
    offsets = np.array([0.0, 4.0, 8.0, 12.0, 30.0, 34.0, 38.0])
    (body,) = to_bodies(draw_box(slice(10, 29), slice(20, 43), slice(3, 5)), make_slices(offsets))
    assert body.centroid[0] == pytest.approx(FIRST[0] - 21.0)


def test_bodies_that_touch_are_told_apart_by_their_seam() -> None:
    both = draw_box(slice(10, 29), slice(20, 43)) + draw_box(slice(31, 50), slice(20, 43))
    both += draw_box(slice(29, 31), slice(20, 43), value=0.6)
    bodies = to_bodies(both, make_slices())
    assert sorted(round(float(body.centroid[2] - FIRST[2]) / -PIXEL_MM) for body in bodies) == [19, 40]


def test_a_touch_in_one_slice_does_not_join_two_bodies() -> None:
    both = draw_box(slice(10, 29), slice(20, 43)) + draw_box(slice(33, 52), slice(20, 43))
    both[5] = draw_box(slice(10, 52), slice(20, 43))[5]
    bodies = to_bodies(both, make_slices())
    assert len(bodies) == 2 and all(body.area_mm2 < 1100 for body in bodies)


def test_specks_are_no_bodies() -> None:
    assert to_bodies(draw_box(slice(10, 15), slice(20, 25)), make_slices()) == ()
    assert to_bodies(np.zeros(SHAPE, np.float32), make_slices()) == ()


def test_bodies_that_blur_in_the_outer_slices_keep_to_their_places() -> None:
    both = draw_box(slice(10, 29), slice(20, 43)) + draw_box(slice(33, 52), slice(20, 43))
    for outer in (0, 1, 6):
        both[outer] = draw_box(slice(8, 54), slice(14, 43), slice(0, 7))[outer]
    bodies = to_bodies(both, make_slices())
    assert sorted(round(float(body.centroid[2] - FIRST[2]) / -PIXEL_MM) for body in bodies) == [19, 42]
