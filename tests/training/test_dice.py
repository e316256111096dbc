"""The negative Dice of equation 1 by hand, with slices that have no mask for a detector."""

import pytest
import torch

from training.dice import sum_negative_dice
from training.loss import LossSum


def loss_of(p: list[float], g: list[float], weight: float = 1.0) -> LossSum:
    """Of one slice of four pixels and one detector."""
    masks, weights = torch.tensor(g).view(1, 1, 2, 2), torch.tensor([[weight]])
    return sum_negative_dice(torch.tensor(p).view(1, 1, 2, 2), masks, weights)


@pytest.mark.parametrize(
    ("p", "g", "loss"),
    [
        ([1, 1, 1, 1], [1, 1, 1, 1], -1.0),
        ([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0], -(2 * 1 + 1) / (2 + 2 + 1)),
        ([1, 0, 0, 0], [0, 1, 0, 0], -1 / 3),
        ([0, 0, 0, 0], [0, 0, 0, 0], -1.0),
        ([1, 1, 1, 0], [0, 0, 0, 0], -1 / 4),
        ([0.2, 0.4, 0, 0], [1, 0, 0, 0], -(2 * 0.2 + 1) / (0.6 + 1 + 1)),
    ],
)
def test_equation_1_by_hand(p: list[float], g: list[float], loss: float) -> None:
    assert float(loss_of(p, g).mean()) == pytest.approx(loss)


def test_a_detector_without_a_mask_is_left_out() -> None:
    p, g = torch.rand(2, 2, 4, 4, requires_grad=True), (torch.rand(2, 2, 4, 4) > 0.5)
    known = torch.tensor([[True, False], [True, True]])
    loss = sum_negative_dice(p, g, known)
    alone = [sum_negative_dice(p[[n]][:, [d]], g[[n]][:, [d]], known[[n]][:, [d]]) for n, d in ((0, 0), (1, 0), (1, 1))]
    assert float(loss.denominator) == 3
    assert float(loss.mean().detach()) == pytest.approx(sum(float(one.mean().detach()) for one in alone) / 3)
    loss.mean().backward()
    assert p.grad is not None
    assert not p.grad[0, 1].any()
    assert p.grad[0, 0].all()


def test_a_batch_without_masks_has_no_loss() -> None:
    assert float(loss_of([1, 0, 1, 0], [0, 0, 0, 0], weight=0.0).mean()) == 0.0


def test_sums_are_not_taken_in_half_precision() -> None:
    p = torch.full((1, 1, 256, 256), 0.001, dtype=torch.bfloat16)
    loss = sum_negative_dice(p, torch.zeros_like(p), torch.ones(1, 1))
    assert loss.numerator.dtype == torch.float32
    assert float(loss.mean()) == pytest.approx(-1 / (1 + 256 * 256 * float(p[0, 0, 0, 0])), rel=1e-4)
