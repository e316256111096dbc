"""Localizers in the one loop: they learn, resume to the same weights, and end with weights and their recipe."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from lightning_fabric import Fabric
from safetensors.torch import load_file

import training.localizer.recipe
from imaging.localizer.unet import UNet
from imaging.localizer.weights import write_localizer
from imaging.refusal import ImagingError
from tests.training.localizer.slice_makers import make_slice
from training.config import OptimizerConfig, RunConfig
from training.localizer.config import (
    HeldOutConfig,
    LocalizerConfig,
    LossConfig,
    MixingConfig,
    SliceConfig,
    to_localizer_config,
    UNetConfig,
    VariationSettings,
)
from training.localizer.evaluation import evaluate, judge_slice, summarise
from training.localizer.learner import collate, SliceMaterial, SliceSample, to_material
from training.localizer.material import describe_slices, gather, Gathered, is_held_out
from training.localizer.recipe import export
from training.localizer.record import check_same_slices, write_slice_record
from training.loop import Progress, train
from training.mixture import Mixture
from training.run import build_run
from training.run_folder import read_checkpoint
from training.run_record import RecordError

STILL = VariationSettings(
    rotation_deg=0, scale=0, aspect=0, shear=0, shift_mm=(0, 0), bias=0, gamma=0, curve_probability=0,
    blur_probability=0, noise=0, cut_top_probability=0, cut_bottom_probability=0,
)  # fmt: skip
SMALL = LocalizerConfig(
    slices=SliceConfig(spider="/home/somebody/SPIDER"),
    network=UNetConfig(features=4, depth=3),
    variation=VariationSettings(window=(128, 64), shift_mm=(10.0, 10.0)),
    optimizer=OptimizerConfig("adamw", 1e-2, weight_decay=1e-3, schedule="cosine", ema=0.5),
    run=RunConfig(epochs=2, batch_size=2, accelerator="cpu", save_steps=1),
)
SLICES = tuple(make_slice(seed, has_s1=seed != 1) for seed in range(6))
MATERIAL = SliceMaterial(SLICES, [0, 1, 2, 3], [4, 5])


class Killed(Exception):
    """Stands in for a kill."""


def run(
    config: LocalizerConfig, folder: Path, kill_after: int | None = None, material: SliceMaterial = MATERIAL
) -> None:
    folder.mkdir(exist_ok=True)
    seen = 0

    def watch(_: Progress) -> None:
        nonlocal seen
        seen += 1
        if seen == kill_after:
            raise Killed

    train(config, material, folder, Fabric(accelerator="cpu", devices=1), watch)


def assert_same(one: Any, other: Any) -> None:
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    else:
        assert torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other


@pytest.mark.parametrize("kills", [[1], [2], [3, 1]])
def test_a_run_that_was_killed_ends_in_the_same_weights(kills: list[int], tmp_path: Path) -> None:
    run(SMALL, tmp_path / "straight")
    for steps in kills:
        with pytest.raises(Killed):
            run(SMALL, tmp_path / "broken", steps)
    run(SMALL, tmp_path / "broken")
    assert_same(*(read_checkpoint(tmp_path / name / "last.pt") for name in ("straight", "broken")))
    metrics = [pd.read_csv(tmp_path / name / "metrics.csv").drop(columns="seconds") for name in ("straight", "broken")]
    pd.testing.assert_frame_equal(*metrics)


def test_a_mixed_run_with_seams_ends_in_the_same_weights_too(tmp_path: Path) -> None:
    """And starts from the weights of another: it needs them again when it is taken up."""
    write_localizer(UNet(2, 4, 3), tmp_path / "first.safetensors")
    config = replace(
        SMALL,
        mixing=MixingConfig(spider=1.0, phantom=1.0, epoch_slices=6),
        network=replace(SMALL.network, init=str(tmp_path / "first.safetensors")),
        loss=LossConfig(seam=0.5),
    )
    slices = (replace(SLICES[0], source="spider"), *SLICES[1:])
    material = to_material(config, Gathered(slices, [0, 1, 2, 3], [4, 5]))
    run(config, tmp_path / "straight", material=material)
    for steps in (2, 3):
        with pytest.raises(Killed):
            run(config, tmp_path / "broken", steps, material)
    run(config, tmp_path / "broken", material=material)
    assert_same(*(read_checkpoint(tmp_path / name / "last.pt") for name in ("straight", "broken")))


def test_sources_are_mixed_by_their_shares() -> None:
    sources = ["spider", "spider", "spider-midsagittal", "phantom", "phantom", "phantom"]
    slices = tuple(replace(each, source=source) for each, source in zip(SLICES, sources, strict=True))
    gathered = Gathered(slices, [0, 2, 3, 4], [1, 5])
    config = replace(SMALL, mixing=MixingConfig(spider=2.0, self_marked=1.0, phantom=1.0))
    mixture = to_material(config, gathered).training
    assert mixture == Mixture(((0,), (2,), (3, 4)), (2.0, 1.0, 1.0), size=4, stride=6)
    assert to_material(SMALL, gathered).training == [0, 2, 3, 4]
    one = to_material(replace(config, mixing=MixingConfig(spider=1.0, self_marked=1.0, epoch_slices=50)), gathered)
    assert one.training == Mixture(((0,), (2,)), (1.0, 1.0), size=50, stride=6)


def test_a_slice_that_comes_again_is_varied_anew() -> None:
    samples = MATERIAL.to_learner(SMALL, torch.device("cpu")).samples
    first, again, next_epoch = samples[0, 2], samples[0, 2 + len(SLICES)], samples[1, 2]
    assert first.marked is again.marked is next_epoch.marked
    drawn = [each.variation for each in (first, again, next_epoch)]
    assert len({variation.gamma for variation in drawn if variation is not None}) == 3


def test_training_starts_from_the_weights_of_another_run(tmp_path: Path) -> None:
    other = UNet(2, 4, 3)
    write_localizer(other, tmp_path / "first.safetensors")
    config = replace(SMALL, network=replace(SMALL.network, init=str(tmp_path / "first.safetensors")))
    begun, fresh = (MATERIAL.to_learner(each, torch.device("cpu")).network for each in (config, SMALL))
    torch.testing.assert_close(begun.head.weight, other.head.weight, rtol=1e-3, atol=1e-5)
    assert not torch.allclose(fresh.head.weight, other.head.weight, rtol=1e-2)
    with pytest.raises(ImagingError, match="no weights of the localizer"):
        MATERIAL.to_learner(replace(config, network=replace(config.network, features=8)), torch.device("cpu"))


def test_seams_are_part_of_the_loss_that_trains_and_of_the_one_that_chooses() -> None:
    """Of sure and right predictions it adds next to nothing, of a body that runs into its neighbour much."""
    batch = collate([SliceSample(SLICES[4], None)])
    plain, seamed = (
        MATERIAL.to_learner(replace(SMALL, loss=loss), torch.device("cpu"))
        for loss in (LossConfig(), LossConfig(seam=0.5))
    )
    losses = {}
    for name, network in (("right", Oracle()), ("merged", Merging())):
        for learner in (plain, seamed):
            (sums,) = learner.judge(network, [batch], torch.inference_mode)
            losses[name, learner is seamed] = float(sums[0, 0] / sums[0, 1])
    assert losses["right", True] == pytest.approx(losses["right", False], abs=0.001)
    assert losses["merged", True] > losses["merged", False] + 0.5
    still = replace(SMALL, variation=replace(STILL, window=(256, 256)))
    learner = MATERIAL.to_learner(replace(still, loss=LossConfig(seam=0.5)), torch.device("cpu"))
    varied = learner.collate([learner.samples[0, 4]])
    trained = learner.sum_losses(Merging(), varied)
    assert float(trained.numerator / trained.denominator) > losses["merged", False] + 0.5


def test_bfloat16_channels_last_and_accumulated_batches_train(tmp_path: Path) -> None:
    settings = replace(SMALL.run, epochs=1, precision="bf16-mixed", channels_last=True, accumulate=2)
    fabric = Fabric(accelerator="cpu", devices=1, precision="bf16-mixed")
    train(replace(SMALL, run=settings), MATERIAL, tmp_path, fabric)
    metrics = pd.read_csv(tmp_path / "metrics.csv")
    assert np.isfinite(metrics.to_numpy()).all()
    assert -1 < metrics["training_loss"][0] < 0


def test_the_papers_sgd_lowers_the_loss(tmp_path: Path) -> None:
    config = replace(SMALL, optimizer=LocalizerConfig().optimizer, run=replace(SMALL.run, epochs=6))
    assert (config.optimizer.name, config.optimizer.learning_rate) == ("sgd", 0.01)
    run(config, tmp_path)
    loss = pd.read_csv(tmp_path / "metrics.csv")["training_loss"]
    assert loss.iloc[-1] < loss.iloc[0] < 0


def test_it_overfits_four_slices(tmp_path: Path) -> None:
    config = replace(
        SMALL,
        network=UNetConfig(features=8, depth=3),
        variation=replace(STILL, window=(128, 64)),
        optimizer=OptimizerConfig("adamw", 0.05, schedule="cosine"),
        run=RunConfig(epochs=40, batch_size=4, accelerator="cpu"),
    )
    run(config, tmp_path)
    metrics = pd.read_csv(tmp_path / "metrics.csv")
    assert list(metrics.columns) == [
        "epoch", "learning_rate", "training_loss", "validation_loss", "dice_lumbar", "dice_s1", "seconds"
    ]  # fmt: skip
    assert metrics["training_loss"].iloc[-1] < -0.9
    assert metrics["dice_lumbar"].iloc[-1] > 0.9


def test_s1_that_was_not_marked_teaches_nothing() -> None:
    state = build_run(SMALL, MATERIAL._replace(training=[1]), Fabric(accelerator="cpu", devices=1))
    learner = state.learner
    batch = learner.collate([learner.samples[0, 1]])
    assert float(learner.weigh(batch)) == 1.0
    learner.sum_losses(learner.network, batch).numerator.backward()
    gradient = learner.network.head.weight.grad
    assert isinstance(gradient, torch.Tensor)
    assert gradient[0].any()
    assert not gradient[1].any()


def test_figures_of_an_epoch_are_those_of_whole_canvases() -> None:
    learner = MATERIAL.to_learner(SMALL, torch.device("cpu"))
    network = Oracle()
    batch = collate([SliceSample(SLICES[4], None), SliceSample(SLICES[1], None)])
    (sums,) = learner.judge(network, [batch], torch.inference_mode)
    loss, lumbar, s1 = (float(numerator / denominator) for numerator, denominator in sums)
    assert [row[1] for row in sums.tolist()] == [3.0, 2.0, 1.0]
    assert loss == pytest.approx(-1.0, abs=0.01)
    assert (lumbar, s1) == (1.0, 1.0)


class Merging(torch.nn.Module):
    """Sees one body where there are three: the rows between them too."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = Oracle()(pixels)
        grown = torch.nn.functional.max_pool2d(logits[:, :1], (9, 1), 1, (4, 0))
        return torch.cat([grown, logits[:, 1:]], dim=1)


