"""Slices are varied as drawn: never mirrored, masks with their pixels, intensities apart from masks."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from imaging.localizer.slices import SIZE
from imaging.localizer.slices import to_unit_range as to_unit_range_of_volume
from tests.training.localizer.slice_makers import make_slice
from training.localizer.config import VariationSettings
from training.localizer.learner import collate, MarkedSlices, SliceBatch, SliceSample, to_middle
from training.localizer.marked import MarkedSlice
from training.localizer.variation import draw_variation, Variation
from training.localizer.vary import to_unit_range, vary_slices

STILL = VariationSettings(
    rotation_deg=0, scale=0, aspect=0, shear=0, shift_mm=(0, 0), bias=0, gamma=0, curve_probability=0,
    blur_probability=0, noise=0, cut_top_probability=0, cut_bottom_probability=0,
)  # fmt: skip
WILD = VariationSettings(cut_mm=0.0, shift_mm=(0.0, 0.0))


def draw(settings: VariationSettings, seed: int = 0, middle: tuple[float, float] = (120.0, 110.0)) -> Variation:
    return draw_variation(np.random.default_rng(seed), settings, middle, SIZE)


def vary(marked: MarkedSlice, variation: Variation) -> tuple[np.ndarray, np.ndarray]:
    batch: SliceBatch = collate([SliceSample(marked, variation)])
    torch.manual_seed(0)
    pixels, masks = vary_slices(batch.pixels, batch.inside, batch.masks, [variation])
    return pixels[0, 0].numpy(), masks[0].numpy()


def test_nothing_is_ever_mirrored() -> None:
    """Anterior stays at the left and the head up, however wild the variation."""
    sides = np.zeros((2, SIZE, SIZE), np.bool_)
    sides[0, 100:140, 105:115] = True  # anterior
    sides[1, 100:140, 135:145] = True  # posterior
    marked = replace(make_slice(0), masks=sides)
    for seed in range(60):
        variation = draw(WILD, seed, (125.0, 120.0))
        assert np.linalg.det(variation.matrix[:, :2]) > 0
        anterior, posterior = vary(marked, variation)[1]
        assert np.nonzero(anterior)[1].mean() < np.nonzero(posterior)[1].mean()
    heights = np.stack([marked.masks[0], np.roll(marked.masks[0], 60, axis=0)])
    for seed in range(20):
        above, below = vary(replace(marked, masks=heights), draw(WILD, seed, (110.0, 150.0)))[1]
        assert np.nonzero(above)[0].mean() < np.nonzero(below)[0].mean()


def test_no_variation_leaves_the_canvas_as_it_is() -> None:
    marked = make_slice(1)
    pixels, masks = vary(marked, draw(STILL))
    assert np.array_equal(masks, marked.masks)
    scale = np.percentile(marked.pixels, 98) - np.percentile(marked.pixels, 2)
    expected = (marked.pixels - np.percentile(marked.pixels, 2)) / scale
    np.testing.assert_allclose(pixels, np.clip(expected, -0.2, 1.5), atol=0.03)


def test_pixels_and_masks_move_together() -> None:
    marked = make_slice(2)
    geometric = replace(STILL, rotation_deg=17.0, scale=0.3, aspect=0.1, shear=0.1, shift_mm=(20.0, 20.0))
    bright = replace(marked, pixels=marked.masks[0].astype(np.float32))
    for seed in range(5):
        variation = draw(geometric, seed)
        pixels, masks = vary(bright, variation)
        assert masks[0].sum() > 500
        assert ((pixels > 0.5) != masks[0]).sum() <= 0.02 * masks[0].sum()
    turned, still = vary(marked, draw(geometric))[1], vary(marked, draw(STILL))[1]
    assert (turned != still).sum() > 200


def test_intensities_do_not_touch_masks() -> None:
    marked = make_slice(3)
    intensities = replace(STILL, bias=0.5, gamma=0.5, curve_probability=1.0, blur_probability=1.0, noise=0.1)
    pixels, masks = vary(marked, draw(intensities))
    plain, expected = vary(marked, draw(STILL))
    assert np.array_equal(masks, expected)
    assert np.abs(pixels - plain).mean() > 0.05
    assert pixels.min() >= -0.2
    assert pixels.max() <= 1.5


def test_a_curve_can_turn_bright_into_dark() -> None:
    """T1 shows dark what T2 shows bright: curves need not rise."""
    marked = make_slice(3)
    falling = replace(draw(STILL), curve=(1.0, 0.8, 0.6, 0.4, 0.2, 0.0))
    pixels, _ = vary(marked, falling)
    body, around = marked.masks[0], ~marked.masks.any(axis=0)
    assert pixels[body].mean() < pixels[around].mean()
    assert marked.pixels[body].mean() > marked.pixels[around].mean()


def test_what_is_cut_off_has_neither_image_nor_mask() -> None:
    marked = make_slice(4)
    variation = replace(draw(STILL), cut_top=100, cut_bottom=80)
    pixels, masks = vary(marked, variation)
    assert marked.masks[:, :100].any()
    assert marked.masks[:, -80:].any()
    for rows in (slice(0, variation.cut_top), slice(SIZE - variation.cut_bottom, None)):
        assert not pixels[rows].any()
        assert not masks[:, rows].any()
    assert pixels[variation.cut_top : SIZE - variation.cut_bottom].any()


def test_cuts_are_drawn_as_often_and_as_far_as_told() -> None:
    settings = replace(STILL, cut_top_probability=0.5, cut_mm=140.0)
    tops = np.array([draw(settings, seed).cut_top for seed in range(300)])
    assert 0.4 < (tops > 0).mean() < 0.6
    assert 80 < tops.max() <= 100
    assert not any(draw(settings, seed).cut_bottom for seed in range(300))


@pytest.mark.parametrize("seed", range(4))
def test_a_window_lies_about_the_masks_and_on_the_canvas(seed: int) -> None:
    marked = make_slice(seed)
    settings = replace(STILL, window=(128, 96))
    pixels, masks = vary(marked, draw(settings, seed, to_middle(marked)))
    assert pixels.shape == (128, 96)
    assert masks.sum() == marked.masks.sum()
    corner = draw(settings, seed, (0.0, 255.0))
    np.testing.assert_allclose(corner.matrix[:, 2], [0.0, SIZE - 128])


def test_a_finer_canvas_is_varied_alike() -> None:
    """Shifts, cuts and the window's place are millimetres: on 512 pixels twice as many as on 256."""
    settings = VariationSettings(cut_top_probability=1.0, cut_bottom_probability=1.0)
    coarse = draw_variation(np.random.default_rng(3), settings, (120.0, 110.0), 256)
    fine = draw_variation(np.random.default_rng(3), settings, (240.5, 220.5), 512)
    assert (coarse.window, fine.window) == ((256, 256), (512, 512))
    np.testing.assert_allclose(fine.matrix[:, :2], coarse.matrix[:, :2])
    middles = [each.matrix @ [*(np.array(each.window[::-1]) - 1) / 2, 1] for each in (coarse, fine)]
    np.testing.assert_allclose((middles[1] + 0.5) / 2, middles[0] + 0.5)
    assert abs(fine.cut_top - 2 * coarse.cut_top) <= 1
    assert abs(fine.cut_bottom - 2 * coarse.cut_bottom) <= 1
    assert coarse.cut_top > 0
    part = draw_variation(np.random.default_rng(3), replace(settings, window=(0, 128)), (240.0, 220.0), 512)
    assert part.window == (512, 128)


