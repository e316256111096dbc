"""How quickly a grader trains on this device: discs a second, share of what memory allows, data path, resuming."""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from device_clock import choose_device, describe_device
from machine_facts import BUILD, describe_machine, machine, write_results
from noise_discs import keep_discs, write_discs
from training_data_path import measure_data
from training_modes import Amount, choose_mode, measure_speed, MODES, ON_CPU, ON_GPU, to_reason
from training_resume import measure_resume

from training.data import DiscReader
from training.models import MODELS

PARTS = ("speed", "data", "resume")


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Without a GPU it runs small, and says so.")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--model", choices=[model.name for model in MODELS], help="the network that is measured")
    parser.add_argument("--data-model", choices=[model.name for model in MODELS], help="that of data and resume")
    parser.add_argument("--batches", nargs="+", type=int, help="batch sizes")
    parser.add_argument("--modes", nargs="+", choices=[mode.name for mode in MODES])
    parser.add_argument("--data-mode", choices=[mode.name for mode in MODES], help="that of data and resume")
    parser.add_argument("--data-batch", type=int)
    parser.add_argument("--workers", nargs="+", type=int, help="numbers of worker processes")
    parser.add_argument("--studies", type=int, help="of six discs each, for data and resume")
    parser.add_argument("--epochs", type=int, help="of the data path, timed")
    parser.add_argument("--windows", type=int, help="of steps, timed")
    parser.add_argument("--steps", type=int, help="in each window")
    parser.add_argument("--threads", type=int, help="of torch; on a processor it is one, whose seconds count")
    parser.add_argument("--out", type=Path, default=BUILD / "benchmarks" / "training_speed.json")
    return parser.parse_args(arguments)


def to_amount(asked: argparse.Namespace, device: torch.device) -> Amount:
    """What is measured on this device, with what was asked for."""
    amount = ON_GPU if device.type == "cuda" else ON_CPU
    named = {name: getattr(asked, name, None) for name in Amount._fields}
    chosen = {name: tuple(value) if isinstance(value, list) else value for name, value in named.items() if value}
    return amount._replace(**chosen)


def open_reader(folder: Path, studies: int) -> DiscReader:
    """A volume store; where pyarrow is missing the same discs in memory, and it is said."""
    try:
        return write_discs(folder, studies, 0)
    except ModuleNotFoundError as error:
        print(f"left out, {error.name} is missing: the volume store; discs are read from memory")
        return keep_discs(studies, 0)


def run_parts(asked: argparse.Namespace, amount: Amount, device: torch.device) -> Iterator[tuple[str, Any]]:
    """Each part's name and figures."""
    speed = measure_speed(amount, device) if "speed" in asked.parts else None
    if speed:
        yield "speed", speed
    mode = next((mode for mode in MODES if mode.name == asked.data_mode), None) or choose_mode(speed)
    with TemporaryDirectory() as folder:
        reader = open_reader(Path(folder), amount.studies)
        if "data" in asked.parts:
            yield "data", or_failed("data", lambda: measure_data(amount, mode, device, reader))
        if "resume" in asked.parts:
            yield "resume", or_failed("resume", lambda: measure_resume(amount, mode, device, reader))


def or_failed(part: str, measure: Callable[[], Any]) -> Any:
    """The figures of a part; where it cannot be measured, why: the other parts go on."""
    try:
        return measure()
    except ModuleNotFoundError as error:
        reason = f"left out, {error.name} is missing: {part}"
    except RuntimeError as error:
        reason = f"failed, {part}: {to_reason(error)}"
    print(reason)
    return {"failed": reason}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write JSON."""
    asked = read_arguments(arguments)
    # cuBLAS reads it when it starts; a deterministic run needs it.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    device = choose_device(asked.device)
    if asked.threads or device.type == "cpu":
        torch.set_num_threads(asked.threads or 1)
    facts, about = machine(), describe_device(device)
    print(describe_machine(facts))
    print(f"device: {about['device']}, torch {about['torch']}")
    if device.type == "cpu":
        print("NO GPU: measured small, in seconds of the processor on one thread")
    amount = to_amount(asked, device)
    results = {"machine": facts, "device": about, "amount": amount._asdict()}
    for name, figures in run_parts(asked, amount, device):
        results[name] = figures
        write_results(asked.out, results)


if __name__ == "__main__":
    main()