class Oracle(torch.nn.Module):
    """Sees the brightness that the slices' bodies have."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        x = pixels[:, 0]
        return torch.stack([(x > 0.5) & (x < 0.8), x > 0.8], dim=1) * 40.0 - 20.0


def test_a_perfect_localizer_is_usable_in_every_slice() -> None:
    figures = summarise(evaluate(Oracle(), SLICES, torch.device("cpu")))
    assert figures["usable"] == 1.0
    assert figures["slices"] == 6
    assert (figures["lumbar"]["dice_mean"], figures["s1"]["dice_mean"]) == (1.0, 1.0)
    assert figures["s1"]["marked_slices"] == 5
    assert figures["lumbar"]["centroids"] == 18
    assert figures["lumbar"]["error_mm_mean"] == pytest.approx(0.0, abs=0.3)


def test_a_blind_localizer_is_usable_in_none() -> None:
    blind = judge_slice(np.zeros((2, 256, 256), np.float32), SLICES[0])
    assert not blind.success.is_usable
    figures = summarise([blind])
    assert (figures["usable"], figures["lumbar"]["dice_mean"]) == (0.0, 0.0)
    assert figures["lumbar"]["error_mm_mean"] is None


def test_nothing_is_found_outside_the_image() -> None:
    inside = SLICES[0].inside.copy()
    inside[220:] = False
    probabilities = SLICES[0].masks.astype(np.float32)
    probabilities[:, 230:, 20:60] = 1.0
    judged = judge_slice(probabilities, replace(SLICES[0], inside=inside))
    assert judged.success.is_usable
    assert judged.dice == {"lumbar": 1.0, "s1": 1.0}


def test_the_recipes_figures_are_of_the_weights_as_they_are_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(SMALL, tmp_path)
    seen: list[torch.nn.Module] = []
    monkeypatch.setattr(training.localizer.recipe, "evaluate", lambda network, *_: seen.append(network) or [])
    export(tmp_path, SMALL, Gathered(*MATERIAL), {})
    weights = load_file(tmp_path / "vertebrae.safetensors")
    for name, tensor in seen[0].state_dict().items():
        assert torch.equal(tensor, weights[name].to(tensor.dtype)), name


def test_weights_and_recipe_are_written(tmp_path: Path) -> None:
    run(SMALL, tmp_path)
    gathered = Gathered(*MATERIAL)
    write_slice_record(tmp_path, SMALL, describe_slices(gathered))
    begun = replace(SMALL, network=replace(SMALL.network, init="/home/somebody/first/vertebrae.safetensors"))
    recipe = export(tmp_path, begun, gathered, {"torch": "2"})
    text = (tmp_path / "vertebrae.json").read_text()
    assert json.loads(text) == json.loads(json.dumps(recipe))
    assert "somebody" not in text
    assert recipe["config"]["slices"]["spider"] == "SPIDER"
    own = recipe["data"]["phantom"]
    assert (own["licence"], own["training"], own["validation"], own["held_out"]) == (
        "made by this project", 4, 2, [4, 5],
    )  # fmt: skip
    assert recipe["figures"]["phantom"]["slices"] == 2
    weights = load_file(tmp_path / "vertebrae.safetensors")
    best = read_checkpoint(tmp_path / "best.pt")
    network = UNet(2, 4, 3)
    network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    assert recipe["epoch"] == best["epoch"]
    torch.testing.assert_close(weights["head.weight"].float(), best["network"]["head.weight"], rtol=1e-3, atol=1e-5)


def test_other_slices_are_noticed(tmp_path: Path) -> None:
    write_slice_record(tmp_path, SMALL, describe_slices(Gathered(*MATERIAL)))
    check_same_slices(tmp_path, describe_slices(Gathered(*MATERIAL)))
    pixels = replace(SLICES[0], pixels=SLICES[0].pixels + 0.1)
    masks = replace(SLICES[1], known=np.array([True, True]))
    other = Gathered((pixels, masks, *SLICES[2:5], make_slice(9)), [0, 1, 2], [3, 4, 5])
    with pytest.raises(RecordError, match="1 gone, 1 new, 2 with other pixels or masks, 1 in another part of 6"):
        check_same_slices(tmp_path, describe_slices(other))


@pytest.mark.parametrize(
    ("source", "patient", "out"),
    [("spider", 5, True), ("spider", 6, False), ("spider-midsagittal", 5, True), ("phantom", 5, True),
     ("phantom", 34, False), ("phantom", 10, True)],
)  # fmt: skip
def test_patients_are_held_out_by_number(source: str, patient: int, out: bool) -> None:
    held_out = HeldOutConfig(spider=(5, 34), phantom_every=5)
    assert is_held_out(held_out, source, patient) == out
    assert not is_held_out(HeldOutConfig(phantom_every=0), "phantom", 5)


def test_phantoms_are_gathered_and_held_out_by_number() -> None:
    config = to_localizer_config({
        "slices": {"phantoms": 2, "phantom_slices": 1, "targets": "corners"}, "held_out": {"phantom_every": 2},
    })  # fmt: skip
    gathered = gather(config, lambda make, numbers: (tuple(make_slice(number) for _ in [make]) for number in numbers))
    assert [each.patient for each in gathered.slices] == [1, 2]
    assert (gathered.training, gathered.validation) == ([0], [1])
