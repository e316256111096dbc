"""A test at start-up that the device computes what it should: some builds of torch get bfloat16 conv3d wrong."""

from typing import NamedTuple

import torch
from torch import nn, Tensor

from training.memory_format import to_channels_last

LARGEST_ERROR = 0.05
"""Of outputs with a standard deviation of 1; bfloat16 keeps 8 bits, and the errors of a sum average out."""


class SelfTestError(RuntimeError):
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
    """SelfTestError where a 3D convolution under bfloat16 autocast strays from float32, forward or backward.

    ``channels_last``: the memory format that the network will have, for which other code runs. Known: cuDNN 9.8 to
    9.10 (pytorch issue 163539). Inputs are small: what goes wrong in large ones alone is not seen.
    """
    for kind in _KINDS:
        error = max(_errors(kind, device, channels_last))
        if not error < LARGEST_ERROR:
            raise SelfTestError(
                f"a 3D convolution (kernel {kind.kernel}, {kind.groups} groups) in bfloat16 is off by {error:.3g}: "
                'this build of torch or cuDNN is known to do so; set precision = "32-true" or use another'
            )


def _errors(kind: _Kind, device: torch.device, channels_last: bool) -> tuple[float, float]:
    """Of the outputs the standard deviation, of the gradient the largest, as a share of its largest value."""
    convolution, x = _make(kind, device)
    if channels_last:
        to_channels_last(convolution)
    outputs, gradients = [], []
    for low in (False, True):
        convolution.zero_grad()
        with torch.autocast(device.type, torch.bfloat16, enabled=low):
            out = convolution(x)
        (out.float() * out.detach().float()).mean().backward()
        assert convolution.weight.grad is not None
        outputs.append(out.detach().float())
        gradients.append(convolution.weight.grad.clone())
    scale = gradients[0].abs().max()
    spread = (outputs[1] - outputs[0]).std()
    return float(spread), float((gradients[1] - gradients[0]).abs().max() / scale)


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
