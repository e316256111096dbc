"""The paper's U-Net: its size, its shapes; and its weights on disk."""

from pathlib import Path

import pytest
import torch

from imaging.localizer.unet import UNet
from imaging.localizer.weights import OUTPUTS, read_localizer, write_localizer
from imaging.refusal import ImagingError


def test_five_modules_of_two_convolutions_from_32_features() -> None:
    network = UNet()
    convolutions = [
        each for each in network.modules() if isinstance(each, torch.nn.Conv2d) and each.kernel_size == (3, 3)
    ]
    assert [each.out_channels for each in convolutions[:10:2]] == [32, 64, 128, 256, 512]
    assert len(convolutions) == 2 * (5 + 4)
    assert sum(parameter.numel() for parameter in network.parameters()) == 7_762_465


@pytest.mark.parametrize("shape", [(64, 64), (48, 80)])
def test_a_logit_for_every_pixel(shape: tuple[int, int]) -> None:
    assert UNet(2, features=4)(torch.zeros(3, 1, *shape)).shape == (3, 2, *shape)


def test_weights_are_read_as_they_were_written(tmp_path: Path) -> None:
    network = UNet(len(OUTPUTS)).eval()
    write_localizer(network, tmp_path / "w.safetensors")
    assert (tmp_path / "w.safetensors").stat().st_size < 17_000_000
    read = read_localizer(tmp_path / "w.safetensors")
    assert not read.training
    slices = torch.rand(1, 1, 64, 64)
    with torch.inference_mode():
        assert torch.allclose(read(slices), network(slices), atol=0.02)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(b"no weights")
    with pytest.raises(ImagingError, match="no weights of the localizer"):
        read_localizer(tmp_path / "w.safetensors")
    write_localizer(UNet(1, features=4), tmp_path / "small.safetensors")
    with pytest.raises(ImagingError, match="no weights of the localizer"):
        read_localizer(tmp_path / "small.safetensors")
