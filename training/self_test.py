"""A test at start-up that the device computes what it should: some builds of torch get bfloat16 conv3d wrong."""

from typing import NamedTuple

import torch
from torch import nn, Tensor

from training.memory_format import to_channels_last

LARGEST_ERROR = 0.05
"""Of outputs with a standard deviation of 1; bfloat16 keeps 8 bits, and the errors of a sum average out."""


class SelfTestError(ValueError):
    """A device that computes wrongly; the message says what and what to do."""


class _Kind(NamedTuple):
    """A kind of convolution that the graders have."""

    channels: int
    features: int
    kernel: int
    stride: int
    groups: int


_KINDS = (
    _Kind(1, 32, 7, 2, 1),
    _Kind(32, 32, 1, 1, 1),
    _Kind(32, 32, 3, 1, 1),
    _Kind(32, 32, 3, 1, 8),
    _Kind(128, 128, 3, 2, 32),
)


def check_bfloat16(device: torch.device, channels_last: bool = False) -> None:
    """SelfTestError where a 3D convolution under bfloat16 autocast strays from float64, forward or backward.

    ``channels_last``: the memory format that the network will have, for which other code runs. Known: cuDNN 9.8 to
    9.10 (pytorch issue 163539). Inputs are small: what goes wrong in large ones alone is not seen.
    """
    for kind in _KINDS:
        errors = _errors(kind, device, channels_last)
        if not all(error < LARGEST_ERROR for error in errors):
            raise SelfTestError(
                f"a 3D convolution (kernel {kind.kernel}, {kind.groups} groups) in bfloat16 is off by "
                f"{max(errors):.3g}: some builds of torch or cuDNN do so; use another, or set run.precision = "
                '"32-true"'
            )


def _errors(kind: _Kind, device: torch.device, channels_last: bool) -> list[float]:
    """Of the outputs the standard deviation, of each gradient the largest, as a share of its largest value."""
    convolution, x = _make(kind, device)
    if channels_last:
        to_channels_last(convolution)
    # The truth is in float64: on a GPU float32 may be TF32, of the same tensor cores.
    exact, *exact_gradients = _compute(convolution.double(), x.double(), False)
    out, *gradients = _compute(convolution.float(), x, True)
    shares = ((a - b).abs().max() / b.abs().max() for a, b in zip(gradients, exact_gradients, strict=True))
    return [float((out - exact).std()), *map(float, shares)]


def _compute(convolution: nn.Conv3d, x: Tensor, low: bool) -> tuple[Tensor, Tensor, Tensor]:
    """The outputs, and the gradients of the weights and of the inputs; ``low``: in bfloat16."""
    x = x.detach().requires_grad_()
    with torch.autocast(x.device.type, torch.bfloat16, enabled=low):
        out = convolution(x)
    loss = (out.float() * out.detach().float()).mean()
    weights, inputs = torch.autograd.grad(loss, (convolution.weight, x))
    return out.detach().float(), weights.float(), inputs.float()


def _make(kind: _Kind, device: torch.device) -> tuple[nn.Conv3d, Tensor]:
    """A convolution and an input; drawn on the processor, the same for every device."""
    generator = torch.Generator().manual_seed(0)
    padding = kind.kernel // 2
    convolution = nn.Conv3d(
        kind.channels, kind.features, kind.kernel, kind.stride, padding, groups=kind.groups, bias=False
    )
    inputs = kind.channels // kind.groups * kind.kernel**3
    with torch.no_grad():
        convolution.weight.copy_(torch.randn(convolution.weight.shape, generator=generator) / inputs**0.5)
    x = torch.randn(2, kind.channels, 9, 16, 16, generator=generator)
    return convolution.to(device), x.to(device)
