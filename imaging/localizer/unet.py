"""DeepSPINE's U-Net (Lu et al. 2018, figure 3b): a probability for every pixel of a sagittal slice."""

import torch
from torch import nn


class UNet(nn.Module):
    """Logits of pixel-wise probabilities, (batch, outputs, height, width), for slices (batch, 1, height, width).

    The paper's: ``depth`` 5 down- and upsampling modules of two convolutions, ``features`` 32 in the first and doubled
    on the way down, batch normalisation before each ReLU, a sigmoid at the end (left to the caller, who may prefer
    logits). Height and width are multiples of 2 ** (depth - 1); the paper's are 512. One output a detector; the paper
    trains two networks of one output, T12 to L5 and S1.
    """

    def __init__(self, outputs: int = 1, features: int = 32, depth: int = 5) -> None:
        super().__init__()
        widths = [features * 2**level for level in range(depth)]
        self.down = nn.ModuleList(
            _two_convolutions(below, above) for below, above in zip([1, *widths[:-1]], widths, strict=True)
        )
        self.widen = nn.ModuleList(
            nn.ConvTranspose2d(above, below, kernel_size=2, stride=2)
            for below, above in zip(widths[-2::-1], widths[:0:-1], strict=True)
        )
        self.up = nn.ModuleList(_two_convolutions(2 * width, width) for width in widths[-2::-1])
        self.head = nn.Conv2d(features, outputs, kernel_size=1)

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        """The logits of a batch of slices."""
        x, skipped = slices, []
        for level, block in enumerate(self.down):
            x = block(nn.functional.max_pool2d(x, 2) if level else x)
            skipped.append(x)
        for widen, block, skip in zip(self.widen, self.up, skipped[-2::-1], strict=True):
            x = block(torch.cat([skip, widen(x)], dim=1))
        logits: torch.Tensor = self.head(x)
        return logits


def _two_convolutions(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [
            nn.Conv2d(channels, outputs, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers)
