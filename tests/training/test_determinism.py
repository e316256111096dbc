"""The pooling that CUDA can repeat is torch's pooling; seeds differ; the start-up test sees wrong arithmetic."""

import pytest
import torch
from torch import nn

from training.determinism import make_deterministic, seed_torch, SlicedMaxPool
from training.models.deepspine import DeepSpine, TINY
from training.models.views import VIEWS, Views
from training.self_test import check_bfloat16, SelfTestError


@pytest.mark.parametrize("size", [(9, 12), (8, 7), (1, 2)])
def test_the_sliced_pool_is_torchs_in_two_dimensions(size: tuple[int, int]) -> None:
    x = torch.randn(2, 3, *size, requires_grad=True)
    ours, theirs = SlicedMaxPool((2, 2))(x), nn.MaxPool2d(3, 2, 1)(x)
    assert torch.equal(ours, theirs)
    g = torch.randn_like(ours)
    torch.testing.assert_close(*(torch.autograd.grad(out, x, g)[0] for out in (ours, theirs)))


@pytest.mark.parametrize("strides", [(2, 2, 2), (1, 2, 2)])
def test_the_sliced_pool_is_torchs_in_three(strides: tuple[int, int, int]) -> None:
    x = torch.randn(2, 3, 7, 8, 9, requires_grad=True)
    ours, theirs = SlicedMaxPool(strides)(x), nn.MaxPool3d(3, strides, 1)(x)
    assert torch.equal(ours, theirs)
    g = torch.randn_like(ours)
    torch.testing.assert_close(*(torch.autograd.grad(out, x, g)[0] for out in (ours, theirs)))


def test_a_deterministic_network_has_no_max_pool_and_says_the_same() -> None:
    torch.manual_seed(0)
    network = DeepSpine(TINY, 3, VIEWS, 0.0).eval()
    views = Views(torch.randn(2, 8, 32, 32), torch.randn(2, 9, 16, 32), torch.ones(2, 2, dtype=torch.bool))
    before = network(views)
    try:
        make_deterministic(network)
        assert torch.are_deterministic_algorithms_enabled()
    finally:
        torch.use_deterministic_algorithms(False)
    assert not [m for m in network.modules() if isinstance(m, nn.MaxPool2d | nn.MaxPool3d)]
    torch.testing.assert_close(network(views), before)


@pytest.mark.parametrize("pool", [nn.MaxPool2d(2), nn.MaxPool3d(3, 2), nn.MaxPool2d(3, 2, 1, ceil_mode=True)])
def test_a_pool_that_has_no_such_form_is_refused(pool: nn.Module) -> None:
    try:
        with pytest.raises(ValueError, match="no deterministic form of MaxPool"):
            make_deterministic(nn.Sequential(pool))
    finally:
        torch.use_deterministic_algorithms(False)


def test_strides_that_are_one_number_go_for_every_axis() -> None:
    network = nn.Sequential(nn.MaxPool3d(3, 2, 1))
    x = torch.randn(1, 2, 7, 8, 9)
    before = network(x)
    try:
        make_deterministic(network)
    finally:
        torch.use_deterministic_algorithms(False)
    assert torch.equal(network(x), before)


def test_seeds_are_of_all_the_numbers_in_order() -> None:
    drawn = []
    for numbers in ((0, 1, 2), (0, 2, 1), (0, 1), (0, 1, 2)):
        seed_torch(*numbers)
        drawn.append(float(torch.rand(1)))
    assert drawn[0] == drawn[3]
    assert len(set(drawn)) == 3


@pytest.mark.parametrize("channels_last", [False, True])
def test_this_machine_computes_bfloat16_convolutions(channels_last: bool) -> None:
    check_bfloat16(torch.device("cpu"), channels_last)


def test_wrong_arithmetic_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = nn.Conv3d.forward

    def wrong(self: nn.Conv3d, x: torch.Tensor) -> torch.Tensor:
        out = right(self, x)
        return out * 1.2 if out.dtype == torch.bfloat16 and self.groups > 1 else out

    monkeypatch.setattr(nn.Conv3d, "forward", wrong)
    with pytest.raises(SelfTestError, match="8 groups"):
        check_bfloat16(torch.device("cpu"))


def test_arithmetic_that_is_wrong_in_one_memory_format_is_seen_there(monkeypatch: pytest.MonkeyPatch) -> None:
    right = nn.Conv3d.forward

    def wrong(self: nn.Conv3d, x: torch.Tensor) -> torch.Tensor:
        out = right(self, x)
        affected = out.dtype == torch.bfloat16 and self.groups == 8 and self.weight.stride(4) > 1
        return out * 1.2 if affected else out

    monkeypatch.setattr(nn.Conv3d, "forward", wrong)
    check_bfloat16(torch.device("cpu"))
    with pytest.raises(SelfTestError):
        check_bfloat16(torch.device("cpu"), channels_last=True)


def test_a_wrong_gradient_of_the_inputs_alone_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = nn.Conv3d.forward

    def wrong(self: nn.Conv3d, x: torch.Tensor) -> torch.Tensor:
        if torch.is_autocast_enabled("cpu"):
            x = 1.2 * x - 0.2 * x.detach()  # the same values
        return right(self, x)

    monkeypatch.setattr(nn.Conv3d, "forward", wrong)
    with pytest.raises(SelfTestError, match=r"off by 0\.2"):
        check_bfloat16(torch.device("cpu"))


def test_arithmetic_that_is_wrong_in_float32_too_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where both run on the same tensor cores."""
    right = nn.Conv3d.forward

    def wrong(self: nn.Conv3d, x: torch.Tensor) -> torch.Tensor:
        out = right(self, x)
        return out if out.dtype == torch.float64 else out * 1.2

    monkeypatch.setattr(nn.Conv3d, "forward", wrong)
    with pytest.raises(SelfTestError):
        check_bfloat16(torch.device("cpu"))
