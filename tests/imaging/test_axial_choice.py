from dataclasses import replace

import numpy as np
import pytest

from imaging.augmentation import to_rotation
from imaging.axial_choice import AxialChoiceSettings, choose_stacks, rate_stack
from imaging.frames import DiscFrame
from imaging.grids import AXIAL
from imaging.study import Stack
from imaging.volume import Volume
from lexicons.vocabulary import Level
from tests.imaging.random_volumes import make_volume

UP = DiscFrame(Level.L3_L4, np.zeros(3), *np.eye(3))


def a_stack(
    tilt_deg: float = 0.0, centre=(0.0, 0.0, 0.0), slices: int = 5, step: float = 4.0, size: int = 200
) -> Volume:
    axes = to_rotation((tilt_deg, 0.0, 0.0))
    volume = make_volume(np.random.default_rng(0), (slices, size, size), (1.0, 1.0, step), np.array(centre), axes)
    return replace(volume, thickness_mm=step)


def test_a_stack_in_the_disc_covers_it_all() -> None:
    (rating,) = choose_stacks([a_stack()], UP)
    assert rating.number == 0
    assert rating.coverage == 1.0
    assert rating.angle_deg == pytest.approx(0.0, abs=1e-6)
    assert rating.score == pytest.approx(1.0)


def test_stacks_and_volumes_rate_the_same() -> None:
    volume = a_stack(8.0, (3.0, 1.0, 2.0))
    stack = Stack(volume.voxels.shape, volume.affine, volume.thickness_mm, None, ())
    assert choose_stacks([stack], UP) == choose_stacks([volume], UP)


def test_the_score_is_coverage_times_cosine_times_nearness() -> None:
    tilted = a_stack(12.0, (0.0, 0.0, 4.0), slices=9)
    rating = rate_stack(3, tilted, UP, AXIAL, AxialChoiceSettings())
    assert rating.number == 3
    assert rating.angle_deg == pytest.approx(12.0)
    distance = 4.0 * np.cos(np.radians(12.0))
    expected = rating.coverage * np.cos(np.radians(12.0)) * np.exp(-distance / 10)
    assert rating.score == pytest.approx(expected)


def test_the_slab_reaches_half_a_slice_beyond_the_outermost_centres() -> None:
    """Planes at -7, -5 ... 7 mm; a slab of one slice of 4 mm about 0 has those at -1 and 1."""
    (rating,) = choose_stacks([a_stack(slices=1)], UP, settings=AxialChoiceSettings(least_coverage=0.1))
    assert rating.coverage == pytest.approx(2 / 8)
    (rating,) = choose_stacks([a_stack(slices=2)], UP)  # -4 to 4
    assert rating.coverage == pytest.approx(4 / 8)
    (rating,) = choose_stacks([a_stack(slices=2, centre=(0.0, 0.0, 3.5))], UP)  # -0.5 to 7.5
    assert rating.coverage == pytest.approx(4 / 8)


def test_three_of_eight_planes_are_enough_and_less_is_not() -> None:
    thick = [a_stack(slices=1, step=6.5), a_stack(slices=1, step=5.5, centre=(0.0, 0.0, 1.0))]
    assert [
        rating.coverage for rating in choose_stacks(thick, UP, settings=AxialChoiceSettings(least_coverage=0.0))
    ] == [
        pytest.approx(4 / 8),
        pytest.approx(3 / 8),
    ]
    assert len(choose_stacks(thick, UP)) == 2
    assert choose_stacks([a_stack(slices=1, step=4.0)], UP) == ()


def test_the_field_of_view_counts() -> None:
    (rating,) = choose_stacks([a_stack(centre=(50.0, 0.0, 0.0), size=100)], UP)  # the patient's left half only
    assert rating.coverage == pytest.approx(0.5, abs=0.03)
    (rating,) = choose_stacks([a_stack(centre=(0.0, 50.0, 0.0), size=100)], UP)
    assert rating.coverage == pytest.approx(0.5, abs=0.03)
    assert choose_stacks([a_stack(centre=(80.0, 0.0, 0.0), size=100)], UP) == ()


@pytest.mark.parametrize(("tilt", "chosen"), [(24.5, True), (25.5, False), (-24.5, True), (-25.5, False), (180, True)])
def test_the_angle_limit(tilt, chosen) -> None:
    """A stack whose normal points to the feet is as good as one whose normal points to the head."""
    found = choose_stacks([a_stack(tilt, slices=15)], UP)
    assert bool(found) == chosen
    if found:
        assert found[0].angle_deg == pytest.approx(min(abs(tilt), 180 - abs(tilt)), abs=1e-5)


def test_the_nearest_stack_comes_first_and_several_may_pass() -> None:
    stacks = [a_stack(0, (0, 0, 6)), a_stack(10, (0, 0, 1)), a_stack(0, (0, 0, 60)), a_stack(2, (0, 0, 0.5))]
    found = choose_stacks(stacks, UP)
    assert [rating.number for rating in found] == [3, 1, 0]
    assert [rating.score for rating in found] == sorted((rating.score for rating in found), reverse=True)


def test_no_stack_is_no_choice() -> None:
    assert choose_stacks([], UP) == ()


def test_equal_stacks_keep_their_order() -> None:
    assert [rating.number for rating in choose_stacks([a_stack()] * 3, UP)] == [0, 1, 2]


def test_uneven_slices() -> None:
    even = a_stack(5.0, slices=6)
    offsets = np.arange(6) * 4.0
    affine = even.affine.copy()
    affine[:3, 2] /= 4
    uneven = Volume(even.voxels, affine, 4.0, offsets)
    (one,), (other,) = choose_stacks([even], UP), choose_stacks([uneven], UP)
    assert one == pytest.approx(other)


def test_a_grid_with_other_planes_is_covered_by_its_own() -> None:
    thin = replace(AXIAL, samples=(2, 10, 10), extent_mm=(2.0, 90.0, 90.0))
    (rating,) = choose_stacks([a_stack(slices=1)], UP, thin)
    assert rating.coverage == 1.0
