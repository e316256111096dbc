"""Several processes train the network that one would."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from lightning_fabric import Fabric

from imaging.augmentation import AugmentationSettings
from tests.training.apart_on_ranks import CONFIG, make_material
from tests.training.disc_makers import make_cohort
from training.class_weights import count_classes, weigh_classes, weigh_intervals
from training.data import Discs
from training.grading import load_grader, predict_discs
from training.loss import sum_losses
from training.run import build_run, save_last
from training.run_folder import read_checkpoint

ROOT = Path(__file__).parents[2]


def launch(script: str, *arguments: str, ranks: int) -> subprocess.CompletedProcess[str]:
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={ranks}"] if ranks > 1 else []
    command = [sys.executable, *launcher, str(Path(__file__).parent / script), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


def test_two_ranks_that_were_killed_end_in_the_same_weights(tmp_path: Path) -> None:
    """Between two checkpoints; what each rank keeps of its own, such as sums of losses, must be in them."""
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    straight.mkdir()
    broken.mkdir()
    killed = launch("resume_on_ranks.py", str(tmp_path), ranks=2)
    assert "SIGKILL" in killed.stderr, killed.stderr
    at = read_checkpoint(broken / "last.pt")
    assert (at["epoch"], at["step"]) == (1, 2)
    resumed = launch("resume_on_ranks.py", str(tmp_path), ranks=2)
    assert resumed.returncode == 0, resumed.stderr
    for name in ("last.pt", "best.pt"):
        one, other = (read_checkpoint(folder / name) for folder in (straight, broken))
        assert_same(*({k: v for k, v in each.items() if k != "seconds"} for each in (one, other)), name)


def assert_same(one: Any, other: Any, where: str) -> None:
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), where
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_same(one[key], other[key], f"{where} {key}")
    else:
        assert one == other, where


def test_two_ranks_train_as_one(tmp_path: Path) -> None:
    """The same discs a step, by two processes or by twice the batches; norms see the same batches either way."""
    logs = []
    for ranks in (1, 2):
        folder = tmp_path / str(ranks)
        folder.mkdir()
        ended = launch("train_on_ranks.py", str(ranks), str(folder), ranks=ranks)
        assert ended.returncode == 0, ended.stderr
        logs.append(pd.read_csv(folder / "metrics.csv"))
    assert logs[0]["training_loss"][0] == logs[1]["training_loss"][0]
    np.testing.assert_allclose(logs[0]["training_loss"], logs[1]["training_loss"], rtol=1e-4)
    # Norms' running statistics: one process averages over all batches in turn, two over half of them each.
    np.testing.assert_allclose(logs[0]["validation_loss"], logs[1]["validation_loss"], rtol=0.05)
    best = read_checkpoint(tmp_path / "2" / "best.pt")
    assert validate_alone(tmp_path / "2") == pytest.approx(best["validation_loss"], rel=1e-5)


def validate_alone(folder: Path) -> float:
    """The validation loss of what two ranks kept, by one process: both must have validated that network."""
    store, targets = make_cohort(4)
    discs, grader = Discs(store, targets, AugmentationSettings(), 0), load_grader(folder)
    table = predict_discs(grader, discs, range(8, 12))
    logits = torch.tensor(table[["p0", "p1", "p2", "p3"]].to_numpy()).log().reshape(4, 3, 4)
    counts = count_classes(targets.low[:8], targets.high[:8])
    weights = torch.tensor(weigh_intervals(counts, weigh_classes(counts)))
    low = torch.from_numpy(targets.low[8:12])
    return float(sum_losses(logits, low, low, weights).mean())


def test_ranks_that_see_other_files_do_not_train(tmp_path: Path) -> None:
    """As on nodes that share no folder: each of them says so, and none begins anew."""
    for rank in "01":
        (tmp_path / rank).mkdir()
    run = build_run(CONFIG, make_material(), Fabric(accelerator="cpu", devices=1))
    run.epoch, run.step = 1, 1
    save_last(run, tmp_path / "0")
    ended = launch("apart_on_ranks.py", str(tmp_path), ranks=2)
    assert ended.returncode == 0, ended.stderr
    first, second = ((tmp_path / f"{rank}.txt").read_text().splitlines() for rank in "01")
    assert first[:3] == second[:3]
    same, data, place, damaged, _ = first
    assert same == "nothing"
    assert data.startswith("SharedError: process 1 has other discs, labels or parts than the first")
    assert place.startswith("SharedError: process 1 would begin after step 0 of epoch 1, the first after step 1 of ")
    assert damaged.startswith("SharedError: 0/last.pt is damaged")
    assert second[3].startswith("SharedError: 1/last.pt is damaged")
    assert first[4].startswith("RunError: 0/last.pt is damaged"), "one rank's alone is said by that rank"
    assert second[4] == "SharedError: process 0 could not begin: it says why itself"
