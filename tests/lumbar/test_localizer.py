"""`--localizer`: a user's own weights are used, and only weights that fit, where vertebrae are looked for."""

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from imaging.localizer import weights as weights_module
from imaging.localizer.unet import UNet
from imaging.localizer.weights import OUTPUTS, write_localizer
from imaging.store.reader import VolumeStore
from lumbar.errors import ExitCode
from lumbar.localizer import hash_weights
from lumbar.main import main
from tests.imaging.small_study import write_small_study

COMMANDS = {
    "localize": ("localize", "studies", "--out", "landmarks.csv"),
    "build": ("volumes", "build", "studies", "--out", "volumes"),
    "grade": ("grade", "studies", "--run", ".", "--out", "graded"),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_small_study(tmp_path / "studies" / "P1", "P1")
    (tmp_path / "table.csv").write_text("study_id,structure,x,y,z,confidence\n", encoding="utf-8")
    (tmp_path / "none.safetensors").write_bytes(b"weights")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str, *options: str) -> Result:
    return CliRunner().invoke(main, [*COMMANDS[command], *options])


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_localizer_is_said(place: Path, command: str) -> None:
    result = run(command, "--localizer", "none.safetensors")
    assert result.exit_code == ExitCode.MISUSE
    assert "none.safetensors: these are no weights of the localizer" in result.stderr


@pytest.mark.parametrize("command", ["build", "grade"])
def test_a_localizer_beside_landmarks_is_misuse(place: Path, command: str) -> None:
    result = run(command, "--localizer", "none.safetensors", "--landmarks", "table.csv")
    assert result.exit_code == ExitCode.MISUSE
    assert "leave out --landmarks" in result.stderr


def test_localize_takes_no_localizer_for_a_table(place: Path) -> None:
    arguments = ["localize", "--landmarks", "table.csv", "--localizer", "none.safetensors", "--out", "landmarks.csv"]
    assert CliRunner().invoke(main, arguments).exit_code == ExitCode.MISUSE


def test_the_users_weights_are_the_ones_that_look(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    own = place / "own.safetensors"
    write_localizer(UNet(len(OUTPUTS)), own)
    assert run("build", "--localizer", "own.safetensors", "--jobs", "1").exit_code == ExitCode.REFUSED
    assert VolumeStore(place / "volumes").settings["localizer"] == hash_weights(own) != hash_weights(None)
    asked: list[Path] = []
    monkeypatch.setattr(weights_module, "read_localizer", lambda path: asked.append(path))
    assert run("localize", "--localizer", str(own), "--jobs", "1").exit_code == ExitCode.REFUSED
    assert set(asked) == {own}
    assert len(asked) == 2  # checked, and used by the worker
