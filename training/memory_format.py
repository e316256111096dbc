"""The channels-last memory format: the layout in which most devices convolve quickest."""

import torch
from torch import nn

_FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}


def to_channels_last(network: nn.Module) -> None:
    """Lay a network's kernels out with channels last, 2D and 3D; what goes through its convolutions then is, too.

    Inputs need no conversion: a convolution gives its input the layout of its kernel.
    """
    for parameter in network.parameters():
        if parameter.ndim in _FORMATS:
            # Not contiguous(), which leaves a kernel of one channel or of size 1 as it is: torch would go on
            # taking it, and what comes out of it, for channels first.
            parameter.data = parameter.data.to(memory_format=_FORMATS[parameter.ndim])
