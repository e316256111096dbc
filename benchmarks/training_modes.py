"""Ways to train a grader, each timed on volumes that lie ready on the device: discs a second, and against the floor."""

import logging
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple, TYPE_CHECKING

import torch
from device_clock import measure_bandwidth, read_peak_mib, reset_peak, time_windows
from training_cost import APART, build, Cost, count_cost, FEWEST, FUSED, make_views, TASKS, to_floor_seconds

from training.config import Config, ModelConfig, OptimizerConfig, RunConfig
from training.loss import sum_losses
from training.memory_format import to_channels_last
from training.models import find_model, Model
from training.optim import build_optimizer

if TYPE_CHECKING:
    from lightning_fabric import Fabric


class Mode(NamedTuple):
    """A way to train; ``tries``: cuDNN tries its algorithms at the first step instead of choosing one by its rules."""

    name: str
    bfloat16: bool = False
    channels_last: bool = False
    compiled: bool = False
    tries: bool = False


MODES = (
    Mode("float32"),
    Mode("bf16", True),
    Mode("bf16-last", True, True),
    Mode("bf16-compile", True, False, True),
    Mode("bf16-last-compile", True, True, True),
    Mode("bf16-last-tries", True, True, False, True),
    Mode("bf16-last-compile-tries", True, True, True, True),
)


class Amount(NamedTuple):
    """How much is measured. Of the speed: network, batch sizes, modes, steps before and in each window, windows.

    Of the data path and of resuming: network, batch sizes, worker processes, studies of six discs, timed epochs.
    """

    model: str
    batches: tuple[int, ...]
    modes: tuple[str, ...]
    warm_up: int
    steps: int
    windows: int
    data_model: str
    data_batch: int
    resume_batch: int
    workers: tuple[int, ...]
    studies: int
    epochs: int


ON_GPU = Amount("deepspine", (32,), tuple(mode.name for mode in MODES), 5, 10, 5, "deepspine", 32, 8, (0, 4, 8), 64, 3)
ON_CPU = Amount("deepspine", (2,), ("float32", "bf16", "bf16-last"), 1, 1, 2, "deepspine-tiny", 6, 2, (0, 2), 2, 3)


def to_config(amount: Amount, mode: Mode, device: torch.device) -> Config:
    """The config of a training in this mode."""
    run = RunConfig(
        batch_size=amount.data_batch,
        accelerator="cuda" if device.type == "cuda" else "cpu",
        precision="bf16-mixed" if mode.bfloat16 else "32-true",
        compile=mode.compiled,
        channels_last=mode.channels_last,
    )
    return Config(model=ModelConfig(amount.data_model), run=run)  # type: ignore[arg-type]


def launch(config: Config) -> "Fabric":
    """The devices of a training; ImportError where lightning_fabric is missing."""
    from training.run import build_fabric

    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    fabric = build_fabric(config)
    fabric.launch()
    return fabric


def make_step(model: Model, mode: Mode, batch: int, device: torch.device) -> Callable[[], None]:
    """A training step on volumes that lie ready on the device: forward, loss, backward, Adadelta."""
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = mode.tries
    network = build(model).to(device)
    if mode.channels_last:
        to_channels_last(network)
    optimizer = build_optimizer(network, OptimizerConfig())
    called = torch.compile(network) if mode.compiled else network
    views = make_views(model, batch, device)
    grades = torch.randint(0, 4, (batch, TASKS), device=device)
    weights = torch.ones(TASKS, 4, 4, device=device)

    def step() -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=mode.bfloat16):
            logits = called(views)
        sum_losses(logits, grades, grades, weights).mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def measure_mode(
    model: Model, mode: Mode, batch: int, device: torch.device, amount: Amount, cost: Cost, bandwidth: float
) -> dict[str, Any]:
    """The figures of a mode; where it fails, out of memory or for want of a compiler, why."""
    reset_peak(device)
    row: dict[str, Any] = {"mode": mode.name, "batch": batch}
    try:
        step = make_step(model, mode, batch, device)
        seconds = time_windows(step, device, amount.warm_up, amount.steps, amount.windows)
    except RuntimeError as error:  # torch's errors of memory and of compilers, too
        return row | {"failed": to_reason(error)}
    finally:
        if mode.compiled:
            torch._dynamo.reset()  # else what is compiled keeps its network
    figures = to_figures(seconds, batch, cost, 2 if mode.bfloat16 else 4, bandwidth)
    return row | figures | {"peak_mib": read_peak_mib(device), "step_s": seconds}


