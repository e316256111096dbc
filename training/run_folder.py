"""The files of a run: names, checkpoints written whole or not at all, and metrics that follow a resumed run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import torch

CONFIG = "config.toml"
SPLIT = "split.csv"
METRICS = "metrics.csv"
LAST = "last.pt"
BEST = "best.pt"
TENSORBOARD = "tensorboard"


class RunError(ValueError):
    """A run folder that does not fit what is asked of it; the message says what differs."""


def write_checkpoint(state: Mapping[str, Any], path: Path) -> None:
    """Write plain tensors, numbers and text; a kill leaves the file that was there."""
    beside = path.with_suffix(".writing")
    torch.save(dict(state), beside)
    beside.replace(path)


def read_checkpoint(path: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """What ``write_checkpoint`` wrote; no code in the file is run."""
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
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
