"""A wrong key or an impossible combination is answered with what to do; a config survives its file."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.config import check_config, Config, ConfigError, OptimizerConfig, TargetConfig
from training.config_file import read_config, to_config, to_toml
from training.models import MODELS

ROOT = Path(__file__).parents[2]


def test_nothing_is_the_papers_run() -> None:
    config = to_config({})
    assert config == Config()
    assert (config.optimizer.name, config.optimizer.learning_rate, config.optimizer.rho) == ("adadelta", 1.0, 0.95)
    assert (config.model.name, config.model.dropout, config.split.shares) == ("deepspine", 0.2, (0.7, 0.15, 0.15))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"modell": {}}, ["'modell'", "'model'"]),
        ({"epochs": 3}, ["'epochs'", "'run.epochs'"]),
        ({"run": {"epoch": 3}}, ["'run.epoch'", "'run.epochs'"]),
        ({"run": {"learning_rate": 3.0}}, ["'optimizer.learning_rate'"]),
        ({"split": {"sed": 3}}, ["'split.seed'"]),
        ({"run": 3}, ["run is 3", "[run]"]),
        ({"run": {"epochs": "3"}}, ["run.epochs", "whole number"]),
        ({"run": {"epochs": True}}, ["run.epochs", "whole number"]),
        ({"run": {"compile": 1}}, ["run.compile", "true or false"]),
        ({"targets": {"tasks": "SCS"}}, ["targets.tasks", "list"]),
        ({"targets": {"tasks": ["SCS", "XXX"]}}, ["targets.tasks", "XXX", "'RFS'"]),
        ({"model": {"name": "deepspin"}}, ["model.name", "'deepspine-tiny'"]),
        ({"run": {"epochs": 0}}, ["run.epochs is 0", "1 to"]),
        ({"model": {"dropout": 1.5}}, ["model.dropout is 1.5"]),
        ({"optimizer": {"ema": 1.0}}, ["optimizer.ema"]),
        ({"targets": {"tasks": []}}, ["targets.tasks", "one task or more"]),
        ({"targets": {"tasks": ["SCS", "SCS"]}}, ["each once"]),
        ({"targets": {"tasks": ["SCS", "LFS"]}}, ["flip_probability", "RFS"]),
        ({"split": {"shares": [0.7, 0.3]}}, ["split.shares", "three"]),
        ({"split": {"shares": [0.7, 0.2, 0.2]}}, ["add up to 1"]),
        ({"split": {"shares": [0.7, 0.3, 0.0]}}, ["positive"]),
        ({"split": {"shares": [0.7, 0.2, float("nan")]}}, ["positive"]),
        ({"split": {"shares": [float("nan"), 0.2, 0.7]}}, ["positive"]),
        ({"augmentation": {"shift_mm": [1.0, 2.0]}}, ["augmentation.shift_mm has 2 values", "3"]),
        ({"augmentation": {"shift_mm": [1.0, 2.0, 80]}}, ["augmentation.shift_mm[2] is 80"]),
        ({"data": {"clip_percentiles": [99, 1]}}, ["data.clip_percentiles", "rising"]),
        ({"data": {"clip_percentiles": [1, 99]}, "run": {"deterministic": True}}, ["deterministic", "cpu"]),
        ({"model": {"views": []}}, ["model.views"]),
        ({"model": {"views": ["axial"]}}, ["model.view_dropout", "axial"]),
        ({"optimizer": {"name": "adamw"}}, ["learning_rate", "0.0003"]),
        ({"optimizer": {"weight_decay": 0.1}}, ["weight_decay", "adamw"]),
        ({"optimizer": {"warmup_steps": 10}}, ["warmup_steps", "cosine"]),
        ({"optimizer": {"name": "sgd"}}, ["learning_rate", "SGD", "0.01"]),
        ({"optimizer": {"momentum": 0.9}}, ["momentum", "sgd"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(values: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        to_config(values)
    assert [word for word in words if word not in str(error.value)] == []


@pytest.mark.parametrize(
    "values",
    [
        {"targets": {"tasks": ["SCS", "LFS"]}, "augmentation": {"flip_probability": 0.0}},
        {"data": {"clip_percentiles": [1, 99]}, "run": {"deterministic": True, "accelerator": "cpu"}},
        {"model": {"views": ["axial"], "view_dropout": 0}},
        {"optimizer": {"name": "adamw", "learning_rate": 3e-4, "schedule": "cosine", "warmup_steps": 10}},
        {"targets": {"tasks": ["SCS", "LFS", "RFS", "LSS", "RSS"]}},
    ],
)
def test_what_is_possible_is_taken(values: dict[str, Any]) -> None:
    check_config(to_config(values))


@given(
    labels=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])),
    rate=st.floats(1e-9, 0.1),
    ema=st.floats(0, 0.9999),
    hard=st.booleans(),
)
def test_a_config_survives_its_toml(labels: str, rate: float, ema: float, hard: bool, tmp_path_factory: Any) -> None:
    config = Config(
        data=replace(Config().data, labels=labels),
        targets=TargetConfig(hard_labels=hard),
        optimizer=OptimizerConfig(learning_rate=rate, ema=ema),
    )
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text(to_toml(config), encoding="utf-8")
    assert read_config(path) == config


def test_what_is_no_toml_is_said_without_its_folder(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("[run\n")
    with pytest.raises(ConfigError, match=r"^run\.toml is not TOML"):
        read_config(tmp_path / "run.toml")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_model_can_be_named(model: Any) -> None:
    assert to_config({"model": {"name": model.name}}).model.name == model.name


def test_a_config_is_checked_before_torch_is_loaded() -> None:
    code = "import sys, training.config_file; sys.exit(bool({'torch', 'spacy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
