"""One process at a time in a run folder."""

from pathlib import Path

import pytest

from training.run_lock import held
from training.run_record import RecordError


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with held(run):
        (run / "config.toml").touch()
        with pytest.raises(RecordError, match="another process works in run"), held(run):
            pass
        assert (run / "config.toml").exists()
    with held(run):
        pass


def test_a_folder_that_stays_empty_is_removed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wrong labels"), held(tmp_path / "run"):
        raise ValueError("wrong labels")
    assert not (tmp_path / "run").exists()