def test_the_unit_range_is_that_of_the_localizers_slices() -> None:
    rng = np.random.default_rng(0)
    values, inside = rng.uniform(20.0, 500.0, (1, 200, 150)).astype(np.float32), np.ones((200, 150), np.bool_)
    inside[:40] = False
    values[0, :40] = 1e4
    ours = to_unit_range(torch.from_numpy(values)[:, None], torch.from_numpy(inside)[None, None])[0].numpy()
    np.testing.assert_allclose(ours, to_unit_range_of_volume(values, inside), atol=0.03)


def test_seed_epoch_and_row_decide() -> None:
    slices = MarkedSlices([make_slice(0), make_slice(0)], VariationSettings(), 5)
    one, same, other_epoch, other_row = (slices[key].variation for key in ((0, 0), (0, 0), (1, 0), (0, 1)))
    assert one is not None
    assert same is not None
    assert other_epoch is not None
    assert other_row is not None
    assert np.array_equal(one.matrix, same.matrix)
    assert len({each.matrix.tobytes() for each in (one, other_epoch, other_row)}) == 3
    assert slices[-1, 0].variation is None


def test_settings_do_not_change_how_much_is_drawn() -> None:
    after = []
    for settings in (STILL, VariationSettings()):
        rng = np.random.default_rng(0)
        draw_variation(rng, settings, (120.0, 120.0), SIZE)
        after.append(rng.random())
    assert after[0] == after[1]
