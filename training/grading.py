"""What a trained grader says of discs: its weights from a run, logits by batches, a predictions table."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn, Tensor

from lexicons.vocabulary import Grade, Task, View
from training.config import Config
from training.config_file import to_config
from training.data import Batch, collate, Discs, to_normalise_settings, to_views
from training.models import find_model
from training.predictions import to_predictions
from training.run_folder import read_checkpoint, RunError
from training.run_record import BEST
from training.sampling import load, to_plain_batches


class Grader(NamedTuple):
    """A trained network, in evaluation, and the config it was trained by.

    ``phantom``: how many of its discs were of phantoms, a word of ``training.phantoms``; empty where nothing says.
    """

    network: nn.Module
    config: Config
    phantom: str = ""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What it grades."""
        return tuple(Task(task) for task in self.config.targets.tasks)


def load_grader(folder: Path, device: torch.device | str = "cpu") -> Grader:
    """The grader of a run's lowest validation loss, in float32; RunError where its file is damaged."""
    state = read_checkpoint(folder / BEST, device)
    config = to_config(tomllib.loads(state["config"]))
    views = tuple(View(name) for name in config.model.views)
    with torch.device("meta"):  # no random weights that the next line would throw away: half the memory
        network = find_model(config.model.name).build(len(config.targets.tasks), views, config.model.dropout)
    network.load_state_dict(state["network"], assign=True)
    if not all(bool(values.isfinite().all()) for values in network.state_dict().values()):
        raise RunError(f"{folder.name}/{BEST} has weights that are no numbers")
    return Grader(network.float().eval(), config, str(state.get("phantom", "")))


def grade_batches(
    grader: Grader,
    batches: Iterable[Batch],
    device: torch.device | str,
    precision: Callable[[], Any] = nullcontext,
) -> Iterator[tuple[list[int], Tensor]]:
    """The rows and logits, float32, (n, tasks, 4), of each batch; the network is put in evaluation."""
    model = find_model(grader.config.model.name)
    views = tuple(View(name) for name in grader.config.model.views)
    settings = to_normalise_settings(grader.config.data)
    grader.network.eval()
    for batch in batches:
        volumes = to_views(batch.discs, batch.augmentations, model, views, settings, torch.device(device))
        with torch.inference_mode(), precision():
            logits = grader.network(volumes)
        yield batch.rows, logits.float()


def predict_discs(
    grader: Grader, discs: Discs, rows: Sequence[int], device: torch.device | str = "cpu", batch_size: int = 8
) -> pd.DataFrame:
    """The predictions table of some rows of ``discs``, in their order."""
    probabilities = np.zeros((len(rows), len(grader.tasks), len(Grade)))
    at = {row: number for number, row in enumerate(rows)}
    loader = load(discs, collate, to_plain_batches(rows, batch_size, 0, 1), 0)
    for of_batch, logits in grade_batches(grader, loader, device):
        probabilities[[at[row] for row in of_batch]] = logits.double().softmax(dim=-1).cpu().numpy()
    return to_predictions(discs.targets.discs.iloc[list(rows)].reset_index(drop=True), grader.tasks, probabilities)
