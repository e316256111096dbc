"""Masks from four corners, and corners from masks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.localizer.corners import fill_corners, find_corners, to_boxes

SHAPE = (90, 100)
RECTANGLE = np.array([(10, 20), (39, 20), (39, 44), (10, 44)], dtype=np.float64)
WEDGE = np.array([(15, 30), (75, 30), (57, 46), (33, 46)], dtype=np.float64)
TRAPEZOID = np.array([(20, 20), (60, 24), (52, 50), (26, 44)], dtype=np.float64)


def test_a_rectangle_holds_its_edge() -> None:
    mask = fill_corners(RECTANGLE, SHAPE)
    assert mask.sum() == 30 * 25
    assert mask[20, 10]
    assert mask[44, 39]
    assert not mask[19].any()
    assert not mask[:, 40].any()


def test_the_way_round_does_not_matter() -> None:
    assert np.array_equal(fill_corners(TRAPEZOID, SHAPE), fill_corners(TRAPEZOID[::-1], SHAPE))


def test_the_area_of_a_trapezoid() -> None:
    x, y = TRAPEZOID.T
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    assert fill_corners(TRAPEZOID, SHAPE).sum() == pytest.approx(area, rel=0.05)


@settings(max_examples=25, deadline=None)
@given(degrees=st.floats(0, 180), corners=st.sampled_from([RECTANGLE, TRAPEZOID, WEDGE]))
def test_corners_of_a_mask_are_those_it_was_made_from(degrees: float, corners: np.ndarray) -> None:
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned = (corners - corners.mean(axis=0)) @ matrix.T + (50, 45)
    found = find_corners(fill_corners(turned, SHAPE))
    distances = np.linalg.norm(found[:, None] - turned[None], axis=-1)
    assert distances.min(axis=0).max() < 4
    assert distances.min(axis=1).max() < 4


def test_every_body_of_a_mask_becomes_its_own_box() -> None:
    body = fill_corners(RECTANGLE, SHAPE)
    waisted = body.copy()
    waisted[28:36, 10:13] = waisted[28:36, 37:40] = False
    other = np.roll(waisted, 40, axis=1)
    assert np.array_equal(to_boxes(waisted | other), body | np.roll(body, 40, axis=1))


def test_a_speck_stays() -> None:
    mask = np.zeros(SHAPE, np.bool_)
    mask[3, 4:6] = True
    assert np.array_equal(to_boxes(mask), mask)
    with pytest.raises(ValueError, match="2 pixels"):
        find_corners(mask)
