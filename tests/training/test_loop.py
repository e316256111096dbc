"""The loop learns, keeps the best, and ends in the same weights whether or not it was killed on the way."""

import errno
import io
import resource
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any, IO

import numpy as np
import pandas as pd
import pytest
import torch
from lightning_fabric import Fabric
from torch.utils.data import Dataset

import training.loop
import training.models
from imaging.augmentation import AugmentationSettings
from imaging.intensity import NormaliseSettings
from imaging.store.crop import DiscCrops
from imaging.store.schema import StoreError
from lexicons.vocabulary import Level, View
from tests.training.disc_makers import make_cohort
from training.config import Config, DataConfig, ModelConfig, OptimizerConfig, RunConfig, SplitConfig
from training.config_file import to_config
from training.data import collate, Discs, to_views
from training.disc_learner import DiscLearner, DiscMaterial
from training.loop import Progress, take_step, train
from training.loss import LossSum, sum_losses
from training.models import find_model, Model
from training.run import build_run
from training.run_folder import append_metrics, read_checkpoint, RunError, write_checkpoint
from training.run_record import RecordError
from training.sampling import load

EVERYTHING = Config(
    model=ModelConfig("deepspine-tiny", dropout=0.2, view_dropout=0.3),
    optimizer=OptimizerConfig("adamw", 1e-3, weight_decay=0.01, schedule="cosine", warmup_steps=2, ema=0.9),
    run=RunConfig(epochs=2, batch_size=2, accumulate=2, accelerator="cpu", save_steps=1),
)
"""Every choice that draws numbers or keeps a state is on."""


