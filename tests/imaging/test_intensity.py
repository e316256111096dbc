import numpy as np
import pytest
import torch

from imaging.augmentation import Augmentation
from imaging.intensity import clip_percentiles, normalise, NormaliseSettings, vary_intensity

KINDS = pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])
SHAPE = (4, 12, 10)


def draw(seed: int = 0):
    rng = np.random.default_rng(seed)
    mask = rng.random(SHAPE) < 0.4
    values = rng.normal(500, 80, SHAPE).astype(np.float32) * mask
    return values, mask


@KINDS
def test_the_mean_over_the_mask_becomes_zero_and_the_rest_stays_zero(kind) -> None:
    values, mask = draw()
    found = np.asarray(normalise(kind(values), kind(mask)))
    np.testing.assert_allclose(found[mask], values[mask] - values[mask].mean(dtype=np.float64), atol=1e-3)
    assert not found[~mask].any()
    assert found.dtype == np.float32


@KINDS
def test_zero_padding_does_not_shift_the_mean(kind) -> None:
    values, mask = draw()
    padded, padded_mask = (np.pad(each, ((2, 3), (5, 5), (0, 9))) for each in (values, mask))
    found = np.asarray(normalise(kind(padded), kind(padded_mask)))[2:-3, 5:-5, :-9]
    np.testing.assert_allclose(found, np.asarray(normalise(kind(values), kind(mask))), atol=1e-3)


@KINDS
def test_division_by_the_standard_deviation(kind) -> None:
    values, mask = draw()
    found = np.asarray(normalise(kind(values), kind(mask), NormaliseSettings(divide_by_std=True)))
    assert found[mask].std() == pytest.approx(1.0, abs=1e-4)
    assert found[mask].mean() == pytest.approx(0.0, abs=1e-5)


@KINDS
def test_percentiles_are_of_the_mask(kind) -> None:
    values, mask = draw()
    values[tuple(np.argwhere(mask)[0])] = 1e6
    found = np.asarray(clip_percentiles(kind(values), kind(mask), (5, 95)))[mask]
    low, high = np.percentile(values[mask], (5, 95), method="nearest")
    np.testing.assert_allclose([found.min(), found.max()], [low, high], rtol=0.02)
    centre = (values[mask] > low) & (values[mask] < high)
    np.testing.assert_array_equal(found[centre], values[mask][centre])
    clipped = np.asarray(normalise(kind(values), kind(mask), NormaliseSettings(clip_percentiles=(5, 95))))
    np.testing.assert_allclose(clipped[mask], found - found.mean(dtype=np.float64), atol=0.01)


@KINDS
@pytest.mark.parametrize("settings", [NormaliseSettings(), NormaliseSettings(True, (1, 99))])
def test_a_batch_is_its_discs(kind, settings) -> None:
    pairs = [draw(seed) for seed in range(3)]
    values, mask = (np.stack(each) for each in zip(*pairs, strict=True))
    found = np.asarray(normalise(kind(values), kind(mask), settings))
    for number, (one, its_mask) in enumerate(pairs):
        alone = np.asarray(normalise(kind(one), kind(its_mask), settings))
        np.testing.assert_allclose(found[number], alone, atol=1e-3)


@KINDS
@pytest.mark.parametrize("settings", [NormaliseSettings(), NormaliseSettings(True, (1, 99))])
def test_an_empty_mask_and_a_constant_image_give_zeros(kind, settings) -> None:
    values = np.full(SHAPE, 7.0, np.float32)
    for mask in (np.zeros(SHAPE, bool), np.ones(SHAPE, bool)):
        found = np.asarray(normalise(kind(values), kind(mask), settings))
        np.testing.assert_allclose(found, 0.0, atol=1e-5)


@KINDS
def test_a_large_image_of_large_values_is_centred(kind) -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(30000, 20, (8, 360, 360)).astype(np.float32)
    found = np.asarray(normalise(kind(values), kind(np.ones(values.shape, bool))))
    assert abs(found.mean(dtype=np.float64)) < 1e-3


def test_what_goes_in_is_not_changed() -> None:
    values, mask = draw()
    before = values.copy()
    normalise(values, mask, NormaliseSettings(True, (5, 95)))
    vary_intensity(values, mask, Augmentation(gain=1.2, gamma=0.8, noise=0.1))
    np.testing.assert_array_equal(values, before)


@KINDS
def test_no_variation_changes_nothing(kind) -> None:
    values, mask = draw()
    np.testing.assert_allclose(np.asarray(vary_intensity(kind(values), kind(mask), Augmentation())), values, atol=1e-3)


@KINDS
def test_gain_and_gamma(kind) -> None:
    values = np.array([[[100.0, 200.0, 300.0, 0.0]]], np.float32)
    mask = np.array([[[True, True, True, False]]])
    found = np.asarray(vary_intensity(kind(values), kind(mask), Augmentation(gain=1.1, gamma=2.0)))
    np.testing.assert_allclose(found, [[[100.0, 100 + 1.1 * 50, 100 + 1.1 * 200, 0.0]]], rtol=1e-6)


@KINDS
def test_noise_is_of_the_seed_and_of_the_span_and_inside_only(kind) -> None:
    values, mask = draw()
    noisy = Augmentation(noise=0.05, noise_seed=4)
    found = np.asarray(vary_intensity(kind(values), kind(mask), noisy))
    again = np.asarray(vary_intensity(values, mask, noisy))
    np.testing.assert_allclose(found, again, atol=1e-2)
    span = np.ptp(values[mask])
    assert (found - values)[mask].std() == pytest.approx(0.05 * span, rel=0.2)
    assert not found[~mask].any()
    other = np.asarray(vary_intensity(values, mask, Augmentation(noise=0.05, noise_seed=5)))
    assert np.abs(other - again).max() > 0.01 * span


@KINDS
def test_variation_of_nothing(kind) -> None:
    values = np.zeros(SHAPE, np.float32)
    found = np.asarray(vary_intensity(kind(values), kind(np.zeros(SHAPE, bool)), Augmentation(gain=2.0, noise=0.5)))
    assert not found.any()
    constant = vary_intensity(kind(values + 3), kind(np.ones(SHAPE, bool)), Augmentation(gain=2.0, gamma=0.5))
    np.testing.assert_allclose(np.asarray(constant), 3.0)
