"""The loss and its weights against cases worked out by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from training.class_weights import count_classes, weigh_classes, weigh_intervals
from training.loss import sum_losses, weigh_slots

ONES = torch.ones(1, 4, 4)
HALF_QUARTERS = torch.tensor([[[0.5, 0.25, 0.125, 0.125]]]).log()
"""Logits of one disc and task whose softmax is 1/2, 1/4, 1/8, 1/8."""


def loss_of(logits: torch.Tensor, low: list[list[int]], high: list[list[int]], weights: torch.Tensor = ONES) -> float:
    return float(sum_losses(logits, torch.tensor(low), torch.tensor(high), weights).mean())


@pytest.mark.parametrize(
    ("low", "high", "mass"),
    [(0, 0, 0.5), (1, 1, 0.25), (3, 3, 0.125), (1, 3, 0.5), (0, 2, 0.875), (2, 3, 0.25), (0, 3, 1.0)],
)
def test_the_loss_is_minus_the_log_of_the_mass(low: int, high: int, mass: float) -> None:
    assert loss_of(HALF_QUARTERS, [[low]], [[high]]) == pytest.approx(-math.log(mass), abs=1e-6)


def test_equation_2_by_hand() -> None:
    """Two discs, two tasks, one slot missing: (2 ln 2 + 3 ln 4 + 1 ln 8) / (2 + 3 + 1)."""
    logits = HALF_QUARTERS.expand(2, 2, 4)
    weights = torch.zeros(2, 4, 4)
    weights[0, 0, 0], weights[1, 1, 1], weights[1, 2, 2] = 2.0, 3.0, 1.0
    total = sum_losses(logits, torch.tensor([[0, 1], [-1, 2]]), torch.tensor([[0, 1], [-1, 2]]), weights)
    assert float(total.numerator) == pytest.approx((2 + 3 * 2 + 1 * 3) * math.log(2))
    assert float(total.denominator) == 6.0


def test_it_is_torchs_cross_entropy_where_every_label_is_there() -> None:
    generator = torch.Generator().manual_seed(0)
    logits, grades = torch.randn(32, 1, 4, generator=generator), torch.randint(0, 4, (32, 1), generator=generator)
    alpha = torch.tensor([0.3, 1.0, 2.0, 5.0])
    weights = torch.diag_embed(alpha)[None]
    ours = sum_losses(logits, grades, grades, weights).mean()
    torch.testing.assert_close(ours, cross_entropy(logits[:, 0], grades[:, 0], alpha))


def test_a_task_with_no_label_in_the_batch_changes_nothing() -> None:
    logits = torch.randn(4, 2, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    low = torch.tensor([[0, -1], [1, -1], [2, -1], [3, -1]])
    loss = sum_losses(logits, low, low, torch.ones(2, 4, 4)).mean()
    alone = sum_losses(logits[:, :1], low[:, :1], low[:, :1], torch.ones(1, 4, 4)).mean()
    assert float(loss.detach()) == float(alone.detach())
    loss.backward()
    assert logits.grad is not None
    assert not logits.grad[:, 1].any()
    assert logits.grad[:, 0].abs().sum() > 0


def test_no_label_at_all_is_nought_and_not_nan() -> None:
    logits = torch.randn(3, 2, 4, requires_grad=True)
    low = torch.full((3, 2), -1)
    loss = sum_losses(logits, low, low, torch.ones(2, 4, 4)).mean()
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_all_intervals() -> None:
    logits = HALF_QUARTERS.expand(2, 1, 4)
    assert loss_of(logits, [[1], [2]], [[3], [3]]) == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_an_interval_asks_for_no_more_than_its_mass() -> None:
    """Its gradient is softmax minus softmax within the interval: no grade of it is preferred."""
    logits = HALF_QUARTERS.clone().requires_grad_()
    sum_losses(logits, torch.tensor([[1]]), torch.tensor([[3]]), ONES).numerator.backward()
    assert logits.grad is not None
    torch.testing.assert_close(logits.grad[0, 0], torch.tensor([0.5, 0.25 - 0.5, 0.125 - 0.25, 0.125 - 0.25]))


def test_the_gradient_is_the_losss() -> None:
    logits = torch.randn(3, 2, 4, dtype=torch.float64, requires_grad=True)
    low, high = torch.tensor([[0, 1], [1, -1], [3, 0]]), torch.tensor([[0, 3], [2, -1], [3, 2]])
    weights = torch.rand(2, 4, 4, dtype=torch.float64)
    torch.autograd.gradcheck(lambda x: sum_losses(x, low, high, weights).mean(), (logits,))


def test_bfloat16_logits_are_lost_in_float32() -> None:
    logits = torch.tensor([[[30.0, 0.0, 0.0, 0.0]]], dtype=torch.bfloat16)
    total = sum_losses(logits, torch.tensor([[1]]), torch.tensor([[1]]), ONES)
    assert total.numerator.dtype == torch.float32
    assert float(total.numerator) == pytest.approx(30.0, abs=1e-4)


def test_far_logits_stay_finite() -> None:
    logits = torch.tensor([[[1e4, 0.0, 0.0, -1e4]]], requires_grad=True)
    sum_losses(logits, torch.tensor([[2]]), torch.tensor([[3]]), ONES).mean().backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


@given(st.integers(1, 6), st.integers(0, 2**31))
def test_parts_of_a_batch_add_up(parts: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(12, 3, 4, generator=generator, dtype=torch.float64)
    low = torch.randint(-1, 4, (12, 3), generator=generator)
    high = torch.where(low < 0, low, low + torch.randint(0, 4, (12, 3), generator=generator)).clamp(max=3)
    weights = torch.rand(3, 4, 4, generator=generator, dtype=torch.float64)
    whole = sum_losses(logits, low, high, weights)
    sums = [sum_losses(*chunk, weights) for chunk in zip(*(x.chunk(parts) for x in (logits, low, high)), strict=True)]
    torch.testing.assert_close(sum(s.numerator for s in sums), whole.numerator)
    torch.testing.assert_close(sum(s.denominator for s in sums), whole.denominator)


def test_swapping_the_sides_of_labels_and_logits_changes_nothing() -> None:
    generator = torch.Generator().manual_seed(0)
    logits, low = torch.randn(8, 3, 4, generator=generator), torch.randint(-1, 4, (8, 3), generator=generator)
    order = [0, 2, 1]
    weights = torch.rand(3, 4, 4, generator=generator)
    swapped = sum_losses(logits[:, order], low[:, order], low[:, order], weights[order]).mean()
    torch.testing.assert_close(swapped, sum_losses(logits, low, low, weights).mean())


def test_class_weights_are_inverse_frequencies() -> None:
    """5 normal, 3 mild, 2 moderate: 10/(4*5), 10/(4*3), 10/(4*2), and none for the absent class."""
    low = np.array([[0]] * 5 + [[1]] * 3 + [[2]] * 2 + [[-1]] * 7, np.int8)
    alpha = weigh_classes(count_classes(low, low))
    np.testing.assert_allclose(alpha, [[0.5, 10 / 12, 1.25, 0.0]])


def test_a_rare_class_weighs_no_more_than_the_cap() -> None:
    low = np.array([[0]] * 999 + [[3]], np.int8)
    assert weigh_classes(count_classes(low, low), cap=20.0)[0, 3] == 20.0
    assert weigh_classes(count_classes(low, low), cap=1000.0)[0, 3] == 250.0


def test_an_interval_counts_as_its_exact_slots_do() -> None:
    """Six normal, two mild, one moderate; three of 1..3 go 2:1:0; two of 3..3 would be exact."""
    low = np.array([[0]] * 6 + [[1]] * 2 + [[2]] + [[1]] * 3, np.int8)
    high = np.array([[0]] * 6 + [[1]] * 2 + [[2]] + [[3]] * 3, np.int8)
    np.testing.assert_allclose(count_classes(low, high), [[6, 4, 2, 0]])


def test_a_task_with_intervals_only_counts_evenly() -> None:
    low, high = np.array([[1], [1]], np.int8), np.array([[3], [3]], np.int8)
    np.testing.assert_allclose(count_classes(low, high), [[0, 2 / 3, 2 / 3, 2 / 3]])


def test_an_interval_weighs_what_its_slots_weigh_on_average() -> None:
    counts = np.array([[6.0, 4.0, 2.0, 0.0]])
    alpha = weigh_classes(counts)  # 0.5, 0.75, 1.5, 0
    weights = weigh_intervals(counts, alpha)
    np.testing.assert_allclose(np.diag(weights[0]), alpha[0])
    assert weights[0, 1, 3] == pytest.approx((4 * 0.75 + 2 * 1.5) / 6)
    assert weights[0, 0, 1] == pytest.approx((6 * 0.5 + 4 * 0.75) / 10)
    assert weights[0, 3, 3] == 0.0


def test_slots_take_their_own_tasks_weight() -> None:
    weights = torch.arange(32.0).reshape(2, 4, 4)
    slots = weigh_slots(torch.tensor([[0, 1], [-1, 3]]), torch.tensor([[2, 1], [-1, 3]]), weights)
    assert slots.tolist() == [[2.0, 21.0], [0.0, 31.0]]
