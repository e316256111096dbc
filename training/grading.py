"""What a grader says of discs."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from typing import Any

import torch
from torch import nn, Tensor

from lexicons.vocabulary import View
from training.config import Config
from training.data import Batch, to_normalise_settings, to_views
from training.models import find_model


def grade_discs(
    network: nn.Module,
    config: Config,
    batches: Iterable[Batch],
    device: torch.device,
    precision: Callable[[], Any] = nullcontext,
) -> Iterator[tuple[list[int], Tensor]]:
    """The rows and logits, float32, (n, tasks, 4), of each batch, the network in evaluation."""
    model, views = find_model(config.model.name), tuple(View(name) for name in config.model.views)
    settings = to_normalise_settings(config.data)
    network.eval()
    for batch in batches:
        volumes = to_views(batch.discs, batch.augmentations, model, views, settings, device)
        with torch.inference_mode(), precision():
            yield batch.rows, network(volumes).float()
