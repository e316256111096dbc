"""The paper's own form: two detectors, trained apart, on 512 x 512; and the joint one on 256 x 256."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from lightning_fabric import Fabric
from safetensors import safe_open

from imaging.localizer.slices import to_slices
from imaging.localizer.unet import UNet
from imaging.localizer.weights import OUTPUTS, read_localizer, write_localizer
from imaging.refusal import ImagingError
from imaging.volume import Volume
from tests.training.localizer.slice_makers import make_slice, to_finer
from training.config import ConfigError, OptimizerConfig, RunConfig
from training.localizer.config import (
    LocalizerConfig,
    MixingConfig,
    SliceConfig,
    TaskConfig,
    to_localizer_config,
    UNetConfig,
    VariationSettings,
)
from training.localizer.evaluation import evaluate, judge_slice, summarise
from training.localizer.learner import SliceMaterial, to_material
from training.localizer.material import gather, Gathered
from training.localizer.phantoms import make_phantom
from training.localizer.recipe import export
from training.localizer.variation import to_window
from training.loop import train

PAPER = {"task": {"detectors": ["s1"]}, "slices": {"phantoms": 1, "canvas": 512, "targets": "corners"}}
STILL = VariationSettings(
    rotation_deg=0, scale=0, aspect=0, shear=0, shift_mm=(0, 0), bias=0, gamma=0, curve_probability=0,
    blur_probability=0, noise=0, cut_top_probability=0, cut_bottom_probability=0,
)  # fmt: skip


def count_by_hand(outputs: int) -> int:
    """Convolutions of 3 x 3 without bias, each with a scale and a shift; 2 x 2 transposed and 1 x 1 ones with bias."""
    modules = [(1, 32), (32, 64), (64, 128), (128, 256), (256, 512)]  # on the way down
    modules += [(512, 256), (256, 128), (128, 64), (64, 32)]  # and up, on what was skipped and what was widened
    convolutions = sum(9 * inputs * outputs + 9 * outputs * outputs + 2 * 2 * outputs for inputs, outputs in modules)
    widened = sum(4 * above * below + below for above, below in [(512, 256), (256, 128), (128, 64), (64, 32)])
    return convolutions + widened + 32 * outputs + outputs


def test_the_network_is_the_papers() -> None:
    config = to_localizer_config(PAPER)
    learner = SliceMaterial([], [], []).to_learner(config, torch.device("cpu"))
    network = learner.network
    assert sum(each.numel() for each in network.parameters()) == count_by_hand(1) == 7_762_465
    assert sum(each.numel() for each in UNet(2).parameters()) == count_by_hand(2)
    with torch.inference_mode():
        assert network.eval()(torch.zeros(1, 1, 512, 512)).shape == (1, 1, 512, 512)
    kinds = [type(each).__name__ for each in network.modules() if not list(each.children())]
    assert kinds[:6] == ["Conv2d", "BatchNorm2d", "ReLU"] * 2
    assert kinds.count("ReLU") == kinds.count("BatchNorm2d") == 18


def test_the_papers_training_needs_no_more_than_three_keys() -> None:
    config = to_localizer_config(PAPER)
    assert (config.optimizer.name, config.optimizer.learning_rate, config.optimizer.momentum) == ("sgd", 0.01, 0.0)
    assert config.loss.seam == 0.0
    assert to_window(config.variation, config.slices.canvas) == (512, 512)
    for detectors in ([], ["s1", "lumbar"], ["s1", "s1"]):
        with pytest.raises(ConfigError, match=r"task\.detectors"):
            to_localizer_config({**PAPER, "task": {"detectors": detectors}})
    with pytest.raises(ConfigError, match=r"slices.canvas.*256 or 512"):
        to_localizer_config({"slices": {"phantoms": 1, "canvas": 300}})
    with pytest.raises(ConfigError, match=r"variation.window\[0\] is 512"):
        to_localizer_config({"slices": {"phantoms": 1}, "variation": {"window": [512, 0]}})


@pytest.mark.parametrize(
    ("detectors", "canvas"), [(("lumbar", "s1"), 256), (("lumbar",), 512), (("s1",), 512), (("s1",), 256)]
)
def test_every_form_overfits_two_slices(detectors: tuple[str, ...], canvas: int, tmp_path: Path) -> None:
    slices = tuple(make_slice(seed) if canvas == 256 else to_finer(make_slice(seed)) for seed in range(2))
    config = LocalizerConfig(
        task=TaskConfig(detectors=detectors),  # type: ignore[arg-type]
        slices=SliceConfig(phantoms=2, canvas=canvas),  # type: ignore[arg-type]
        mixing=MixingConfig(phantom=1.0, epoch_slices=80),
        network=UNetConfig(features=8, depth=3),
        variation=replace(STILL, window=(canvas // 2, canvas // 4)),
        optimizer=OptimizerConfig("adamw", 0.05, schedule="cosine"),
        run=RunConfig(epochs=1, batch_size=2, accelerator="cpu"),
    )
    gathered = Gathered(slices, [0, 1], [0, 1])
    train(config, to_material(config, gathered), tmp_path, Fabric(accelerator="cpu", devices=1))
    metrics = pd.read_csv(tmp_path / "metrics.csv")
    assert [name for name in metrics.columns if name.startswith("dice")] == [f"dice_{name}" for name in detectors]
    for name in detectors:
        assert metrics[f"dice_{name}"].iloc[-1] > 0.9
    recipe = export(tmp_path, config, gathered, {})
    figures = recipe["figures"]["phantom"]
    assert [name for name in ("lumbar", "s1") if name in figures] == list(detectors)
    assert all(figures[name]["error_mm_median"] < 1.0 for name in detectors)
    assert recipe["network"]["canvas"] == [canvas, canvas]
    with safe_open(tmp_path / "vertebrae.safetensors", framework="pt") as file:
        outputs = [{"lumbar": "T12-L5", "s1": "S1"}[name] for name in detectors]
        assert file.metadata() == {"outputs": ", ".join(outputs), "canvas": str(canvas)}


def test_seams_of_one_detector_are_those_between_all_vertebrae() -> None:
    """S1 alone still learns to keep clear of L5, on any canvas alike."""
    losses = {}
    for canvas, marked in ((256, make_slice(0)), (512, to_finer(make_slice(0)))):
        for weight in (0.0, 20.0):
            config = to_localizer_config({
                "task": {"detectors": ["s1"]}, "slices": {"phantoms": 1, "canvas": canvas},
                "loss": {"seam": 1.0, "seam_weight": weight},
            })  # fmt: skip
            learner = SliceMaterial([marked], [0], [0]).to_learner(config, torch.device("cpu"))
            batch = learner.collate([learner.samples[-1, 0]])
            assert float(learner.weigh(batch)) == 1.0
            for rows in (0, 6):
                network = Sees(batch.masks[:, 1:], rows * canvas // 256)
                (sums,) = learner.judge(network, [batch], torch.inference_mode)
                losses[canvas, weight, rows] = float(sums[0, 0] / sums[0, 1])
    assert losses[256, 20.0, 0] == pytest.approx(-1.0, abs=0.01)
    assert losses[256, 20.0, 6] > losses[256, 0.0, 6] + 0.05
    assert losses[512, 20.0, 6] == pytest.approx(losses[256, 20.0, 6], rel=0.03)


class Sees(torch.nn.Module):
    """Sees a mask, grown up and down by some rows."""

    def __init__(self, mask: torch.Tensor, rows: int) -> None:
        super().__init__()
        self.mask = torch.nn.functional.max_pool2d(mask.float(), (2 * rows + 1, 1), 1, (rows, 0))

    def forward(self, _: torch.Tensor) -> torch.Tensor:
        return self.mask * 40.0 - 20.0


def test_one_detector_is_judged_by_its_own_vertebrae() -> None:
    slices = [to_finer(make_slice(0)), to_finer(make_slice(1))]
    masks = torch.from_numpy(np.stack([each.masks for each in slices]))
    judged = evaluate(Sees(masks[:, 1:], 0), slices, torch.device("cpu"), ("s1",))
    figures = summarise(judged, ("s1",))
    assert (figures["usable"], figures["s1_apart"], figures["s1"]["dice_mean"]) == (1.0, None, 1.0)
    assert "lumbar" not in figures
    blind = summarise(evaluate(Sees(masks[:, :1] & False, 0), slices, torch.device("cpu"), ("s1",)), ("s1",))
    assert (blind["usable"], blind["same_number"]) == (0.0, 0.0)
    merged = summarise(evaluate(Sees(masks[:, :1], 20), slices, torch.device("cpu"), ("lumbar",)), ("lumbar",))
    assert (merged["usable"], merged["solitary"]) == (0.0, 0.0)


def test_areas_count_by_their_millimetres() -> None:
    """A speck of 98 mm2 is no vertebra on either canvas, one of 196 mm2 is."""
    for marked in (make_slice(0), to_finer(make_slice(0))):
        scale = len(marked.pixels) // 256
        for side, expected in ((7, 1.0), (10, 0.0)):
            seen = marked.masks.astype(np.float32)
            seen[0, : side * scale, : side * scale] = 1.0
            judged = judge_slice(seen, marked)
            assert summarise([judged])["usable"] == expected
            assert judged.errors_mm["lumbar"].max() == 0.0


def test_slices_without_s1_teach_the_detector_of_s1_nothing() -> None:
    def make(number: int) -> tuple:
        return (make_slice(number, has_s1=number > 1),)

    for detectors, expected in ((["s1"], [2, 3]), (["lumbar"], [1, 2, 3])):
        config = to_localizer_config({"task": {"detectors": detectors}, "slices": {"phantoms": 3}})
        assert [each.patient for each in gather(config, lambda _, numbers: map(make, numbers)).slices] == expected


def test_a_finer_canvas_shows_the_same_field() -> None:
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = (0, 0.9, 0), (0, 0, -0.9), (-1, 0, 0)
    volume = Volume(np.random.default_rng(0).random((1, 200, 180)).astype(np.float32), affine, 4.0)
    coarse, fine = to_slices(volume), to_slices(volume, 512)
    np.testing.assert_allclose(fine.affine[:3, :2] * 2, coarse.affine[:3, :2])
    corners = [
        each.affine @ [edge - 0.5, edge - 0.5, 0, 1]
        for each, size in ((coarse, 256), (fine, 512))
        for edge in (0, size)
    ]
    np.testing.assert_allclose(corners[:2], corners[2:])
    assert fine.inside.sum() == pytest.approx(4 * coarse.inside.sum(), rel=0.02)
    (small,), (large,) = make_phantom(1, 0, 1), make_phantom(1, 0, 1, 512)
    assert large.pixel_mm * 2 == small.pixel_mm == 1.4
    nested = large.masks[:, ::2, ::2] ^ small.masks
    assert nested.sum() < 0.2 * small.masks.sum()  # at the edges


@pytest.mark.parametrize(
    ("outputs", "kind", "canvas", "words"),
    [(1, OUTPUTS[1:], 512, "no weights of the localizer"), (2, OUTPUTS, 512, "canvas 512; .* on a canvas of 256"),
     (2, OUTPUTS[::-1], 256, "outputs S1, T12-L5; .* with T12-L5, S1")],
)  # fmt: skip
def test_vertebrae_are_found_with_both_detectors_on_the_usual_canvas(
    outputs: int, kind: tuple[str, ...], canvas: int, words: str, tmp_path: Path
) -> None:
    write_localizer(UNet(outputs), tmp_path / "w.safetensors", kind, canvas)
    with pytest.raises(ImagingError, match=words):
        read_localizer(tmp_path / "w.safetensors")
