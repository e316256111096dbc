"""Where a grader works and how precisely: bfloat16 on processors that compute in it, float32 elsewhere."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from lumbar.work import available_cores
from training.environment import choose_device

PRECISIONS = ("auto", "float32", "bfloat16")

_BFLOAT16 = ("avx512_bf16", "amx_bf16")
"""What a processor has that multiplies in bfloat16; without it bfloat16 is slower than float32."""


@dataclass(frozen=True)
class Device:
    """A device's name, the precision in words, a context for each disc, and how many discs go side by side."""

    name: str = "cpu"
    precision: str = "float32"
    context: Callable[[], Any] = nullcontext
    workers: int = 1


def choose(device: str, precision: str) -> Device:
    """The device of that name, auto, cpu or cuda, in one of ``PRECISIONS``; DeviceError where it is not here.

    ``auto`` is bfloat16 on a processor that computes in it, else float32. bfloat16 changes a probability by up to a
    few hundredths (``benchmarks/exam.py`` measures it).
    """
    name = choose_device(device).type
    workers = available_cores() if name == "cpu" else 1
    if precision == "auto":
        precision = "bfloat16" if name == "cpu" and has_bfloat16() else "float32"
    if precision == "float32":
        return Device(name, workers=workers)
    return Device(name, precision, partial(torch.autocast, name, torch.bfloat16), workers)


def use_one_thread() -> None:
    """Have torch use one thread for an operation; the discs go side by side instead.

    Threads within an operation wait for each other by spinning: where others use the cores too, two take up to a
    hundred times as long as one.
    """
    torch.set_num_threads(1)


def has_bfloat16() -> bool:
    """Whether this machine's processor multiplies in bfloat16."""
    if not hasattr(torch.cpu, "get_capabilities"):  # in older versions of torch
        return False
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name) for name in _BFLOAT16)


def to_bfloat16_kernels(network: nn.Module) -> None:
    """Keep kernels in bfloat16, as autocast would make them anew for every disc and thread; outputs stay the same."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Conv3d, nn.Linear)):
            module.bfloat16()
