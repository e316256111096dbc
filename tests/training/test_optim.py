"""The optimizers are the ones named, the schedule goes where it says, the average follows."""

import itertools
import math

import pytest
import torch
from torch import nn
from torch.optim import Adadelta, AdamW

from training.config import OptimizerConfig
from training.optim import build_average, build_optimizer, learning_rate_at, set_learning_rate

COSINE = OptimizerConfig("adamw", 1e-3, weight_decay=0.05, schedule="cosine", warmup_steps=10)


def make_network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 3))


def test_the_default_is_keras_adadelta() -> None:
    """One step by hand: v = 0.05 g^2; x -= g sqrt(eps) / sqrt(v + eps)."""
    weight = nn.Linear(1, 1, bias=False)
    nn.init.constant_(weight.weight, 2.0)
    optimizer = build_optimizer(weight, OptimizerConfig())
    assert isinstance(optimizer, Adadelta)
    (weight.weight * 3.0).sum().backward()
    optimizer.step()
    assert float(weight.weight.detach()) == pytest.approx(
        2.0 - 3.0 * math.sqrt(1e-7) / math.sqrt(0.05 * 9 + 1e-7), abs=1e-6
    )


def test_sgd_is_the_papers_for_the_localizer() -> None:
    """Without momentum, a step is the rate times the gradient; with it, the last step goes on."""
    for momentum, second in ((0.0, 0.03), (0.9, 0.03 + 0.9 * 0.03)):
        weight = nn.Linear(1, 1, bias=False)
        nn.init.constant_(weight.weight, 2.0)
        optimizer = build_optimizer(weight, OptimizerConfig("sgd", 0.01, momentum=momentum))
        for _ in range(2):
            optimizer.zero_grad()
            (weight.weight * 3.0).sum().backward()
            optimizer.step()
        assert float(weight.weight.detach()) == pytest.approx(2.0 - 0.03 - second)


def test_adamw_decays_weights_only() -> None:
    optimizer = build_optimizer(make_network(), COSINE)
    assert isinstance(optimizer, AdamW)
    decays = {p.ndim > 1: group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert decays == {True: 0.05, False: 0.0}
    assert sum(len(group["params"]) for group in optimizer.param_groups) == 6


def test_cosine_rises_then_falls_to_nought() -> None:
    rates = [learning_rate_at(step, 110, COSINE) for step in range(111)]
    assert rates[0] == pytest.approx(1e-4)
    assert rates[9] == rates[10] == 1e-3
    assert rates[60] == pytest.approx(5e-4)
    assert rates[110] == pytest.approx(0.0, abs=1e-12)
    assert all(later <= earlier for earlier, later in itertools.pairwise(rates[10:]))


def test_constant_is_constant() -> None:
    assert {learning_rate_at(step, 100, OptimizerConfig()) for step in range(101)} == {1.0}


def test_a_rate_is_every_groups() -> None:
    optimizer = build_optimizer(make_network(), COSINE)
    set_learning_rate(optimizer, 0.25)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.25]


def test_the_average_follows_weights_and_copies_statistics() -> None:
    network = make_network()
    average = build_average(network, OptimizerConfig(ema=0.75))
    assert average is not None
    average.update_parameters(network)
    before = [p.clone() for p in network.parameters()]
    with torch.no_grad():
        for p in network.parameters():
            p += 1.0
    network(torch.randn(4, 1, 3, 3))
    average.update_parameters(network)
    for p, old in zip(average.module.parameters(), before, strict=True):
        torch.testing.assert_close(p, old + 0.25)
    torch.testing.assert_close(dict(average.module.named_buffers()), dict(network.named_buffers()))


def test_no_average_by_default() -> None:
    assert build_average(make_network(), OptimizerConfig()) is None
