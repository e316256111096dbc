"""Channels last reaches every layer of both branches, and says the same."""

from collections.abc import Iterator

import pytest
import torch
from torch import nn, Tensor

from training.memory_format import to_channels_last
from training.models.deepspine import DeepSpine, TINY
from training.models.views import VIEWS, Views

LAYERS = (nn.Conv2d, nn.Conv3d, nn.BatchNorm2d, nn.BatchNorm3d, nn.MaxPool2d, nn.MaxPool3d)
FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}


@pytest.fixture
def two_threads() -> Iterator[None]:
    """On one thread torch takes code of its own for small 3D convolutions, which knows no channels last."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_what_every_layer_puts_out_is_channels_last(two_threads: None) -> None:
    torch.manual_seed(0)
    network = DeepSpine(TINY, 3, VIEWS, 0.0)
    views = Views(torch.randn(2, 8, 48, 48), torch.randn(2, 13, 40, 80), torch.ones(2, 2, dtype=torch.bool))
    expected = network(views)
    to_channels_last(network)
    first: list[str] = []

    def note(module: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> None:
        if not out.is_contiguous(memory_format=FORMATS[out.ndim]):
            first.append(f"{type(module).__name__} {tuple(out.shape)}")

    for module in network.modules():
        if isinstance(module, LAYERS):
            module.register_forward_hook(note)
    torch.testing.assert_close(network(views), expected, rtol=1e-4, atol=1e-5)
    assert first == []
