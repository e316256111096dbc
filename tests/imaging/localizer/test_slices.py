"""The canvas: anterior left, head up, one pixel size, and back to the patient."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.geometry import FloatArray, transform
from imaging.localizer.slices import PIXEL_MM, SIZE, to_slices
from imaging.volume import Volume

BLOB = np.array([6.0, 22.0, 31.0])
AXES = {
    "left to right": [[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]],
    "right to left": [[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]],
    "feet up": [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
    "transposed": [[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
}


def make_volume(axes: list[list[float]], spacing: tuple[float, float, float] = (0.9, 0.7, 4.0)) -> Volume:
    """A blob at BLOB on noise; axes: the directions of columns, rows and slices."""
    affine = np.eye(4)
    affine[:3, :3] = np.array(axes).T * spacing
    shape = (11, 240, 200)
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape[::-1]) - 1) / 2)
    volume = Volume(np.random.default_rng(0).integers(0, 200, shape).astype(np.uint16), affine, 4.0)
    i, j, k = np.rint(volume.to_indices(BLOB)).astype(int)
    volume.voxels[k, j - 3 : j + 4, i - 3 : i + 4] = 4000
    return volume


def find_blob(volume: Volume) -> tuple[FloatArray, tuple[int, int, int]]:
    slices = to_slices(volume)
    k, row, column = (int(n) for n in np.unravel_index(slices.pixels.argmax(), slices.pixels.shape))
    near = slices.pixels[k, row - 8 : row + 9, column - 8 : column + 9] > 1
    rows, columns = np.nonzero(near)
    index = np.array([columns.mean() + column - 8, rows.mean() + row - 8, k])
    return transform(slices.affine, index), (k, row, column)


@pytest.mark.parametrize("name", AXES)
def test_the_canvas_leads_back_to_the_patient(name: str) -> None:
    point, (_, row, column) = find_blob(make_volume(AXES[name]))
    assert point[1:] == pytest.approx(BLOB[1:], abs=1.6)
    assert point[0] == pytest.approx(BLOB[0], abs=2.1)
    assert column > SIZE / 2 and row < SIZE / 2  # behind the middle, and above it


def test_every_spacing_gives_the_same_picture() -> None:
    places = [find_blob(make_volume(AXES["feet up"], (mm, mm, 4.0)))[1] for mm in (0.6, 0.9, 1.2)]
    assert np.ptp(np.array(places), axis=0).max() <= 2


def test_outside_the_image_is_nothing() -> None:
    volume = make_volume(AXES["left to right"])
    slices = to_slices(replace(volume, voxels=volume.voxels + 500))
    assert not slices.inside.all() and (slices.pixels[~slices.inside] == 0).all()
    share = slices.inside[0].sum() * PIXEL_MM**2 / (240 * 0.7 * 200 * 0.9)
    assert share == pytest.approx(1, abs=0.02)


def test_brightness_and_contrast_of_the_scanner_do_not_count() -> None:
    volume = make_volume(AXES["left to right"])
    brighter = replace(volume, voxels=(volume.voxels * np.uint16(3) + np.uint16(100)))
    assert np.allclose(to_slices(volume).pixels, to_slices(brighter).pixels, atol=1e-3)
