"""Time, memory and bandwidth of the device that is measured, a GPU or the processor."""

import gc
import platform
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import torch

COPY_BYTES = {"cuda": 2**32, "cpu": 2**28}
"""What is copied to measure bandwidth: many times what any cache holds."""

COPIES = 10


def choose_device(name: str) -> torch.device:
    """auto is cuda where torch finds one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def describe_device(device: torch.device) -> dict[str, Any]:
    """What the figures depend on: the device's name, versions, what float32 means to it."""
    on_gpu = device.type == "cuda"
    return {
        "device": torch.cuda.get_device_name(device) if on_gpu else f"CPU, {platform.machine()}",
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda if on_gpu else None,
        "cudnn": torch.backends.cudnn.version() if on_gpu else None,
        "tf32_convolutions": torch.backends.cudnn.allow_tf32 if on_gpu else None,
    }


def wait(device: torch.device) -> None:
    """Until the device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def now(device: torch.device) -> float:
    """Seconds: of a GPU by the clock, once it is done; of a processor those that this process took of it.

    The latter have nothing in them of what else the machine does; on one thread they are what an idle one takes.
    """
    wait(device)
    return perf_counter() if device.type == "cuda" else process_time()


def time_windows(
    step: Callable[[], object], device: torch.device, warm_up: int, steps: int, windows: int
) -> list[float]:
    """Seconds a step of each window of ``steps``; the first ``warm_up`` steps are in none."""
    for _ in range(warm_up):
        step()
    seconds = []
    for _ in range(windows):
        began = now(device)
        for _ in range(steps):
            step()
        seconds.append((now(device) - began) / steps)
    return seconds


def reset_peak(device: torch.device) -> None:
    """Let the peak of memory begin anew."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
        return
    with suppress(OSError):  # where it is not allowed the peak is that of the process so far
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def read_peak_mib(device: torch.device) -> float:
    """The most that tensors took on a GPU; on a processor the most that the process held, imports and all."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def measure_bandwidth(device: torch.device) -> float:
    """Bytes a second, read and written, that a large copy within the device's memory moves; the median of ten."""
    source = torch.zeros(COPY_BYTES[device.type], dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    seconds = time_windows(lambda: target.copy_(source), device, 2, 1, COPIES)
    return 2 * source.nbytes / median(seconds)
