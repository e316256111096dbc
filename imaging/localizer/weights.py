"""The localizer's weights: half precision on disk, with the recipe that made them beside."""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import safe_open, SafetensorError
from safetensors.torch import load_file, save_file

from imaging.localizer.slices import SIZE
from imaging.localizer.unet import UNet
from imaging.refusal import ImagingError

OUTPUTS = ("T12-L5", "S1")
"""The network's outputs, in order: the vertebral bodies above the sacrum, and S1."""


def read_localizer(path: Path) -> UNet:
    """The network with the weights of a safetensors file, in single precision, ready to be used.

    ImagingError (``bad-weights``) where the file is none, or of another network, such as one detector by itself.
    """
    network = UNet(len(OUTPUTS))
    load_weights(network, path)
    _check_kind(path)
    return network.eval().to(memory_format=torch.channels_last)


def load_weights(network: UNet, path: Path) -> None:
    """Put the weights of a safetensors file into a network; ImagingError (``bad-weights``) where they do not fit."""
    try:
        weights = {name: tensor.float() for name, tensor in load_file(path).items()}
        network.load_state_dict(weights, strict=True)
    except (SafetensorError, RuntimeError) as error:
        raise ImagingError(f"these are no weights of the localizer ({type(error).__name__})", "bad-weights") from None


def _check_kind(path: Path) -> None:
    """A file that does not say what it is for is of both detectors and the usual canvas."""
    with safe_open(path, framework="pt") as file:
        kind = file.metadata() or {}
    usual = _to_kind(OUTPUTS, SIZE)
    differing = [f"{key} {kind[key]}" for key, value in usual.items() if kind.get(key, value) != value]
    if differing:
        raise ImagingError(
            f"these weights have {' and '.join(differing)}; vertebrae are found with {usual['outputs']} "
            f"on a canvas of {SIZE}",
            "bad-weights",
        )


def write_localizer(network: UNet, path: Path, outputs: Sequence[str] = OUTPUTS, canvas: int = SIZE) -> None:
    """Write the weights in half precision, with what their outputs are and the side of their canvas in pixels.

    The running counts of batch normalisation are left as they are.
    """
    tensors = network.state_dict().items()
    halved = {name: (each.half() if each.is_floating_point() else each).contiguous() for name, each in tensors}
    save_file(halved, path, metadata=_to_kind(outputs, canvas))


def _to_kind(outputs: Sequence[str], canvas: int) -> dict[str, str]:
    return {"outputs": ", ".join(outputs), "canvas": str(canvas)}
