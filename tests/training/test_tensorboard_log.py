"""Events that TensorBoard's own reader reads, each epoch once however often a run was broken off."""

from pathlib import Path

import pytest

from training.tensorboard_log import TensorBoardLog

pytest.importorskip("tensorboard")


def read_scalars(folder: Path, name: str) -> list[tuple[int, float]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder)).Reload()
    return [(event.step, round(event.value, 3)) for event in events.Scalars(name)]


def write(folder: Path, losses: dict[int, float]) -> None:
    log = TensorBoardLog(folder)
    for epoch, loss in losses.items():
        log.write({"epoch": epoch, "validation_loss": loss})


def test_a_run_gone_on_with_has_every_epoch_once(tmp_path: Path) -> None:
    """Killed after epoch 1 was written and before its checkpoint: epoch 1 is done again."""
    write(tmp_path, {0: 4.0, 1: 3.0})
    write(tmp_path, {1: 2.5, 2: 2.0})
    assert len(list(tmp_path.glob("events.*"))) == 2
    assert read_scalars(tmp_path, "validation_loss") == [(0, 4.0), (1, 2.5), (2, 2.0)]


def test_nothing_is_written_before_the_first_epoch_ends(tmp_path: Path) -> None:
    TensorBoardLog(tmp_path / "tensorboard")
    assert not (tmp_path / "tensorboard").exists()
