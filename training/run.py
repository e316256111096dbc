"""A run's state: what is built before the first step, saved after steps, and taken up again."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch import nn, Tensor
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from training.agreement import SharedError
from training.config_file import to_toml
from training.determinism import make_deterministic, seed_torch
from training.environment import choose_device
from training.learner import Learner, LoopConfig, Material
from training.memory_format import to_channels_last
from training.optim import build_average, build_optimizer
from training.places import drop_folders
from training.run_folder import append_metrics, read_checkpoint, write_checkpoint
from training.run_record import BEST, check_same_config, LAST, parse_any_config
from training.self_test import check_bfloat16


@dataclass
class Run:
    """The state of a training run. ``step`` counts the steps of the epoch; ``sums`` are its losses so far."""

    fabric: Fabric
    config: LoopConfig
    learner: Learner
    wrapped: nn.Module
    optimizer: Optimizer
    average: AveragedModel | None
    sums: Tensor
    epoch: int = 0
    step: int = 0
    best: float = math.inf

    @property
    def network(self) -> nn.Module:
        """The learner's network, as it is without the wrapping for its devices."""
        return self.learner.network

    @property
    def judged(self) -> nn.Module:
        """The network that is validated and kept: the average where there is one."""
        return self.network if self.average is None else self.average.module


def build_fabric(config: LoopConfig) -> Fabric:
    """The devices that a config asks for, not yet launched."""
    run = config.run
    # Fabric's own "auto" takes Apple's GPU first, which has no float64.
    accelerator = choose_device("auto").type if run.accelerator == "auto" else run.accelerator
    return Fabric(accelerator=accelerator, devices=run.devices, num_nodes=run.nodes, precision=run.precision)


def build_run(config: LoopConfig, material: Material, fabric: Fabric) -> Run:
    """The learner with its network and optimizer on their devices, seeded; nothing trained yet."""
    if not material.validation:
        raise SharedError("no disc validates; the checkpoint is chosen by the validation loss")
    if config.run.precision == "bf16-mixed":
        check_bfloat16(fabric.device, config.run.channels_last)
    seed_torch(config.run.seed)
    learner = material.to_learner(config, fabric.device)
    network = learner.network
    if config.run.deterministic:
        make_deterministic(network)
    if config.run.channels_last:
        to_channels_last(network)
    compiled: nn.Module = torch.compile(network) if config.run.compile else network  # type: ignore[assignment]
    wrapped, optimizer = fabric.setup(compiled, build_optimizer(network, config.optimizer))
    average = build_average(network, config.optimizer)
    sums = torch.zeros(2, dtype=torch.float64, device=fabric.device)
    return Run(fabric, config, learner, wrapped, optimizer, average, sums)


def close(fabric: Fabric) -> bool:
    """End what the ranks share, once all are here; whether there was anything."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return False
    fabric.barrier()
    torch.distributed.destroy_process_group()
    return True


def add_ranks(fabric: Fabric, value: Tensor) -> Tensor:
    """The sum of a tensor over the ranks; the tensor itself, which Fabric would add into, stays."""
    summed = fabric.all_reduce(value.clone(), reduce_op="sum")
    assert isinstance(summed, Tensor)
    return summed


def save_epoch(run: Run, metrics: dict[str, float], folder: Path) -> None:
    """metrics.csv and best.pt before last.pt: a run killed between them does this epoch's end again."""
    if run.fabric.is_global_zero:
        append_metrics(metrics, folder)
        if metrics["validation_loss"] < run.best:
            write_checkpoint(
                {
                    "network": run.judged.state_dict(),
                    "config": to_toml(drop_folders(run.config)),  # this file is the one that is given away
                    **run.learner.about,
                    **metrics,
                },
                folder / BEST,
            )
    run.best = min(run.best, metrics["validation_loss"])
    run.epoch, run.step = run.epoch + 1, 0
    run.sums.zero_()
    save_last(run, folder)


def check_finite(loss: float, name: str, epoch: int) -> None:
    """SharedError where a loss, that of all processes, is no number: nothing that follows would be one."""
    if not math.isfinite(loss):
        raise SharedError(
            f"the {name} loss of epoch {epoch + 1} is {loss}: the weights diverge; "
            "set a lower optimizer.learning_rate, in another folder or with --restart"
        )


def save_last(run: Run, folder: Path) -> None:
    """Write last.pt, from which the run can be taken up; RunError, and the last one stays, where it diverges."""
    sums = add_ranks(run.fabric, run.sums)
    check_finite(float(sums[0]), "training", run.epoch)
    if not run.fabric.is_global_zero:
        return
    state = {
        "network": run.network.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "average": None if run.average is None else run.average.state_dict(),
        "config": to_toml(run.config),
        "sums": sums.tolist(),
        "epoch": run.epoch,
        "step": run.step,
        "best": run.best,
    }
    write_checkpoint(state, folder / LAST)


def resume(run: Run, path: Path) -> None:
    """Take up the state of a last.pt; RecordError where it is of another config."""
    # On the host: what belongs on the device is copied there. AdamW counts steps on the host, and would wait for each.
    state = read_checkpoint(path)
    check_same_config(parse_any_config(state["config"]), run.config)
    run.network.load_state_dict(state["network"])
    run.optimizer.load_state_dict(state["optimizer"])
    if run.average is not None:
        run.average.load_state_dict(state["average"])
    if run.fabric.is_global_zero:
        run.sums += torch.tensor(state["sums"], dtype=torch.float64, device=run.sums.device)
    run.epoch, run.step, run.best = state["epoch"], state["step"], state["best"]
