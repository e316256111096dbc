"""The localizer's weights: half precision on disk, with the recipe that made them beside."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from imaging.localizer.unet import UNet
from imaging.refusal import ImagingError

OUTPUTS = ("T12-L5", "S1")
"""The network's outputs, in order: the vertebral bodies above the sacrum, and S1."""


def read_localizer(path: Path) -> UNet:
    """The network with the weights of a safetensors file, in single precision, ready to be used.

    ImagingError (``bad-weights``) where the file is none or of another network.
    """
    network = UNet(len(OUTPUTS))
    load_weights(network, path)
    return network.eval().to(memory_format=torch.channels_last)


def load_weights(network: UNet, path: Path) -> None:
    """Put the weights of a safetensors file into a network; ImagingError (``bad-weights``) where they do not fit."""
    try:
        weights = {name: tensor.float() for name, tensor in load_file(path).items()}
        network.load_state_dict(weights, strict=True)
    except (SafetensorError, RuntimeError) as error:
        raise ImagingError(f"these are no weights of the localizer ({type(error).__name__})", "bad-weights") from None


def write_localizer(network: UNet, path: Path) -> None:
    """Write the weights in half precision; the running counts of batch normalisation are left as they are."""
    tensors = network.state_dict().items()
    save_file({name: (each.half() if each.is_floating_point() else each).contiguous() for name, each in tensors}, path)
