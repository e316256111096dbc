"""From the store to views: sides, missing views, augmentation by seed, batches that every rank can share."""

from dataclasses import replace

import pytest
import torch

from imaging.augmentation import Augmentation, AugmentationSettings
from imaging.intensity import NormaliseSettings, vary_intensity
from imaging.resampling.by_torch import sample_batch
from lexicons.vocabulary import Level, Task, View
from tests.training.disc_makers import make_cohort, make_disc, mirror_disc, TASKS
from training.config import DataConfig
from training.data import (
    collate,
    Discs,
    to_mirrored_columns,
    to_normalise_settings,
    to_views,
    vary_batch,
)  # fmt: skip
from training.loss import sum_losses
from training.models import find_model
from training.models.views import VIEWS, Views
from training.sampling import AS_IT_IS, Batches, load, to_plain_batches

TINY = find_model("deepspine-tiny")
STILL = AugmentationSettings((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0, 0.0, 0.0, 0.0, 0.0)
CPU = torch.device("cpu")


def views_of(*discs, augmentation=None, views=VIEWS) -> Views:  # type: ignore[no-untyped-def]
    return to_views(discs, [augmentation] * len(discs), TINY, views, NormaliseSettings(), CPU)


def test_views_are_on_the_models_grids_and_have_no_mean() -> None:
    views = views_of(*(make_disc(dict.fromkeys(TASKS, n), Level.L4_L5, n) for n in range(3)))
    assert views.axial.shape == (3, *TINY.axial.samples)
    assert views.sagittal.shape == (3, *TINY.sagittal.samples)
    assert views.present.all()
    assert views.axial.mean(dim=(1, 2, 3)).abs().max() < 1e-4
    assert views.axial.dtype == views.sagittal.dtype == torch.float32


@pytest.mark.parametrize(("task", "near", "far"), [(Task.LFS, 3, 1), (Task.RFS, 1, 3)])
def test_the_patients_left_is_on_the_right_of_the_axial_image(task: Task, near: int, far: int) -> None:
    """One blob, 18 mm to a side; the image is 90 mm wide, so it lies in the second or fourth fifth."""
    grades = dict.fromkeys(TASKS, 3) | {task: 0}
    axial = views_of(make_disc(grades, Level.L4_L5, 0)).axial[0]
    fifths = axial.unfold(2, 96 // 5, 96 // 5).mean(dim=(0, 1, 3))
    assert fifths.argmax() == near
    assert fifths[near] > fifths[far] + 0.05


@pytest.mark.parametrize(("task", "half"), [(Task.LFS, slice(0, 12)), (Task.RFS, slice(13, 25))])
def test_the_sagittal_slices_run_from_the_patients_left(task: Task, half: slice) -> None:
    grades = dict.fromkeys(TASKS, 3) | {task: 0}
    sagittal = views_of(make_disc(grades, Level.L4_L5, 0)).sagittal[0]
    assert sagittal[half].mean() > sagittal.mean() + 0.005


def test_a_missing_view_is_zeros_and_not_present() -> None:
    discs = [
        make_disc(dict.fromkeys(TASKS, 1), Level.L4_L5, n, views=v)
        for n, v in enumerate([VIEWS, (View.SAGITTAL,), (View.AXIAL,)])
    ]
    views = views_of(*discs)
    assert views.present.tolist() == [[True, True], [False, True], [True, False]]
    assert not views.axial[1].any()
    assert not views.sagittal[2].any()


def test_a_view_that_is_not_asked_for_is_not_sampled() -> None:
    views = views_of(make_disc(dict.fromkeys(TASKS, 1), Level.L4_L5, 0), views=(View.AXIAL,))
    assert views.present.tolist() == [[True, False]]
    assert views.sagittal.numel() == 0


def test_a_flip_flips_both_views_and_swaps_the_labels() -> None:
    """The flipped disc is the mirrored patient, with the mirrored patient's labels: the same loss."""
    flip = Augmentation(flip_left_right=True)
    grades = {Task.SCS: 1, Task.LFS: 0, Task.RFS: 3}
    disc = make_disc(grades, Level.L4_L5, 0)
    flipped, mirrored = views_of(disc, augmentation=flip), views_of(mirror_disc(disc))
    torch.testing.assert_close(flipped.axial, mirrored.axial, atol=2e-4, rtol=0)
    torch.testing.assert_close(flipped.sagittal, mirrored.sagittal, atol=2e-4, rtol=0)
    assert not torch.allclose(flipped.axial, views_of(disc).axial, atol=0.05)
    torch.manual_seed(0)
    network = TINY.build(3, VIEWS, 0.0).eval()
    labels = torch.tensor([[1, 0, 3]])
    swapped = labels[:, to_mirrored_columns(TASKS, flip)]
    assert swapped.tolist() == [[1, 3, 0]]
    weights = torch.ones(3, 4, 4)
    losses = [sum_losses(network(v), swapped, swapped, weights).mean().detach() for v in (flipped, mirrored)]
    torch.testing.assert_close(*losses, atol=1e-3, rtol=1e-3)


def test_a_batch_is_varied_as_its_discs_are() -> None:
    """But for the noise, of which only the size is the same; the last disc has no view at all."""
    discs = [make_disc(dict.fromkeys(TASKS, n), Level.L4_L5, n) for n in range(2)]
    discs.append(make_disc(dict.fromkeys(TASKS, 0), Level.L4_L5, 2, views=()))
    values, mask = sample_batch([(disc.axial, disc.frame) for disc in discs], TINY.axial, [None] * 3)
    mask[0, :2] = False
    augmentations = [Augmentation(gain=1.1, gamma=0.8), Augmentation(gain=0.9, gamma=1.3), Augmentation(gamma=1.1)]
    varied = vary_batch(values, mask, augmentations)
    for number, augmentation in enumerate(augmentations):
        expected = vary_intensity(values[number], mask[number], augmentation)
        torch.testing.assert_close(varied[number], expected, atol=1e-5, rtol=1e-5)
    torch.manual_seed(0)
    noisy = vary_batch(values, mask, [replace(a, noise=0.1) for a in augmentations])
    span = values[1].max() - values[1].min()
    assert (noisy - varied)[1].std() == pytest.approx(float(0.1 * span), rel=0.02)
    assert not (noisy - varied)[~mask].any()


def test_samples_are_flipped_with_their_labels() -> None:
    store, targets = make_cohort(20)
    discs = Discs(store, targets, replace(STILL, flip_probability=0.5), seed=0)
    samples = [discs[0, row] for row in range(60)]
    flips = [sample.augmentation.flip_left_right for sample in samples if sample.augmentation is not None]
    assert 15 < sum(flips) < 45
    for sample, flip in zip(samples, flips, strict=True):
        expected = targets.low[sample.row][[0, 2, 1] if flip else [0, 1, 2]]
        assert sample.low.tolist() == sample.high.tolist() == expected.tolist()


def test_augmentation_is_decided_by_seed_epoch_and_row() -> None:
    store, targets = make_cohort(2)
    discs, again, other = (Discs(store, targets, AugmentationSettings(), seed) for seed in (0, 0, 1))
    assert discs[3, 1].augmentation == again[3, 1].augmentation
    different = [discs[3, 2], discs[4, 1], other[3, 1]]
    assert all(sample.augmentation != discs[3, 1].augmentation for sample in different)
    assert discs[AS_IT_IS, 1].augmentation is None


def keys_of(batches: Batches) -> list[list[int]]:
    return [[row for _, row in batch] for batch in batches]


def test_every_row_is_seen_in_an_epoch_and_batches_are_full() -> None:
    batches = Batches(range(10, 33), batch_size=4, per_step=1, rank=0, world=1, seed=0)
    keys = keys_of(batches)
    assert len(keys) == len(batches) == 6
    assert all(len(batch) == 4 for batch in keys)
    assert {row for batch in keys for row in batch} == set(range(10, 33))


def test_epochs_are_shuffled_anew_and_repeat_by_seed() -> None:
    batches, again = (Batches(range(40), 4, 1, 0, 1, seed=5) for _ in range(2))
    first = keys_of(batches)
    assert first == keys_of(again)
    batches.epoch = 1
    assert keys_of(batches) != first
    again.seed = 6
    assert keys_of(again) != first


def test_ranks_share_each_step_of_one() -> None:
    """Two ranks with one batch a step take the discs of one rank with two batches a step."""
    alone = keys_of(Batches(range(23), 4, per_step=2, rank=0, world=1, seed=0))
    ranks = [keys_of(Batches(range(23), 4, per_step=2, rank=rank, world=2, seed=0)) for rank in (0, 1)]
    assert len(ranks[0]) == len(ranks[1]) == len(alone) // 2 == 3
    assert [batch for step in zip(*ranks, strict=True) for batch in step] == alone


def test_a_start_leaves_out_what_was_done() -> None:
    batches = Batches(range(40), 4, 1, 0, 1, seed=5)
    whole = keys_of(batches)
    batches.start = 7
    assert keys_of(batches) == whole[7:]


def test_plain_batches_are_every_row_once_over_the_ranks() -> None:
    ranks = [to_plain_batches(list(range(11)), 3, rank, 2) for rank in (0, 1)]
    assert sorted(row for rank in ranks for batch in rank for _, row in batch) == list(range(11))
    assert {epoch for rank in ranks for batch in rank for epoch, _ in batch} == {AS_IT_IS}


@pytest.mark.parametrize("workers", [0, 1])
def test_a_loader_gives_the_batches_in_order(workers: int) -> None:
    store, targets = make_cohort(2)
    discs = Discs(store, targets, STILL, 0)
    batches = Batches(range(6), 2, 1, 0, 1, seed=0)
    loader = load(discs, collate, batches, workers)
    for epoch in (0, 1):
        batches.epoch = epoch
        assert [batch.rows for batch in loader] == keys_of(batches)


def test_collate_keeps_rows_and_labels_together() -> None:
    store, targets = make_cohort(2)
    batch = collate([Discs(store, targets, STILL, 0)[0, row] for row in (4, 1)])
    assert batch.rows == [4, 1]
    assert batch.low.tolist() == targets.low[[4, 1]].tolist()
    assert batch.discs[0] is store.read_disc("s1", "L4-L5")


def test_normalisation_is_the_configs() -> None:
    assert to_normalise_settings(DataConfig()) == NormaliseSettings()
    asked = DataConfig(divide_by_std=True, clip_percentiles=(1.0, 99.0))
    assert to_normalise_settings(asked) == NormaliseSettings(True, (1.0, 99.0))
