"""What the loop asks of a grader or a localizer: a network, samples, a loss, and what validation measures.

A new kind of network to be trained is a ``Learner`` in one file; there is no second loop.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import nn, Tensor
from torch.utils.data import Dataset

from training.config import OptimizerConfig, RunConfig
from training.loss import LossSum
from training.mixture import Mixture


class LoopConfig(Protocol):
    """What the loop reads of a config, which is a dataclass of sections."""

    @property
    def optimizer(self) -> OptimizerConfig:
        """How the weights move."""

    @property
    def run(self) -> RunConfig:
        """How the loop runs."""


class Learner(Protocol):
    """A network that is taught, with its samples and its loss. Batches are the learner's own.

    ``samples``: by (epoch, row); the key and the config's seed decide all that is drawn, and with
    ``training.sampling.AS_IT_IS`` for an epoch nothing is. ``figures``: names, in metrics.csv, of what validation
    measures beside its loss. ``about``: plain values of what is learnt from, kept beside the best weights.
    """

    @property
    def network(self) -> nn.Module:
        """The network that is taught."""

    @property
    def samples(self) -> Dataset[Any]:
        """The samples."""

    @property
    def figures(self) -> tuple[str, ...]:
        """What validation measures beside the loss."""

    @property
    def about(self) -> Mapping[str, str]:
        """What is kept beside the best weights."""

    def collate(self, samples: Sequence[Any]) -> Any:
        """A batch of samples, on the host."""

    def to_device(self, batch: Any) -> Any:
        """The batch with its labels on the device."""

    def weigh(self, batch: Any) -> Tensor:
        """The weight of a batch's loss, its denominator: a step's loss is that of all its batches as one."""

    def sum_losses(self, network: nn.Module, batch: Any) -> LossSum:
        """The loss of a training batch by ``network``: this learner's own, wrapped for its devices."""

    def judge(self, network: nn.Module, batches: Iterable[Any], precision: Callable[[], Any]) -> Iterator[Tensor]:
        """Of each batch the sums, (1 + figures, 2): numerator and denominator of the loss, then of each figure.

        ``network`` is put in evaluation; ``precision`` is a context for its forward pass.
        """


class Material(Protocol):
    """What is learnt from: the rows that train, those that choose the checkpoint, and who learns."""

    @property
    def training(self) -> list[int] | Mixture:
        """The rows that train, each once in an epoch, or as they are mixed."""

    @property
    def validation(self) -> list[int]:
        """The rows that choose the checkpoint."""

    def to_learner(self, config: Any, device: torch.device) -> Learner:
        """The learner of a config that is this material's kind, its fresh weights drawn by torch's own generator."""
