"""`lumbar train` with a localizer's config: a run with its weights and recipe, going on, and what does not fit."""

import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import lumbar.train_localizer
import lumbar.train_run
from lumbar.main import main
from tests.lumbar.localizer_material import SMALL
from training.localizer.config import to_localizer_config


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "localizer.toml").write_text(SMALL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_train(*options: str) -> Result:
    return CliRunner().invoke(main, ["train", "--config", "localizer.toml", "--out", "run", *options])


def test_a_run_ends_with_weights_and_their_recipe(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = lumbar.train_run.write_environment
    device = {"device": "the device of the loop"}
    monkeypatch.setattr(lumbar.train_run, "write_environment", lambda out, facts: write(out, {**facts, **device}))
    result = run_train()
    assert result.exit_code == 0, result.output
    assert "phantom: 2 slices of 2 patients for training" in result.output
    assert "phantom, 1 held-out slices: " in result.output
    assert sorted(path.name for path in (folder / "run").iterdir()) == [
        "best.pt", "config.toml", "environment.json", "last.pt", "metrics.csv", "slices.csv", "summary.json",
        "vertebrae.json", "vertebrae.safetensors",
    ]  # fmt: skip
    recipe = json.loads((folder / "run" / "vertebrae.json").read_text())
    assert recipe["data"]["phantom"]["held_out"] == [3]
    assert recipe["environment"] == json.loads((folder / "run" / "environment.json").read_text())
    assert recipe["environment"]["device"] == "the device of the loop"
    assert "nothing to do" in run_train().output


def test_a_broken_run_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(lumbar.train_localizer, "_export", stop)
        assert run_train().exit_code != 0
    assert not (folder / "run" / "vertebrae.json").exists()
    before = pd.read_csv(folder / "run" / "metrics.csv")
    result = run_train()
    assert result.exit_code == 0, result.output
    assert "going on with the run" in result.output
    pd.testing.assert_frame_equal(before, pd.read_csv(folder / "run" / "metrics.csv"))
    assert (folder / "run" / "vertebrae.json").exists()


def test_another_config_or_kind_is_refused(folder: Path) -> None:
    (folder / "run").mkdir()
    (folder / "run" / "config.toml").write_text(SMALL)
    result = run_train("--set", "slices.phantom_seed=4")
    assert result.exit_code == 1
    assert "slices.phantom_seed was 0, now 4" in result.output


def test_a_restart_that_cannot_be_done_leaves_the_run(folder: Path) -> None:
    names = ("best.pt", "config.toml", "slices.csv", "summary.json", "vertebrae.json", "vertebrae.safetensors")
    (folder / "run").mkdir()
    for name in names:
        (folder / "run" / name).touch()
    assert run_train("--restart", "--set", "run.devices=4096").exit_code == 2
    assert sorted(path.name for path in (folder / "run").iterdir()) == sorted(names)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--hard-labels"], "are for graders"),
        (["--set", "variation.noize=1"], "did you mean 'variation.noise'?"),
        (["--set", "slices.spider=nowhere/SPIDER"], "slices.spider: SPIDER is not there"),
        (["--set", "slices.phantoms=0"], "there is nothing to learn from"),
    ],
)
def test_misuse_is_answered(folder: Path, options: list[str], words: str) -> None:
    result = run_train(*options)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())
    assert not (folder / "run").exists()


def test_the_printed_config_can_be_used() -> None:
    result = CliRunner().invoke(main, ["train", "--print-localizer-config"])
    assert result.exit_code == 0
    assert to_localizer_config(tomllib.loads(result.output)).optimizer.name == "adamw"
