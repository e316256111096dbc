"""A run's best weights grade discs: the same table whatever the batches, and with what views there are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from lightning_fabric import Fabric

from imaging.augmentation import AugmentationSettings
from tests.training.disc_makers import make_cohort, MemoryStore, TASKS
from training.config import Config, ModelConfig, OptimizerConfig, RunConfig
from training.data import Discs
from training.disc_learner import DiscMaterial
from training.grading import Grader, load_grader, predict_discs
from training.loop import train
from training.predictions import check_predictions

CONFIG = Config(
    model=ModelConfig("deepspine-tiny"),
    optimizer=OptimizerConfig("adamw", 1e-3, ema=0.5),
    run=RunConfig(epochs=1, batch_size=3, accelerator="cpu"),
)
STORE, TARGETS = make_cohort(3)
DISCS = Discs(STORE, TARGETS, AugmentationSettings(), 0)
P = ["p0", "p1", "p2", "p3"]


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Grader:
    folder: Path = tmp_path_factory.mktemp("run")
    train(CONFIG, DiscMaterial(STORE, TARGETS, [0, 1, 2], [3, 4]), folder, Fabric(accelerator="cpu", devices=1))
    return load_grader(folder)


def test_the_grader_is_the_runs(grader: Grader) -> None:
    assert grader.config == CONFIG
    assert grader.tasks == TASKS
    assert not grader.network.training


def test_predictions_are_of_the_rows_asked_for(grader: Grader) -> None:
    table = check_predictions(predict_discs(grader, DISCS, [7, 2, 4]))
    assert table["study_id"].tolist() == ["s2"] * 3 + ["s0"] * 3 + ["s1"] * 3
    assert table["level"].tolist() == ["L4-L5"] * 3 + ["L5-S1"] * 3 + ["L4-L5"] * 3
    assert table["task"].tolist() == ["SCS", "LFS", "RFS"] * 3
    assert len(np.unique(table[P].to_numpy().round(6), axis=0)) == 9


def test_batches_change_nothing(grader: Grader) -> None:
    tables = [predict_discs(grader, DISCS, range(9), batch_size=size) for size in (1, 4)]
    np.testing.assert_allclose(*(table[P] for table in tables), atol=1e-5)


def test_grading_draws_nothing(grader: Grader) -> None:
    torch.manual_seed(0)
    first = predict_discs(grader, DISCS, range(3))
    torch.manual_seed(1)
    pd.testing.assert_frame_equal(predict_discs(grader, DISCS, range(3)), first)


@pytest.mark.parametrize("missing", ["axial", "sagittal"])
def test_a_disc_without_a_view_is_graded_with_the_other(grader: Grader, missing: str) -> None:
    halved = MemoryStore({key: replace(disc, **{missing: ()}) for key, disc in STORE.discs.items()})
    whole, half = (
        predict_discs(grader, Discs(store, TARGETS, AugmentationSettings(), 0), range(3)) for store in (STORE, halved)
    )
    assert np.isfinite(half[P].to_numpy()).all()
    assert np.abs(whole[P].to_numpy() - half[P].to_numpy()).max() > 1e-4
