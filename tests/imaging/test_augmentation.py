from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.augmentation import (
    Augmentation,
    AugmentationSettings,
    draw_augmentation,
    mirror_tasks,
    to_augmentation_matrix,
    to_rotation,
)
from imaging.frames import DiscFrame
from imaging.geometry import transform
from imaging.resampling.by_numpy import sample_crops
from imaging.volume import Volume
from lexicons.vocabulary import Level, Task
from tests.imaging.random_volumes import axial_volume, draw_frame, GRIDS, whole_crop

CENTRE = np.array([10.0, 20.0, 30.0])
UP = DiscFrame(Level.L4_L5, CENTRE, *np.eye(3))
NOTHING = AugmentationSettings((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0, 0.0, 0.0, 0.0, 0.0)


def seen_from_disc(left: float, post: float, sup: float):
    return CENTRE + np.array([left, post, sup])


def mirror_patient(volume: Volume, frame: DiscFrame) -> Volume:
    """The same voxels where a mirror in the disc's middle plane shows them, in an array with positive determinant."""
    mirror = np.eye(4)
    mirror[:3, :3] -= 2 * np.outer(frame.left, frame.left)
    mirror[:3, 3] = frame.centre - mirror[:3, :3] @ frame.centre
    affine = mirror @ volume.affine
    columns = volume.voxels.shape[2]
    affine[:3, 3] += affine[:3, 0] * (columns - 1)  # columns the other way round
    affine[:3, 0] *= -1
    return Volume(volume.voxels[:, :, ::-1], affine, volume.thickness_mm, volume.slice_offsets_mm)


@pytest.mark.parametrize("uneven", [False, True])
def test_a_mirrored_patient_gives_the_mirrored_volumes_and_swapped_labels(uneven) -> None:
    """The flip of a patient is the patient in a mirror: both views, and the labels of left and right."""
    rng = np.random.default_rng(0)
    volume, frame = axial_volume(rng, uneven), draw_frame(rng)
    mirrored = mirror_patient(volume, frame)
    assert np.linalg.det(mirrored.affine[:3, :3]) > 0
    flip = Augmentation(flip_left_right=True)
    for grid, axis in zip(GRIDS, (2, 0), strict=True):  # axial: width; sagittal: depth
        plain, plain_mask = sample_crops([whole_crop(volume)], frame, grid)
        flipped, flipped_mask = sample_crops([whole_crop(volume)], frame, grid, flip)
        of_mirrored, mirrored_mask = sample_crops([whole_crop(mirrored)], frame, grid)
        np.testing.assert_array_equal(flipped_mask, mirrored_mask)
        np.testing.assert_allclose(flipped, of_mirrored, atol=0.5)
        np.testing.assert_array_equal(flipped_mask, np.flip(plain_mask, axis))
        np.testing.assert_allclose(flipped, np.flip(plain, axis), atol=0.5)
        assert np.abs(flipped - plain).max() > 1000
    labels = {Task.SCS: 1, Task.LFS: 3, Task.RFS: 0, Task.LSS: 2}
    assert mirror_tasks(labels, flip) == {Task.SCS: 1, Task.RFS: 3, Task.LFS: 0, Task.RSS: 2}
    assert mirror_tasks(labels, Augmentation()) == labels
    assert mirror_tasks(mirror_tasks(labels, flip), flip) == labels


@pytest.mark.parametrize(
    ("angles", "point", "expected"),
    [
        ((90.0, 0.0, 0.0), (0, 1, 0), (0, 0, 1)),  # about left: posterior goes to up
        ((0.0, 90.0, 0.0), (0, 0, 1), (1, 0, 0)),  # about posterior: up goes to left
        ((0.0, 0.0, 90.0), (1, 0, 0), (0, 1, 0)),  # about up: left goes to posterior
        ((90.0, 90.0, 0.0), (0, 1, 0), (1, 0, 0)),  # left first
        ((90.0, 0.0, 90.0), (1, 0, 0), (0, 1, 0)),
    ],
)
def test_rotations_are_right_handed_and_left_comes_first(angles, point, expected) -> None:
    np.testing.assert_allclose(to_rotation(angles) @ point, expected, atol=1e-12)


def test_rotation_equals_scipys() -> None:
    from scipy.spatial.transform import Rotation

    angles = (12.0, -7.0, 31.0)
    np.testing.assert_allclose(to_rotation(angles), Rotation.from_euler("xyz", angles, degrees=True).as_matrix())


def test_the_matrix_turns_about_the_discs_centre_then_moves() -> None:
    moved = Augmentation((0.0, 0.0, 90.0), (1.0, 2.0, 3.0), 2.0)
    matrix = to_augmentation_matrix(moved, UP)
    np.testing.assert_allclose(transform(matrix, UP.centre), seen_from_disc(1, 2, 3))
    np.testing.assert_allclose(transform(matrix, seen_from_disc(5, 0, 0)), seen_from_disc(1, 12, 3))


def test_the_mirror_comes_first() -> None:
    flipped = Augmentation((0.0, 0.0, 90.0), (0.0, 0.0, 0.0), 1.0, True)
    np.testing.assert_allclose(
        transform(to_augmentation_matrix(flipped, UP), seen_from_disc(5, 0, 0)), seen_from_disc(0, -5, 0), atol=1e-12
    )


def test_the_axes_are_the_discs_own() -> None:
    tilted = replace(UP, left=UP.post, post=-UP.left)
    matrix = to_augmentation_matrix(Augmentation(shift_mm=(4.0, 0.0, 0.0), flip_left_right=True), tilted)
    np.testing.assert_allclose(transform(matrix, UP.centre), seen_from_disc(0, 4, 0))
    np.testing.assert_allclose(transform(matrix, seen_from_disc(1, 7, 0)), seen_from_disc(1, -3, 0), atol=1e-12)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_drawn_parameters_are_within_the_settings(seed) -> None:
    limits = AugmentationSettings()
    drawn = draw_augmentation(np.random.default_rng(seed), limits)
    assert np.all(np.abs(drawn.rotation_deg) <= limits.rotation_deg)
    assert np.all(np.abs(drawn.shift_mm) <= limits.shift_mm)
    assert abs(drawn.scale - 1) <= limits.scale
    assert abs(drawn.gain - 1) <= limits.gain
    assert abs(drawn.gamma - 1) <= limits.gamma
    assert 0 <= drawn.noise <= limits.noise
    assert drawn == draw_augmentation(np.random.default_rng(seed), limits)


def test_draws_spread_over_the_settings() -> None:
    rng = np.random.default_rng(1)
    drawn = [draw_augmentation(rng, AugmentationSettings()) for _ in range(300)]
    turns = np.array([each.rotation_deg for each in drawn])
    assert np.all(turns.min(axis=0) < [-4.5, -4.5, -9]) and np.all(turns.max(axis=0) > [4.5, 4.5, 9])
    assert 0.4 < np.mean([each.flip_left_right for each in drawn]) < 0.6
    assert len({each.noise_seed for each in drawn}) == 300


def test_settings_of_nothing_draw_nothing() -> None:
    drawn = draw_augmentation(np.random.default_rng(0), NOTHING)
    assert replace(drawn, noise_seed=0) == Augmentation()


def test_switching_one_parameter_off_leaves_the_others_as_drawn() -> None:
    every = draw_augmentation(np.random.default_rng(9), AugmentationSettings())
    fewer = draw_augmentation(np.random.default_rng(9), AugmentationSettings(flip_probability=0.0, noise=0.0))
    assert fewer == replace(every, flip_left_right=False, noise=0.0)