@pytest.fixture(autouse=True)
def small_grids(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny grader on half its grid: these tests are of the loop."""

    def shrink(model: Model) -> Model:
        halves = [tuple(-(-n // 2) for n in grid.samples) for grid in (model.axial, model.sagittal)]
        halves[0] = (model.axial.samples[0], *halves[0][1:])  # the axial slices are the network's channels
        axial, sagittal = (
            replace(g, samples=half) for g, half in zip((model.axial, model.sagittal), halves, strict=True)
        )
        return replace(model, axial=axial, sagittal=sagittal)

    monkeypatch.setattr(training.models, "MODELS", tuple(map(shrink, training.models.MODELS)))


def make_material(studies: int = 4, seed: int = 0) -> DiscMaterial:
    store, targets = make_cohort(studies, seed)
    rows = len(targets.discs)
    return DiscMaterial(store, targets, list(range(rows - 4)), list(range(rows - 4, rows)))


def fabric() -> Fabric:
    return Fabric(accelerator="cpu", devices=1)


class Killed(Exception):
    """Stands in for a kill."""


def train_killed_after(steps: int, config: Config, material: DiscMaterial, folder: Path) -> None:
    seen = 0

    def watch(_: Progress) -> None:
        nonlocal seen
        seen += 1
        if seen == steps:
            raise Killed

    with pytest.raises(Killed):
        train(config, material, folder, fabric(), watch)


def assert_same(one: Any, other: Any, where: str = "state") -> None:
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), where
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_same(one[key], other[key], f"{where}.{key}")
    else:
        assert one == other, where


@pytest.mark.parametrize("kills", [[1], [2], [3, 1]])
def test_a_run_that_was_killed_ends_in_the_same_weights(kills: list[int], tmp_path: Path) -> None:
    """Two epochs of two steps: killed in an epoch, at its end, and twice."""
    material = make_material()
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    straight.mkdir()
    broken.mkdir()
    train(EVERYTHING, material, straight, fabric())
    for steps in kills:
        train_killed_after(steps, EVERYTHING, material, broken)
    train(EVERYTHING, material, broken, fabric())
    assert_same(read_checkpoint(straight / "last.pt"), read_checkpoint(broken / "last.pt"))
    metrics = [pd.read_csv(folder / "metrics.csv").drop(columns="seconds") for folder in (straight, broken)]
    pd.testing.assert_frame_equal(*metrics)
    bests = [read_checkpoint(folder / "best.pt") for folder in (straight, broken)]
    assert_same(*({key: best[key] for key in ("network", "epoch", "validation_loss")} for best in bests))


def test_another_seed_ends_elsewhere(tmp_path: Path) -> None:
    material = make_material()
    states = []
    for seed in (0, 1):
        folder = tmp_path / str(seed)
        folder.mkdir()
        train(replace(EVERYTHING, run=replace(EVERYTHING.run, seed=seed, epochs=1)), material, folder, fabric())
        states.append(read_checkpoint(folder / "last.pt")["network"]["heads.0.weight"])
    assert not torch.equal(*states)


def test_another_config_is_not_resumed(tmp_path: Path) -> None:
    one_epoch = replace(EVERYTHING, run=replace(EVERYTHING.run, epochs=1))
    train(one_epoch, make_material(), tmp_path, fabric())
    with pytest.raises(RecordError, match=r"run\.epochs was 1, now 2"):
        train(EVERYTHING, make_material(), tmp_path, fabric())


def test_it_learns_what_can_be_seen(tmp_path: Path) -> None:
    config = Config(
        model=ModelConfig("deepspine-tiny", dropout=0.0, view_dropout=0.0),
        augmentation=AugmentationSettings((2.0, 2.0, 2.0), (1.0, 1.0, 1.0), 0.02, 0.5, 0.0, 0.0, 0.0),
        optimizer=OptimizerConfig("adamw", 3e-3, schedule="cosine"),
        run=RunConfig(epochs=6, batch_size=8, accelerator="cpu"),
    )
    train(config, make_material(12), tmp_path, fabric())
    metrics = pd.read_csv(tmp_path / "metrics.csv")
    assert metrics["epoch"].tolist() == list(range(6))
    assert metrics["training_loss"].iloc[-1] < 0.75 * metrics["training_loss"].iloc[0]


def test_the_best_is_the_epoch_of_the_lowest_validation_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    losses = iter([2.0, 1.0, 1.5])
    monkeypatch.setattr(training.loop, "_validate", lambda *_: [LossSum(torch.tensor(next(losses)), torch.tensor(1.0))])
    config = replace(EVERYTHING, run=replace(EVERYTHING.run, epochs=3), optimizer=OptimizerConfig())
    train(config, make_material(), tmp_path, fabric())
    metrics, best = pd.read_csv(tmp_path / "metrics.csv"), read_checkpoint(tmp_path / "best.pt")
    assert best["epoch"] == metrics["validation_loss"].idxmin() == 1
    assert best["validation_loss"] == metrics["validation_loss"].min() == read_checkpoint(tmp_path / "last.pt")["best"]


def test_progress_counts_every_step_once(tmp_path: Path) -> None:
    seen: list[Progress] = []
    train(EVERYTHING, make_material(), tmp_path, fabric(), seen.append)
    assert [(p.epoch, p.step) for p in seen] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [bool(p.metrics) for p in seen] == [False, True, False, True]


def test_accumulated_batches_make_the_gradient_of_one() -> None:
    """In evaluation, where norms do not depend on the batch; one disc has no label for a task."""
    material = make_material()
    material.targets.low[1, 2] = material.targets.high[1, 2] = -1
    config = replace(
        EVERYTHING, model=ModelConfig("deepspine-tiny", dropout=0.0, view_dropout=0.0), optimizer=OptimizerConfig()
    )
    still = AugmentationSettings(noise=0.0)
    samples = [Discs(material.reader, material.targets, still, 0)[0, row] for row in range(5)]
    run = build_run(config, material, fabric())
    whole = collate(samples)
    assert isinstance(run.learner, DiscLearner)
    views = to_views(
        whole.discs, whole.augmentations, run.learner.model, run.learner.views, NormaliseSettings(), torch.device("cpu")
    )
    sum_losses(run.network.eval()(views), whole.low, whole.high, run.learner.weights).mean().backward()
    expected = [p.grad.square() * 0.05 for p in run.network.parameters() if p.grad is not None]
    for parts in ([samples], [samples[:2], samples[2:]]):
        run = build_run(config, material, fabric())
        run.wrapped.eval()
        take_step(run, [collate(part) for part in parts])
        squares = [state["square_avg"] for state in run.optimizer.state.values()]
        for one, other in zip(squares, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-10)


def test_one_view_trains_alone(tmp_path: Path) -> None:
    for view in View:
        config = replace(EVERYTHING, model=ModelConfig("deepspine-tiny", (view.value,), view_dropout=0.0))
        folder = tmp_path / view.value
        folder.mkdir()
        train(replace(config, run=replace(config.run, epochs=1)), make_material(), folder, fabric())
        names = read_checkpoint(folder / "best.pt")["network"]
        assert {name.partition(".")[0] for name in names} == {view.value, "heads"}


def test_bfloat16_and_channels_last_train(tmp_path: Path) -> None:
    config = replace(EVERYTHING, run=replace(EVERYTHING.run, epochs=1, precision="bf16-mixed", channels_last=True))
    train(config, make_material(), tmp_path, Fabric(accelerator="cpu", devices=1, precision="bf16-mixed"))
    assert np.isfinite(pd.read_csv(tmp_path / "metrics.csv")["validation_loss"]).all()


def test_nobody_to_validate_is_said_before_training(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no disc validates"):
        train(EVERYTHING, make_material()._replace(validation=[]), tmp_path, fabric())


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    wild = replace(EVERYTHING, optimizer=OptimizerConfig(learning_rate=1e38))
    wild = replace(wild, run=replace(EVERYTHING.run, save_steps=0))
    with pytest.raises(RunError, match=r"validation loss of epoch 1 is (nan|inf): .* lower optimizer.learning_rate"):
        train(wild, make_material(), tmp_path, fabric())
    assert not list(tmp_path.iterdir())


def test_a_loss_that_is_no_number_is_never_taken_up_again(tmp_path: Path) -> None:
    """A checkpoint within the epoch is not written over by one of weights that are no numbers."""
    wild = replace(EVERYTHING, optimizer=OptimizerConfig(learning_rate=1e38), run=replace(EVERYTHING.run, epochs=1))
    with pytest.raises(RunError, match="training loss of epoch 1 is nan"):
        train(wild, make_material(12), tmp_path, fabric())
    kept = read_checkpoint(tmp_path / "last.pt")
    assert kept["step"] >= 1
    assert np.isfinite(kept["sums"]).all()
    assert not (tmp_path / "best.pt").exists()


def test_the_config_of_a_checkpoint_reads_back(tmp_path: Path) -> None:
    import tomllib

    named = DataConfig("/data/jane/labels.csv", "/data/jane/volumes", "/data/jane/patients.csv")
    own = replace(EVERYTHING, run=replace(EVERYTHING.run, epochs=1), data=named)
    config = replace(own, split=SplitConfig(file="/data/jane/split.csv"))
    train(config, make_material(), tmp_path, fabric())
    kept = {name: read_checkpoint(tmp_path / f"{name}.pt")["config"] for name in ("best", "last")}
    assert to_config(tomllib.loads(kept["last"])) == config
    assert "jane" not in kept["best"]
    named = DataConfig("labels.csv", "volumes", "patients.csv")
    assert to_config(tomllib.loads(kept["best"])) == replace(config, data=named, split=SplitConfig(file="split.csv"))
    assert find_model(config.model.name).name == "deepspine-tiny"


def test_metrics_of_epochs_done_again_are_replaced(tmp_path: Path) -> None:
    for epoch, loss in ((0, 1.0), (1, 2.0), (2, 3.0), (1, 4.0)):
        append_metrics({"epoch": epoch, "validation_loss": loss}, tmp_path)
    table = pd.read_csv(tmp_path / "metrics.csv")
    assert table.to_numpy().tolist() == [[0, 1.0], [1, 4.0]]


def test_a_kill_while_writing_leaves_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "last.pt"
    write_checkpoint({"epoch": 1}, path)

    def half(state: object, to: IO[bytes]) -> None:
        to.write(b"half")
        raise Killed

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(Killed):
        write_checkpoint({"epoch": 2}, path)
    assert read_checkpoint(path) == {"epoch": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["last.pt"]


def test_an_interrupt_while_writing_stays_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """torch makes an error of its own of it, as of a full disk."""

    class Interrupted(io.BytesIO):
        def write(self, content: Any) -> int:
            raise KeyboardInterrupt

    path = tmp_path / "last.pt"
    write_checkpoint({"epoch": 1}, path)
    monkeypatch.setattr(Path, "open", lambda *_: Interrupted())
    with pytest.raises(KeyboardInterrupt):
        write_checkpoint({"epoch": 2, "weights": torch.zeros(10_000)}, path)
    monkeypatch.undo()
    assert read_checkpoint(path) == {"epoch": 1}


def test_a_full_disk_leaves_the_last_checkpoint_and_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    write_checkpoint({"epoch": 1}, path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match=r"File too large: 'last.pt'") as raised:
            write_checkpoint({"epoch": 2, "weights": torch.zeros(100_000)}, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert raised.value.errno == errno.EFBIG
    assert read_checkpoint(path) == {"epoch": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["last.pt"]


def test_what_is_wrong_with_a_sample_is_raised_from_workers_as_without(tmp_path: Path) -> None:
    """Not torch's message, which is the worker's whole traceback, paths and all."""
    material = make_material()
    for workers in (0, 1):
        config = replace(EVERYTHING, run=replace(EVERYTHING.run, workers=workers))
        with pytest.raises(StoreError) as raised:
            train(config, material._replace(reader=BrokenStore()), tmp_path, fabric())
        assert str(raised.value) == "study s1 is damaged"


class Interrupts(Dataset[bool]):
    """Whether the process that reads a sample leaves Ctrl-C to another."""

    def __getitem__(self, key: object) -> bool:
        return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_workers_leave_an_interrupt_to_the_first_process() -> None:
    batches = [[(0, 0), (0, 1)]]
    assert [list(load(Interrupts(), list, batches, workers)) for workers in (0, 1)] == [[[False] * 2], [[True] * 2]]


class BrokenStore:
    def read_disc(self, study_id: str, level: Level | str) -> DiscCrops:
        raise StoreError("study s1 is damaged")
