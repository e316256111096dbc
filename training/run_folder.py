"""A run while it learns: checkpoints written whole or not at all, and metrics that follow a resumed run."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, IO

import pandas as pd
import torch

from training.run_record import METRICS


class RunError(ValueError):
    """A run folder that does not fit what is asked of it; the message says what differs."""


def write_checkpoint(state: Mapping[str, Any], path: Path) -> None:
    """Write plain tensors, numbers and text; a kill, or a full disk, leaves the file that was there.

    OSError, with the file's name, where it cannot be written.
    """
    beside = path.with_suffix(".writing")
    try:
        with beside.open("wb") as file:
            _save(state, file)
        beside.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path.name) from None
    finally:
        beside.unlink(missing_ok=True)


def _save(state: Mapping[str, Any], file: IO[bytes]) -> None:
    try:
        torch.save(dict(state), file)
    except RuntimeError as error:
        # torch covers the reason, a full disk or Ctrl-C, by its own complaint about the place that it then finds.
        reason = error.__context__
        raise reason if isinstance(reason, OSError | KeyboardInterrupt) else error from None


def read_checkpoint(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """What ``write_checkpoint`` wrote, held against its checksums; no code in the file is run.

    RunError where the file is damaged, or something else.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        with zipfile.ZipFile(path) as parts:
            damaged = parts.testzip()  # torch itself reads changed weights without a word
        state = None if damaged else torch.load(path, map_location=device, weights_only=True)
    except OSError:
        raise
    except Exception as error:
        raise RunError(f"{name} is damaged, or no checkpoint of lumbar ({type(error).__name__})") from None
    if damaged:
        raise RunError(f"{name} is damaged: its content is not what its checksums say")
    if not isinstance(state, dict):
        raise RunError(f"{name} is no checkpoint of lumbar")
    return state


def append_metrics(row: Mapping[str, float], folder: Path) -> None:
    """Add an epoch's row to metrics.csv; rows of this epoch or later, of a run that was killed, are dropped."""
    path = folder / METRICS
    table = pd.DataFrame([dict(row)])
    if path.exists():
        before = pd.read_csv(path)
        table = pd.concat([before[before["epoch"] < row["epoch"]], table], ignore_index=True)
    beside = path.with_suffix(".writing")
    table.to_csv(beside, index=False)
    beside.replace(path)