def to_reason(error: RuntimeError) -> str:
    """The kind of an error and the first line of what it says."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0][:120]}"


def to_figures(seconds: Sequence[float], batch: int, cost: Cost, value_bytes: int, bandwidth: float) -> dict[str, Any]:
    """From seconds a step: discs a second, the slowest and the quickest window, share of the floor, FLOP a second."""
    a_disc = median(seconds) / batch
    floor = to_floor_seconds(cost, FUSED, value_bytes, batch, bandwidth)
    return {
        "discs_per_s": 1 / a_disc,
        "discs_per_s_range": (batch / max(seconds), batch / min(seconds)),
        "ms_per_disc": a_disc * 1000,
        "floor_ms": floor * 1000,
        "share_of_floor": floor / a_disc,
        "tflop_per_s": cost.training_flop / a_disc / 1e12,
    }


def measure_speed(amount: Amount, device: torch.device) -> dict[str, Any]:
    """Every mode at every batch size, with the floor beside it."""
    model = find_model(amount.model)
    cost, bandwidth = count_cost(model), measure_bandwidth(device)
    show_cost(model, cost, bandwidth, amount.batches[-1])
    print(
        f"{'mode':24}{'batch':>6}{'discs/s':>10}{'slowest':>10}{'quickest':>10}{'ms/disc':>10}{'of floor':>10}"
        f"{'TFLOP/s':>9}{'peak MiB':>10}"
    )
    rows = []
    for mode in (mode for mode in MODES if mode.name in amount.modes):
        for batch in amount.batches:
            rows.append(measure_mode(model, mode, batch, device, amount, cost, bandwidth))
            show_row(rows[-1])
    return {"model": model.name, "cost": cost._asdict(), "bandwidth": bandwidth, "rows": rows}


def show_cost(model: Model, cost: Cost, bandwidth: float, batch: int) -> None:
    print(
        f"{model.name}: {cost.parameters / 1e6:.1f} M parameters; a disc: {cost.forward_flop / 1e9:.1f} GFLOP forward, "
        f"{cost.training_flop / 1e9:.1f} a training step; outputs of convolutions, norms and poolings in bfloat16 "
        f"{cost.layer_outputs * 2 / 2**20:.0f} MiB"
    )
    floors = [to_floor_seconds(cost, passes, 2, batch, bandwidth) * 1000 for passes in (FEWEST, FUSED, APART)]
    print(
        f"memory: {bandwidth / 1e12:.3f} TB/s, read and written by a large copy; a disc in bfloat16 at batch {batch}: "
        f"{floors[0]:.2f} ms with the fewest passes, {floors[1]:.2f} with norm and activation fused (the floor below), "
        f"{floors[2]:.2f} with nothing fused"
    )


def show_row(row: dict[str, Any]) -> None:
    if "failed" in row:
        print(f"{row['mode']:24}{row['batch']:>6}  failed: {row['failed']}")
        return
    slowest, quickest = row["discs_per_s_range"]
    print(
        f"{row['mode']:24}{row['batch']:>6}{row['discs_per_s']:>10.2f}{slowest:>10.2f}{quickest:>10.2f}"
        f"{row['ms_per_disc']:>10.2f}{row['share_of_floor']:>10.0%}{row['tflop_per_s']:>9.2f}{row['peak_mib']:>10.0f}"
    )


def choose_mode(speed: dict[str, Any] | None) -> Mode:
    """For the data path and resuming: the quickest that was measured and that the training has, else bf16-last."""
    rows = [row for row in (speed or {"rows": []})["rows"] if "failed" not in row]
    known = {mode.name: mode for mode in MODES if not mode.tries}
    names = [row["mode"] for row in sorted(rows, key=lambda row: -row["discs_per_s"]) if row["mode"] in known]
    return known[names[0] if names else "bf16-last"]
