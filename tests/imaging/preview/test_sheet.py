"""The contact sheet: one row a disc, left and right marked, a missing view said."""

from dataclasses import replace

import matplotlib.pyplot
import numpy as np
import pytest
from matplotlib.figure import Figure

from imaging.grids import AXIAL, SAGITTAL
from imaging.preview.disc_row import COLUMNS
from imaging.preview.sheet import draw_sheet, Located
from imaging.store.crop import DiscCrops
from tests.imaging.random_volumes import CENTRE, draw_frame, make_volume, whole_crop


@pytest.fixture
def located() -> Located:
    rng = np.random.default_rng(3)
    volume = make_volume(
        rng, (15, 80, 80), (2.5, 2.5, 4.4), CENTRE,
        np.column_stack([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]]),
    )  # fmt: skip
    axial = make_volume(rng, (8, 60, 60), (2.0, 2.0, 4.0), CENTRE)
    disc = DiscCrops(draw_frame(rng), (whole_crop(axial),), (whole_crop(volume),))
    centroids = CENTRE + np.array([[0.0, 0.0, 35.0], [0.0, 2.0, 0.0], [1.0, 6.0, -35.0]])
    return Located("study-7", volume, ("L3", "L4", "L5"), centroids, centroids, (disc, disc), ("axial: missing",))


def texts(figure: Figure) -> list[str]:
    found = [text.get_text() for axes in figure.axes for text in axes.texts]
    return found + [axes.get_title() for axes in figure.axes] + [text.get_text() for text in figure.texts]


def test_a_sheet_has_the_spine_from_two_sides_and_a_row_a_disc(located: Located) -> None:
    figure = draw_sheet(located)
    assert len(figure.axes) == 2 + COLUMNS * len(located.discs)
    assert {"L3", "L4", "L5", "L4-L5", "study study-7", "axial: missing"} <= set(texts(figure))


def test_left_and_right_stand_where_the_patients_are(located: Located) -> None:
    coronal, axial = draw_sheet(located).axes[1:3]
    for axes in (coronal, axial):
        places = {text.get_text(): text.get_position()[0] for text in axes.texts}
        assert places["R"] < 0.5 < places["L"]


def test_the_left_of_the_patient_is_drawn_at_the_right_of_the_axial_picture(located: Located) -> None:
    disc = located.discs[0]
    crop = disc.axial[0]
    volume = replace(crop.volume, voxels=np.zeros_like(crop.volume.voxels))
    i, j = np.rint(volume.to_indices(disc.frame.centre + 20 * disc.frame.left))[:2].astype(int)
    volume.voxels[:, j - 1 : j + 2, i - 1 : i + 2] = 1000
    bright = replace(disc, axial=(replace(crop, volume=volume),))
    picture = draw_sheet(replace(located, discs=(bright,))).axes[2].images[0].get_array()
    assert picture is not None
    column = np.unravel_index(np.argmax(picture), picture.shape)[1]
    half_mm = AXIAL.extent_mm[2] / 2
    assert column == pytest.approx((20 + half_mm) / (2 * half_mm) * picture.shape[1], abs=4)


def test_each_sagittal_picture_shows_the_side_its_title_says(located: Located) -> None:
    disc = located.discs[0]
    crop = disc.sagittal[0]
    volume = replace(crop.volume, voxels=np.zeros_like(crop.volume.voxels))
    i, j, k = np.rint(volume.to_indices(disc.frame.centre + 16 * disc.frame.left + 12 * disc.frame.post)).astype(int)
    volume.voxels[k, j - 2 : j + 3, i - 2 : i + 3] = 1000
    bright = replace(disc, sagittal=(replace(crop, volume=volume),))
    right, middle, left = draw_sheet(replace(located, discs=(bright,))).axes[3:6]
    brightness = {axes.get_title().split()[1].rstrip(","): float(np.ma.max(axes.images[0].get_array()))
                  for axes in (right, middle, left) if axes.images}  # fmt: skip
    assert max(brightness, key=lambda side: brightness[side]) == "left"
    assert brightness["right"] == 0


def test_a_view_that_is_missing_is_said(located: Located) -> None:
    figure = draw_sheet(replace(located, discs=(replace(located.discs[0], axial=()),)))
    assert "no axial series here" in texts(figure)


def test_no_window_is_opened_and_nothing_is_kept(located: Located) -> None:
    draw_sheet(located)
    assert matplotlib.pyplot.get_fignums() == []
    assert SAGITTAL.shift_mm[1] > 0
