"""A run folder: opening it costs nothing, a new start leaves nothing of the run behind, and no folder is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from training.config import Config, DataConfig, RunConfig
from training.config_file import to_toml
from training.run_record import clear_run, open_run, RecordError

MADE = (
    "config.toml", "split.csv", "discs.csv", "dropped.csv", "metrics.csv", "environment.json", "summary.json",
    "last.pt", "best.pt", "predictions_test.csv", "predictions_test.json", "evaluation.txt", "evaluation.json",
    "confusion.png", "roc.png", "reliability.png", "training_curves.png", "MODEL_CARD.md",
    "last.writing", "metrics.writing", "discs.csv.writing", "tensorboard/events.1",
    "validation/evaluation.txt", "validation/evaluation.json", "validation/MODEL_CARD.md", "validation/roc.png",
    "training/evaluation.txt", "training/confusion.png",
)  # fmt: skip


def make_run(folder: Path, config: Config) -> Path:
    for name in MADE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "config.toml").write_text(to_toml(config))
    return folder


def list_files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_opening_removes_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", Config())
    assert not open_run(run, Config(run=RunConfig(seed=5)), restart=True)
    assert list_files(run) == set(MADE)
    assert open_run(run, Config())


def test_a_new_start_leaves_nothing_of_the_run_and_all_of_others(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", Config())
    for name in ("notes.txt", "validation/notes.txt"):
        (run / name).touch()
    clear_run(run)
    assert list_files(run) == {"notes.txt", "validation/notes.txt"}
    assert not (run / "training").exists() and not (run / "tensorboard").exists()


def test_a_run_that_does_not_say_what_it_learnt_from_is_not_gone_on_with(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", Config())
    (run / "discs.csv").unlink()
    with pytest.raises(RecordError, match="does not say what its run learnt from"):
        open_run(run, Config())
    assert not open_run(run, Config(), restart=True)


def test_what_differs_is_told_without_folders(tmp_path: Path) -> None:
    was = DataConfig(labels="/data/jane/labels.csv", volumes="/data/jane/volumes", patients="")
    now = replace(was, labels="/data/jane/more.csv", volumes="/data/joe/volumes", patients="/data/joe/patients.csv")
    run = make_run(tmp_path / "run", Config(data=was))
    with pytest.raises(RecordError) as raised:
        open_run(run, Config(data=now))
    words = str(raised.value)
    assert "data.labels was labels.csv, now more.csv" in words
    assert "data.volumes, volumes, was in another folder" in words
    assert "data.patients was nothing, now patients.csv" in words
    assert "/" not in words
