"""The pictures along the spine: what lies where, and what lies on which side."""

import numpy as np
import pytest

from imaging.geometry import FloatArray
from imaging.preview.reformat import Picture, STEP_MM, to_coronal_picture, to_sagittal_picture
from imaging.volume import Volume

STEP = 4.0


def make_sagittal(blob: FloatArray, right_to_left: bool = False) -> Volume:
    """21 sagittal slices of 2 mm pixels about the origin, dark but for one bright voxel at ``blob``."""
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack([[0.0, 2.0, 0.0], [0.0, 0.0, -2.0], [-STEP, 0.0, 0.0]])
    affine[:3, 3] = [40.0, -100.0, 100.0]
    if right_to_left:
        affine[:3, 0], affine[:3, 2] = [0.0, -2.0, 0.0], [STEP, 0.0, 0.0]
        affine[:3, 3] = [-40.0, 100.0, 100.0]
    volume = Volume(np.zeros((21, 101, 101), np.uint16), affine, STEP)
    i, j, k = np.rint(volume.to_indices(blob)).astype(int)
    volume.voxels[k, j, i] = 1000
    return volume


def brightest(picture: Picture) -> tuple[float, float]:
    """Height z and the place along the columns of the brightest pixel, mm."""
    row, column = np.unravel_index(np.nanargmax(picture.pixels), picture.pixels.shape)
    return picture.top_mm - row * STEP_MM, picture.first_mm + column * STEP_MM


def to_course(bend_mm: float = 0.0) -> FloatArray:
    z = np.linspace(80, -80, 33)
    return np.column_stack([bend_mm * np.sin(z / 50), 5 * np.cos(z / 60), z])


@pytest.mark.parametrize("right_to_left", [False, True])
def test_the_patients_left_is_at_the_right_of_the_coronal_picture(right_to_left: bool) -> None:
    course = to_course()
    y = float(np.interp(20.0, course[::-1, 2], course[::-1, 1]))
    picture = to_coronal_picture(make_sagittal(np.array([16.0, 2 * round(y / 2), 20.0]), right_to_left), course)
    z, x = brightest(picture)
    assert (z, x) == pytest.approx((20.0, 16.0), abs=1.0)


@pytest.mark.parametrize("right_to_left", [False, True])
def test_posterior_is_at_the_right_of_the_sagittal_picture(right_to_left: bool) -> None:
    picture = to_sagittal_picture(make_sagittal(np.array([0.0, 30.0, -40.0]), right_to_left), to_course())
    assert brightest(picture) == pytest.approx((-40.0, 30.0), abs=1.0)


def test_the_sagittal_picture_follows_a_spine_that_bends_sideways() -> None:
    course = to_course(bend_mm=24.0)
    x = float(np.interp(40.0, course[::-1, 2], course[::-1, 0]))
    blob = np.array([STEP * round(x / STEP), 10.0, 40.0])
    assert abs(blob[0]) > 10
    bent = to_sagittal_picture(make_sagittal(blob), course)
    assert brightest(bent) == pytest.approx((40.0, 10.0), abs=1.0)
    assert np.nanmax(to_sagittal_picture(make_sagittal(blob), to_course()).pixels) == 0


def test_what_lies_outside_the_series_is_not_drawn() -> None:
    course = to_course() + np.array([0.0, 90.0, 0.0])
    pixels = to_sagittal_picture(make_sagittal(np.zeros(3)), course).pixels
    assert np.isnan(pixels).any() and np.isfinite(pixels).any()
