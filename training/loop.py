"""The training of a grader or a localizer, in order: resume, epochs of steps, validation, checkpoints."""

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import torch
from lightning_fabric import Fabric

from training.agreement import check_same_place, together
from training.determinism import seed_torch
from training.learner import LoopConfig, Material
from training.loss import LossSum
from training.memory import explained
from training.optim import learning_rate_at, set_learning_rate
from training.run import add_ranks, build_run, check_finite, resume, Run, save_epoch, save_last
from training.run_record import LAST
from training.sampling import Batches, load, to_plain_batches


class Progress(NamedTuple):
    """Where a run is: epochs and steps count from 0; ``metrics`` are the epoch's, at its end, else empty."""

    epoch: int
    epochs: int
    step: int
    steps: int
    metrics: dict[str, float]


def train(
    config: LoopConfig,
    material: Material,
    folder: Path,
    fabric: Fabric,
    watch: Callable[[Progress], None] = lambda _: None,
) -> None:
    """Train into ``folder`` what ``material`` teaches: last.pt, best.pt of the lowest validation loss, metrics.csv.

    Where the folder has a last.pt the run goes on from it, and ends as it would have without the break. RunError where
    that is of another config, where processes see different ones, where the weights diverge, and where memory runs out.
    ``fabric`` is launched; ``watch``
    is called on its first rank after each step.
    """
    with explained(config.run.batch_size):
        _train(build_run(config, material, fabric), material, folder, watch)


def _train(run: Run, material: Material, folder: Path, watch: Callable[[Progress], None]) -> None:
    config = run.config
    with together(run.fabric):
        if (folder / LAST).exists():
            resume(run, folder / LAST)
    check_same_place(run.fabric, run.epoch, run.step)
    shuffled = _to_batches(run, material)
    loader = load(run.learner.samples, run.learner.collate, shuffled, config.run.workers)
    while run.epoch < config.run.epochs:
        began = time.monotonic()
        shuffled.epoch, shuffled.start = run.epoch, run.step * config.run.accumulate
        _train_epoch(run, iter(loader), len(shuffled) // config.run.accumulate, folder, watch)
        metrics = _end_epoch(run, material.validation, began)
        save_epoch(run, metrics, folder)
        if run.fabric.is_global_zero:
            steps = len(shuffled) // config.run.accumulate
            watch(Progress(run.epoch - 1, config.run.epochs, steps - 1, steps, metrics))


def _to_batches(run: Run, material: Material) -> Batches:
    settings, fabric = run.config.run, run.fabric
    per_step = settings.accumulate * fabric.world_size
    return Batches(
        material.training, settings.batch_size, per_step, fabric.global_rank, fabric.world_size, settings.seed
    )


def _train_epoch(run: Run, batches: Iterator[Any], steps: int, folder: Path, watch: Callable[[Progress], None]) -> None:
    settings = run.config.run
    run.wrapped.train()
    while run.step < steps:
        set_learning_rate(
            run.optimizer,
            learning_rate_at(run.epoch * steps + run.step, settings.epochs * steps, run.config.optimizer),
        )
        take_step(run, list(islice(batches, settings.accumulate)))
        run.step += 1
        if settings.save_steps and run.step % settings.save_steps == 0 and run.step < steps:
            save_last(run, folder)
        if run.fabric.is_global_zero and run.step < steps:
            watch(Progress(run.epoch, settings.epochs, run.step - 1, steps, {}))


def take_step(run: Run, batches: list[Any]) -> None:
    """One step of the optimizer from the batches of this rank: the loss is that of all batches of all ranks as one."""
    seed = run.config.run.seed
    seed_torch(seed, run.epoch, run.step, run.fabric.global_rank)
    learner = run.learner
    batches = [learner.to_device(batch) for batch in batches]
    total = add_ranks(run.fabric, torch.stack([learner.weigh(batch) for batch in batches]).sum())
    # DDP takes the mean of the ranks' gradients; the loss is their sum.
    scale = run.fabric.world_size / torch.where(total > 0, total, 1.0)
    for number, batch in enumerate(batches, 1):
        with _without_sync(run, number < len(batches)):
            losses = learner.sum_losses(run.wrapped, batch)
            run.fabric.backward(losses.numerator * scale)
        run.sums += torch.stack([losses.numerator.detach(), losses.denominator]).double()
    run.optimizer.step()
    run.optimizer.zero_grad()
    if run.average is not None:
        run.average.update_parameters(run.network)


def _without_sync(run: Run, enabled: bool) -> Any:
    if run.fabric.world_size == 1:
        return nullcontext()
    return run.fabric.no_backward_sync(run.wrapped, enabled=enabled)  # type: ignore[arg-type]


def _end_epoch(run: Run, rows: list[int], began: float) -> dict[str, float]:
    """Validate, and the epoch's row of metrics.csv."""
    _share_statistics(run)
    validation_loss, *figures = (float(sums.mean()) for sums in _validate(run, rows))
    check_finite(validation_loss, "validation", run.epoch)
    numerator, denominator = add_ranks(run.fabric, run.sums).tolist()
    return {
        "epoch": run.epoch,
        "learning_rate": run.optimizer.param_groups[0]["lr"],
        "training_loss": numerator / denominator if denominator else 0.0,
        "validation_loss": validation_loss,
        **dict(zip(run.learner.figures, figures, strict=True)),
        "seconds": time.monotonic() - began,
    }


def _share_statistics(run: Run) -> None:
    """Give every rank the ranks' mean of the norms' running statistics: all validate the network that is kept."""
    if run.fabric.world_size == 1:
        return
    for buffer in run.judged.buffers():
        if buffer.is_floating_point():
            buffer.copy_(add_ranks(run.fabric, buffer) / run.fabric.world_size)


def _validate(run: Run, rows: list[int]) -> list[LossSum]:
    """The validation loss, then the learner's figures."""
    fabric, settings, learner = run.fabric, run.config.run, run.learner
    plain = to_plain_batches(rows, settings.batch_size, fabric.global_rank, fabric.world_size)
    sums = torch.zeros((1 + len(learner.figures), 2), dtype=torch.float64, device=fabric.device)
    loader = load(learner.samples, learner.collate, plain, settings.workers)
    for of_batch in learner.judge(run.judged, loader, fabric.autocast):
        sums += of_batch
    return [LossSum(numerator, denominator) for numerator, denominator in add_ranks(fabric, sums)]
