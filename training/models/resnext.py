"""ResNeXt (Xie et al. 2017) in two or three dimensions, with the layers of Keras that DeepSPINE was written in."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn, Tensor

SLOPE = 0.3
"""Keras' LeakyReLU; torch has 0.01."""

_CONV: dict[int, Callable[..., nn.Module]] = {2: nn.Conv2d, 3: nn.Conv3d}
_POOL: dict[int, Callable[..., nn.Module]] = {2: nn.MaxPool2d, 3: nn.MaxPool3d}
_NORM: dict[int, Callable[..., nn.Module]] = {2: nn.BatchNorm2d, 3: nn.BatchNorm3d}


@dataclass(frozen=True)
class Size:
    """How wide and deep: channels of the stem, blocks a stage, groups of the middle convolutions, channels a group.

    ``norm_momentum`` is the share of each batch in batch normalisation's running statistics: 0.01 is what Keras calls
    0.99. They settle in some five times its inverse steps; a run of a few hundred steps needs a larger share.
    """

    stem: int = 64
    depths: tuple[int, ...] = (3, 4, 6, 3)
    cardinality: int = 32
    group_width: int = 4
    norm_momentum: float = 0.01

    @property
    def features(self) -> int:
        """Channels after the last stage."""
        return self.stem * 4 << len(self.depths) - 1


RESNEXT_50_32X4D = Size()


class ResNeXt(nn.Module):
    """Images (n, channels, row, column) or (n, channels, slice, row, column) to features (n, ``size.features``).

    Parameters have the names and shapes of torchvision's ResNeXt (in 2D its weights load). In 3D every kernel of size
    7 or 3 is a cube. ``slice_stride`` 2 halves the slices where rows and columns are halved; 1 never does.
    """

    def __init__(self, dims: int, channels: int, size: Size = RESNEXT_50_32X4D, slice_stride: int = 2) -> None:
        super().__init__()
        self.conv1 = _convolution(dims, channels, size.stem, 7, 2, slice_stride)
        self.bn1 = _norm(dims, size.stem)
        self.act = nn.LeakyReLU(SLOPE, inplace=True)
        self.maxpool = _POOL[dims](3, _strides(dims, 2, slice_stride), padding=1)
        before = size.stem
        for stage, depth in enumerate(size.depths):
            planes = size.stem * 2**stage
            width = size.cardinality * size.group_width * 2**stage
            blocks = []
            for number in range(depth):
                stride = 2 if stage > 0 and number == 0 else 1
                blocks.append(Bottleneck(dims, before, width, planes * 4, stride, size.cardinality, slice_stride))
                before = planes * 4
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.stages = len(size.depths)
        self.apply(_initialise)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d | nn.BatchNorm3d):
                module.momentum = size.norm_momentum

    def forward(self, x: Tensor) -> Tensor:
        """Features, averaged over all positions."""
        x = self.maxpool(self.act(self.bn1(self.conv1(x))))
        for stage in range(self.stages):
            x = self.get_submodule(f"layer{stage + 1}")(x)
        # Not AdaptiveAvgPool3d, whose backward is not deterministic on CUDA.
        return x.mean(dim=tuple(range(2, x.dim())))


class Bottleneck(nn.Module):
    """A residual block of three convolutions, the middle one in groups and strided."""

    def __init__(self, dims: int, before: int, width: int, after: int, stride: int, groups: int, slice_stride: int):
        super().__init__()
        self.conv1 = _convolution(dims, before, width, 1)
        self.bn1 = _norm(dims, width)
        self.conv2 = _convolution(dims, width, width, 3, stride, slice_stride, groups)
        self.bn2 = _norm(dims, width)
        self.conv3 = _convolution(dims, width, after, 1)
        self.bn3 = _norm(dims, after)
        self.act = nn.LeakyReLU(SLOPE, inplace=True)
        self.downsample: nn.Module | None = None
        if stride != 1 or before != after:
            shortcut = _convolution(dims, before, after, 1, stride, slice_stride)
            self.downsample = nn.Sequential(shortcut, _norm(dims, after))

    def forward(self, x: Tensor) -> Tensor:
        """(n, before, ...) to (n, after, ...)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.act(self.bn1(self.conv1(x)))
        x = self.act(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        out: Tensor = self.act(x + shortcut)
        return out


def _convolution(
    dims: int, before: int, after: int, kernel: int, stride: int = 1, slice_stride: int = 2, groups: int = 1
) -> nn.Module:
    strides = _strides(dims, stride, slice_stride)
    return _CONV[dims](before, after, kernel, strides, padding=kernel // 2, groups=groups, bias=False)


def _strides(dims: int, stride: int, slice_stride: int) -> tuple[int, ...]:
    return (stride,) * 2 if dims == 2 else (min(stride, slice_stride), stride, stride)


def _norm(dims: int, channels: int) -> nn.Module:
    return _NORM[dims](channels, eps=1e-3)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Conv3d):
        nn.init.kaiming_normal_(module.weight, a=SLOPE, mode="fan_out", nonlinearity="leaky_relu")
