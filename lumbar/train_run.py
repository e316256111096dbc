"""The training itself, with torch loaded: devices, progress, what is said after each epoch."""

import logging
import math
import os
import shlex
from collections.abc import Callable, Sized
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pandas as pd

from lumbar.console import Progress as Bar
from lumbar.console import progress
from lumbar.errors import ExitCode
from lumbar.ranks import check_nodes, first_speaks, leave, Ranks
from lumbar.work import available_cores
from training.config import Config
from training.preparation import Prepared
from training.run_record import describe_discs, LAST, read_lowest_loss, TENSORBOARD, write_environment, write_summary

if TYPE_CHECKING:
    from training.config import RunConfig
    from training.learner import LoopConfig, Material
    from training.loop import Progress
    from training.tensorboard_log import TensorBoardLog


class Watcher:
    """Says what the loop reports: steps on a bar, a line for each epoch."""

    def __init__(self, bar: Bar, lowest: float, log: "TensorBoardLog | None") -> None:
        self.bar, self.lowest, self.log = bar, lowest, log
        self.seen = 0

    def watch(self, at: "Progress") -> None:
        """Move the bar to where the run is, which at first may be where it was taken up; tell an epoch's end."""
        done = at.epoch * at.steps + at.step + 1
        self.bar.advance(done - self.seen)
        self.seen = done
        if not at.metrics:
            return
        loss = at.metrics["validation_loss"]
        lowest = " (lowest)" if loss < self.lowest else ""
        self.lowest = min(self.lowest, loss)
        click.echo(
            f"epoch {at.epoch + 1} of {at.epochs}: training loss {at.metrics['training_loss']:.4f}, "
            f"validation loss {loss:.4f}{lowest}, {at.metrics['seconds']:.1f} s"
        )
        if self.log is not None:
            self.log.write(at.metrics)


def train_run(config: Config, prepared: Prepared, out: Path, ranks: Ranks) -> None:
    """Train a grader into a run folder whose record is written."""
    from training.disc_learner import DiscMaterial
    from training.split import Part

    targets = prepared.joined.targets
    rows = prepared.rows(Part.TRAINING), prepared.rows(Part.VALIDATION)
    material = DiscMaterial(prepared.reader, targets, *rows, prepared.phantom)

    def describe() -> list[pd.DataFrame]:
        return [describe_discs(targets, prepared.reader.index), prepared.split]

    if run_loop(config, material, describe, out, ranks):
        click.echo(f"now: lumbar evaluate {shlex.quote(str(out))}")


def run_loop(
    config: "LoopConfig", material: "Material", describe: Callable[[], list[pd.DataFrame]], out: Path, ranks: Ranks
) -> bool:
    """Train into a run folder whose record is written; Ctrl-C leaves it resumable. Whether this is the first rank.

    ``describe`` gives the tables of what is learnt from, which all ranks must have.
    """
    if config.run.deterministic:
        # CUDA reads it when torch starts.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    from training.agreement import check_same_data, SharedError
    from training.environment import describe_environment
    from training.loop import train
    from training.run import build_fabric, close
    from training.tensorboard_log import TensorBoardLog

    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    fabric = build_fabric(config)
    fabric.launch()
    fabric.barrier()  # only now has every rank the folder as the first one left it
    with first_speaks(ranks, SharedError):
        check_same_data(fabric, describe)
    if not fabric.is_global_zero:
        try:
            with first_speaks(ranks, SharedError):
                train(config, material, out, fabric)
        except KeyboardInterrupt:  # the first rank says so
            raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None
        if close(fabric):
            leave()
        return False
    write_environment(out, describe_environment(fabric.device, fabric.world_size))
    with progress(_steps(config, material.training, fabric.world_size), "steps") as bar:
        log = TensorBoardLog(out / TENSORBOARD) if config.run.tensorboard else None
        watcher = Watcher(bar, read_lowest_loss(out), log)
        try:
            train(config, material, out, fabric, watcher.watch)
        except KeyboardInterrupt:
            goes_on = "goes on from the last checkpoint" if (out / LAST).exists() else "begins anew: no checkpoint yet"
            click.echo(f"the same command {goes_on}", err=True)
            raise
    close(fabric)
    best = write_summary(out)
    click.echo(
        f"{out.name}: {config.run.epochs} epochs; best.pt is of epoch {best['best_epoch'] + 1}, "
        f"validation loss {best['validation_loss']:.4f}"
    )
    return True


def check_machine(run: "RunConfig", ranks: Ranks) -> None:
    """An error for nodes or devices that are not here, or more processes than cores, unless a launcher started them."""
    import torch

    from training.environment import check_devices

    check_nodes(run.nodes)
    check_devices(run.accelerator, run.devices)
    on_cpu = run.accelerator == "cpu" or not torch.cuda.is_available()
    if ranks.devices is None and on_cpu and run.devices > available_cores():
        raise click.UsageError(
            f"run.devices is {run.devices}: so many processes would train, on {available_cores()} cores; "
            "run.devices = 1 uses all of them"
        )


def _steps(config: "LoopConfig", rows: Sized, ranks: int) -> int:
    """The steps of a whole run."""
    run = config.run
    return run.epochs * math.ceil(len(rows) / (run.batch_size * run.accumulate * ranks))
