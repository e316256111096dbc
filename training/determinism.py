"""The same weights from the same seed: seeds from what is trained when, and a max pooling that CUDA can repeat."""

import numpy as np
import torch
from torch import nn, Tensor


def seed_torch(*numbers: int) -> None:
    """Seed torch's own generators, which dropout draws from, by numbers such as seed, step and rank."""
    torch.manual_seed(int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1)))


class SlicedMaxPool(nn.Module):
    """Max pooling of kernel 3 and padding 1, axis by axis from slices.

    The gradient of torch's own is not deterministic on CUDA. Outputs are the same; where values tie, the gradient is
    shared between them instead of going to the first.
    """

    def __init__(self, strides: tuple[int, ...]) -> None:
        super().__init__()
        self.strides = strides

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, ...) to the same with each axis divided by its stride, rounded up."""
        for axis, stride in enumerate(self.strides, start=2):
            x = _pool_axis(x, axis, stride)
        return x


def _pool_axis(x: Tensor, axis: int, stride: int) -> Tensor:
    count = (x.shape[axis] - 1) // stride + 1
    edge = torch.full_like(x.narrow(axis, 0, 1), -torch.inf)
    padded = torch.cat([edge, x, edge], dim=axis)
    last = stride * (count - 1) + 1
    first, middle, end = (padded.narrow(axis, start, last) for start in range(3))
    step = (slice(None),) * axis + (slice(None, None, stride),)
    return torch.maximum(torch.maximum(first[step], middle[step]), end[step])


def make_deterministic(network: nn.Module) -> None:
    """Ask torch for deterministic algorithms, and replace a network's max poolings, which have none on CUDA.

    On CUDA the variable CUBLAS_WORKSPACE_CONFIG must be set to :4096:8 before torch starts. ValueError for a max
    pooling other than of kernel 3 and padding 1, the one there is a replacement for.
    """
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.MaxPool2d | nn.MaxPool3d):
                setattr(module, name, _to_sliced(child))


def _to_sliced(pool: nn.MaxPool2d | nn.MaxPool3d) -> SlicedMaxPool:
    axes = 2 if isinstance(pool, nn.MaxPool2d) else 3
    kernel, padding, dilation, strides = (
        value if isinstance(value, tuple) else (value,) * axes
        for value in (pool.kernel_size, pool.padding, pool.dilation, pool.stride)
    )
    if {*kernel} != {3} or {*padding} != {1} or {*dilation} != {1} or pool.ceil_mode:
        raise ValueError(f"no deterministic form of {pool}: only kernel 3 and padding 1 have one")
    return SlicedMaxPool(strides)
