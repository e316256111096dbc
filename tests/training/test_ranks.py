"""Several processes train the network that one would."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from imaging.augmentation import AugmentationSettings
from tests.training.disc_makers import make_cohort
from training.class_weights import count_classes, weigh_classes, weigh_intervals
from training.data import Discs
from training.grading import load_grader, predict_discs
from training.loss import sum_losses
from training.run_folder import read_checkpoint

ROOT = Path(__file__).parents[2]


def test_two_ranks_train_as_one(tmp_path: Path) -> None:
    """The same discs a step, by two processes or by twice the batches; norms see the same batches either way."""
    logs = []
    for ranks in (1, 2):
        folder = tmp_path / str(ranks)
        folder.mkdir()
        launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"] if ranks == 2 else []
        command = [sys.executable, *launch, str(Path(__file__).parent / "train_on_ranks.py"), str(ranks), str(folder)]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
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
