"""A localizer's config: the paper's by default, answered before anything is loaded, and no grader's."""

from pathlib import Path
from typing import Any

import pytest

from training.config import ConfigError
from training.config_file import read_values, to_config, to_toml
from training.localizer.config import is_mixed, LocalizerConfig, read_localizer_config, to_localizer_config
from training.run_record import open_run, RecordError

ROOT = Path(__file__).parents[3]


def test_the_papers_run_is_the_default() -> None:
    config = to_localizer_config({"slices": {"phantoms": 1}})
    assert (config.optimizer.name, config.optimizer.learning_rate, config.optimizer.momentum) == ("sgd", 0.01, 0.0)
    assert (config.network.features, config.network.depth, config.network.init) == (32, 5, "")
    assert config.loss.seam == 0.0
    assert not is_mixed(config.mixing)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ["nothing to learn from", "slices.spider"]),
        ({"slices": {"spyder": "x"}}, ["'slices.spyder'", "'slices.spider'"]),
        ({"slices": {"phantoms": 1, "targets": "boxes"}}, ["'corners'"]),
        ({"variation": {"window": [200, 128]}}, ["variation.window", "multiples of 16"]),
        ({"variation": {"scale": 2.0}}, ["variation.scale is 2"]),
        ({"variation": {"flip": 0.5}}, ["unknown key 'variation.flip'"]),
        ({"held_out": {"spider": ["5"]}}, ["held_out.spider", "whole number"]),
        ({"mixing": {"epoch_slices": 60}}, ["mixing.epoch_slices", "shares"]),
        ({"mixing": {"spider": 1.0}}, ["mixing.phantom is 0"]),
        ({"mixing": {"spider": -1.0}}, ["mixing.spider is -1"]),
        ({"loss": {"seam": -0.5}}, ["loss.seam is -0.5"]),
        ({"optimizer": {"learning_rate": 1.0}}, ["SGD", "0.01"]),
        ({"optimizer": {"weight_decay": 0.1}}, ["weight_decay", "adamw"]),
        ({"optimizer": {"name": "adamw", "momentum": 0.9}}, ["momentum", "sgd"]),
        ({"run": {"deterministic": True}}, ["deterministic", "cpu"]),
        ({"task": {"kind": "grader"}}, ["task.kind", "'localizer'"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(values: dict[str, Any], words: list[str]) -> None:
    given = {"slices": {"phantoms": 1}, **values} if values else {}
    with pytest.raises(ConfigError) as error:
        to_localizer_config(given)
    assert [word for word in words if word not in str(error.value)] == []


def test_a_config_survives_its_toml(tmp_path: Path) -> None:
    config = to_localizer_config({"slices": {"phantoms": 3}, "held_out": {"spider": [7]}, "variation": {"noise": 0.2}})
    (tmp_path / "run.toml").write_text(to_toml(config))
    assert read_localizer_config(tmp_path / "run.toml") == config


def test_a_localizers_config_is_no_graders() -> None:
    with pytest.raises(ConfigError, match="no grader's config"):
        to_config({"task": {"kind": "localizer"}})


def test_the_commented_file_has_every_key() -> None:
    values = read_values(ROOT / "lumbar" / "localizer.toml")
    config = to_localizer_config(values)
    assert {section: set(keys) for section, keys in values.items()} == {
        section: set(vars(getattr(config, section))) for section in vars(config)
    }


def test_a_folder_keeps_to_one_kind_of_run(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(to_toml(to_config({})))
    with pytest.raises(RecordError, match="has a run of a grader, this is one of a localizer"):
        open_run(tmp_path, LocalizerConfig())
