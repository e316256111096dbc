"""Where a run ran: versions and devices, for its record."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

PACKAGES = ("lumbar", "torch", "torchvision", "lightning-fabric", "numpy", "pandas", "scikit-learn")


class DeviceError(ValueError):
    """A device that is asked for and is not here."""


def check_devices(accelerator: str, devices: int) -> None:
    """DeviceError where this machine has no such accelerator, or fewer of them than asked for."""
    there = torch.cuda.device_count()
    if accelerator == "cuda" and not there:
        raise DeviceError('run.accelerator is "cuda", and torch finds no such device here; "cpu" or "auto" would do')
    if accelerator != "cpu" and 0 < there < devices:
        raise DeviceError(f"run.devices is {devices}, and torch finds {there} here")


def choose_device(name: str) -> torch.device:
    """The device of that name, auto, cpu or cuda: auto is cuda where there is one."""
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceError("torch finds no CUDA device here: --device cpu or auto would do")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def describe_environment(device: torch.device, ranks: int) -> dict[str, Any]:
    """Plain values: versions, the device's name, how many worked side by side. No name of the machine."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {platform.machine()}"
    return {
        "device": name,
        "ranks": ranks,
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
        **{package: _version(package) for package in PACKAGES},
    }


def _version(package: str) -> str | None:
    """None where a package is not installed under its own name, as where lumbar runs from its folder."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
