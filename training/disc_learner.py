"""What the loop asks, for graders: discs in batches of views, the loss over intervals of grades."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn, Tensor

from lexicons.vocabulary import View
from training.class_weights import count_classes, weigh_classes, weigh_intervals
from training.config import Config
from training.data import Batch, collate, DiscReader, Discs, Sample, to_normalise_settings, to_views
from training.grading import grade_batches, Grader
from training.loss import LossSum, sum_losses, weigh_slots
from training.models import find_model, Model
from training.models.views import drop_views, Views
from training.targets import Targets


class DiscMaterial(NamedTuple):
    """What a grader learns from: a reader of discs, their targets, and the rows that train and that validate.

    ``phantom``: how many of the discs are of phantoms, a word of ``training.phantoms``.
    """

    reader: DiscReader
    targets: Targets
    training: list[int]
    validation: list[int]
    phantom: str = ""

    def to_learner(self, config: Config, device: torch.device) -> "DiscLearner":
        """The grader of a config, untrained."""
        model = find_model(config.model.name)
        views = tuple(View(name) for name in config.model.views)
        network = model.build(len(config.targets.tasks), views, config.model.dropout)
        low, high = (each[self.training] for each in (self.targets.low, self.targets.high))
        counts = count_classes(low, high)
        weights = weigh_intervals(counts, weigh_classes(counts, config.targets.weight_cap))
        discs = Discs(self.reader, self.targets, config.augmentation, config.run.seed)
        weights_there = torch.tensor(weights, dtype=torch.float32, device=device)
        return DiscLearner(config, model, network, discs, weights_there, device, self.phantom)


class DiscLearner:
    """A grader that is taught; ``weights``: of each interval of grades, (tasks, 4, 4). ``phantom``: the material's."""

    figures: tuple[str, ...] = ()

    def __init__(
        self,
        config: Config,
        model: Model,
        network: nn.Module,
        discs: Discs,
        weights: Tensor,
        device: torch.device,
        phantom: str = "",
    ) -> None:
        self.config, self.model, self.network = config, model, network
        self.samples, self.weights, self.device, self.phantom = discs, weights, device, phantom

    @property
    def about(self) -> dict[str, str]:
        """How many of the discs are of phantoms."""
        return {"phantom": self.phantom}

    @property
    def views(self) -> tuple[View, ...]:
        """The views that the grader takes."""
        return tuple(View(name) for name in self.config.model.views)

    def collate(self, samples: Sequence[Sample]) -> Batch:
        """A batch of discs."""
        return collate(samples)

    def to_device(self, batch: Batch) -> Batch:
        """The batch with its labels on the device; voxels follow when they are sampled."""
        low, high = (each.to(self.device, non_blocking=True) for each in (batch.low, batch.high))
        return batch._replace(low=low, high=high)

    def weigh(self, batch: Batch) -> Tensor:
        """The sum of the weights of the slots that have a label."""
        return weigh_slots(batch.low, batch.high, self.weights).sum()

    def sum_losses(self, network: nn.Module, batch: Batch) -> LossSum:
        """The loss over intervals of grades."""
        return sum_losses(network(self._to_training_views(batch)), batch.low, batch.high, self.weights)

    def _to_training_views(self, batch: Batch) -> Views:
        settings = to_normalise_settings(self.config.data)
        views = to_views(batch.discs, batch.augmentations, self.model, self.views, settings, self.device)
        if self.config.model.view_dropout == 0.0:
            return views
        present = drop_views(views.present, self.config.model.view_dropout, torch.default_generator)
        return views._replace(present=present)

    def judge(self, network: nn.Module, batches: Iterable[Batch], precision: Callable[[], Any]) -> Iterator[Tensor]:
        """The loss of each batch, (1, 2)."""
        targets = self.samples.targets
        for rows, logits in grade_batches(Grader(network, self.config), batches, self.device, precision):
            low, high = (torch.from_numpy(each[rows]).to(self.device) for each in (targets.low, targets.high))
            yield torch.stack(sum_losses(logits, low, high, self.weights)).double()[None]
