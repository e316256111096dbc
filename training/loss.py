"""Weighted cross entropy over intervals of grades: equation 2 of DeepSPINE where every interval is one grade."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import log_softmax


class LossSum(NamedTuple):
    """A sum of weighted losses and the sum of its weights, both scalars; their quotient is the loss.

    Both are sums over slots, so batches and ranks add up before the division.
    """

    numerator: Tensor
    denominator: Tensor

    def mean(self) -> Tensor:
        """The loss; 0, not NaN, where no slot has a label."""
        return self.numerator / torch.where(self.denominator > 0, self.denominator, 1.0)


def sum_losses(logits: Tensor, low: Tensor, high: Tensor, weights: Tensor) -> LossSum:
    """The loss of the slots that have a label: minus the log of the probability mass in low..high, weighted.

    ``logits``: (n, tasks, 4), any float; computed in float32 at least. ``low, high``: (n, tasks), integers, negative
    where there is no label. ``weights``: (tasks, 4, 4), ``training.class_weights.weigh_intervals``.
    """
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    grades = torch.arange(logits.shape[-1], device=logits.device)
    inside = (grades >= low[..., None]) & (grades <= high[..., None])  # (n, tasks, 4)
    # Where there is no label every grade is inside: the mass is 1, and no gradient is NaN.
    inside = inside | (low < 0)[..., None]
    log_mass = log_softmax(logits, dim=-1).masked_fill(~inside, -torch.inf).logsumexp(dim=-1)
    weight = weigh_slots(low, high, weights).to(logits.dtype)
    return LossSum(-(weight * log_mass).sum(), weight.sum())


def weigh_slots(low: Tensor, high: Tensor, weights: Tensor) -> Tensor:
    """The weight of each slot, (n, tasks); 0 where there is no label."""
    tasks = torch.arange(weights.shape[0], device=weights.device)
    chosen = weights[tasks, low.long().clamp(min=0), high.long().clamp(min=0)]
    return chosen * (low >= 0)
