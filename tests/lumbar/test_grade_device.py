"""How a grader's network is laid out for a processor changes nothing of what it says."""

import torch
from torch import nn

from lumbar.grade_device import to_bfloat16_kernels


def make_network() -> nn.Module:
    torch.manual_seed(0)
    layers = [nn.Conv3d(1, 4, 3, bias=False), nn.BatchNorm3d(4), nn.LeakyReLU(), nn.Flatten(), nn.Linear(4 * 27, 4)]
    return nn.Sequential(*layers).eval()


def test_kernels_in_bfloat16_say_what_autocast_says() -> None:
    volumes = torch.randn(2, 1, 5, 5, 5)
    plain, kept = make_network(), make_network()
    to_bfloat16_kernels(kept)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(plain(volumes), kept(volumes))
    assert kept[0].weight.dtype == kept[4].weight.dtype == torch.bfloat16  # type: ignore[index]
    assert kept[1].weight.dtype == torch.float32  # type: ignore[index]
