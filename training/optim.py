"""How the weights move: Adadelta, SGD, AdamW; the learning rate of a step, the averaged weights."""

import math
from collections.abc import Iterable

import torch
from torch import nn
from torch.optim import Adadelta, AdamW, Optimizer, SGD
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from training.config import OptimizerConfig

KERAS_EPS = 1e-7
"""Keras' epsilon of Adadelta; torch has 1e-6."""


def build_optimizer(network: nn.Module, config: OptimizerConfig) -> Optimizer:
    """Adadelta, SGD, or AdamW whose decay leaves biases and norms alone.

    Lu et al. 2018: Adadelta for the grader, lr 1.0 and rho 0.95; SGD for the U-Net, lr 0.01, no momentum told.
    """
    if config.name == "adadelta":
        return Adadelta(network.parameters(), config.learning_rate, rho=config.rho, eps=KERAS_EPS)
    if config.name == "sgd":
        return SGD(network.parameters(), config.learning_rate, momentum=config.momentum)
    decayed, plain = _by_decay(network.parameters())
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    return AdamW(groups, config.learning_rate)


def _by_decay(parameters: Iterable[nn.Parameter]) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Weights of convolutions and linear layers; biases and norms, which have one axis."""
    every = list(parameters)
    return [p for p in every if p.ndim > 1], [p for p in every if p.ndim <= 1]


def learning_rate_at(step: int, steps: int, config: OptimizerConfig) -> float:
    """The learning rate of a step, counted from 0, of ``steps``: constant, or a linear warm-up and a cosine to zero."""
    if config.schedule == "constant":
        return config.learning_rate
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(steps - config.warmup_steps, 1)
    return config.learning_rate * (1 + math.cos(math.pi * min(done, 1.0))) / 2


def set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    """Give every group of an optimizer the same learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def build_average(network: nn.Module, config: OptimizerConfig) -> AveragedModel | None:
    """A copy of the network that follows it as an exponential average, or None where ``ema`` is 0.

    Its weights are averaged; the norms' running statistics, averages themselves, are copied at each step.
    """
    if config.ema == 0.0:
        return None
    with torch.no_grad():
        average = get_ema_multi_avg_fn(config.ema)  # type: ignore[no-untyped-call]
        return AveragedModel(network, multi_avg_fn=average)
