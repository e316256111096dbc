"""The paper's criteria, Dice and centroid errors on constructed cases."""

import numpy as np
import pytest

from training.localizer.metrics import judge_success, to_centroid_errors_mm, to_dice

SHAPE = (60, 40)


def box(top: int, left: int = 10, height: int = 8, width: int = 12) -> np.ndarray:
    mask = np.zeros(SHAPE, np.bool_)
    mask[top : top + height, left : left + width] = True
    return mask


TRUE = [box(2), box(14), box(26)]
S1 = box(40)


def test_all_three_criteria_hold() -> None:
    success = judge_success([box(3), box(14, 11), box(25)], TRUE, [box(41)], [S1])
    assert (success.are_solitary, success.same_number, success.s1_is_apart) == (True, True, True)
    assert success.is_usable


@pytest.mark.parametrize(
    ("found", "found_s1", "criteria"),
    [
        ([box(2, height=20), box(26)], [S1], (False, False, True)),  # two vertebrae as one
        ([box(2), box(14)], [S1], (True, False, True)),  # one was not seen
        ([*TRUE, box(2, left=26)], [S1], (False, False, True)),  # something that is no vertebra
        ([box(2), box(14), box(26, left=24)], [S1], (False, True, True)),  # beside the vertebra
        ([box(2), box(14), box(26, height=16)], [S1], (True, True, False)),  # L5 reaches into S1
        (TRUE, [], (True, False, True)),
        (TRUE, [S1, box(52, height=4)], (False, False, True)),
        (TRUE, [box(50)], (False, True, True)),
    ],
)  # fmt: skip
def test_each_criterion_can_fail(
    found: list[np.ndarray], found_s1: list[np.ndarray], criteria: tuple[bool, ...]
) -> None:
    success = judge_success(found, TRUE, found_s1, [S1])
    assert (success.are_solitary, success.same_number, success.s1_is_apart) == criteria
    assert not success.is_usable


def test_s1_that_was_not_marked_is_judged_by_its_overlap_only() -> None:
    assert judge_success(TRUE, TRUE, [], None).is_usable
    assert judge_success(TRUE, TRUE, [box(50)], None).is_usable
    assert not judge_success(TRUE, TRUE, [box(30)], None).s1_is_apart


def test_centroid_errors_are_millimetres() -> None:
    found = [box(5), box(14, 12), box(50)]  # three rows off, two columns off, none
    np.testing.assert_allclose(to_centroid_errors_mm(found, TRUE, (2.0, 0.5)), [6.0, 1.0])
    assert to_centroid_errors_mm([], TRUE, (1.0, 1.0)).shape == (0,)


def test_centroid_errors_in_three_dimensions() -> None:
    true, found = np.zeros((2, 6, 10, 10), np.bool_)
    true[1:5, 2:8, 2:8] = True
    found[2:6, 2:8, 2:8] = True
    np.testing.assert_allclose(to_centroid_errors_mm([found], [true], (4.0, 1.0, 1.0)), [4.0])


def test_dice_by_hand() -> None:
    assert to_dice(box(0), box(0)) == 1.0
    assert to_dice(box(0), box(4)) == pytest.approx(2 * 4 * 12 / (2 * 8 * 12))
    assert to_dice(box(0), box(30)) == 0.0
    nothing = np.zeros(SHAPE, np.bool_)
    assert to_dice(nothing, nothing) == 1.0
