"""A test at start-up that the device computes what it should: some builds of torch get bfloat16 conv3d wrong."""

import torch
from torch import nn

LARGEST_ERROR = 0.05
"""Of outputs with a standard deviation of 1; bfloat16 keeps 8 bits, and the errors of a sum average out."""


class SelfTestError(RuntimeError):
    """A device that computes wrongly; the message says what and what to do."""


def check_bfloat16(device: torch.device) -> None:
    """SelfTestError where a 3D convolution under bfloat16 autocast strays from float32, forward or backward.

    Known: cuDNN 9.8 to 9.10 (pytorch issue 163539).
    """
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 32, 9, 16, 16, generator=generator).to(device)
    for groups, kernel in ((1, 1), (1, 3), (8, 3)):
        error = max(_errors(x, groups, kernel, device))
        if not error < LARGEST_ERROR:
            raise SelfTestError(
                f"a 3D convolution (kernel {kernel}, {groups} groups) in bfloat16 is off by {error:.3g}: "
                'this build of torch or cuDNN is known to do so; set precision = "32-true" or use another'
            )


def _errors(x: torch.Tensor, groups: int, kernel: int, device: torch.device) -> tuple[float, float]:
    torch_seed = torch.Generator().manual_seed(1)
    convolution = nn.Conv3d(32, 32, kernel, padding=kernel // 2, groups=groups, bias=False)
    inputs = 32 // groups * kernel**3
    with torch.no_grad():
        convolution.weight.copy_(torch.randn(convolution.weight.shape, generator=torch_seed) / inputs**0.5)
    convolution.to(device)
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
