"""A run of fixed seed, whole, and again stopped on the way and resumed: how far the two are apart at their ends."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pandas as pd
import torch
from noise_discs import make_targets
from training_modes import Amount, launch, Mode, to_config, to_reason

from training.config import Config
from training.data import DiscReader
from training.disc_learner import DiscMaterial
from training.run_folder import read_checkpoint
from training.run_record import LAST, METRICS


class Apart(NamedTuple):
    """The largest differences of losses, training and validation, and of weights; 0 is bit for bit.

    ``losses``: those of the run that was not stopped, training and validation by epoch.
    """

    loss: float
    weight: float
    losses: list[tuple[float, float]]


class _Stopped(Exception):
    """In place of a kill."""


def compare(config: Config, material: DiscMaterial, folder: Path, stop_after: int) -> Apart:
    """Train whole and stopped after so many steps; ImportError where lightning_fabric is missing."""
    whole, stopped = folder / "whole", folder / "stopped"
    for each in (whole, stopped):
        each.mkdir(parents=True)
    _train(config, material, whole)
    try:
        _train(config, material, stopped, stop_after)
    except _Stopped:
        _train(config, material, stopped)
    else:
        raise RuntimeError(f"the run ended before step {stop_after}")
    return to_apart(whole, stopped)


def _train(config: Config, material: DiscMaterial, folder: Path, stop_after: int = 0) -> None:
    from training.loop import Progress, train

    taken = 0

    def watch(_: Progress) -> None:
        nonlocal taken
        taken += 1
        if taken == stop_after:
            raise _Stopped

    try:
        train(config, material, folder, launch(config), watch)
    finally:
        torch.use_deterministic_algorithms(False)


def to_apart(one: Path, other: Path) -> Apart:
    """How far two run folders are apart."""
    names = ["training_loss", "validation_loss"]
    losses = [pd.read_csv(folder / METRICS)[names] for folder in (one, other)]
    if len(losses[0]) != len(losses[1]):
        raise RuntimeError(f"{len(losses[0])} epochs against {len(losses[1])}")
    weights = [read_checkpoint(folder / LAST)["network"] for folder in (one, other)]
    weight = max(float((weights[0][name].double() - weights[1][name].double()).abs().max()) for name in weights[0])
    loss = float((losses[0] - losses[1]).abs().to_numpy().max())
    return Apart(loss, weight, [(float(a), float(b)) for a, b in losses[0].to_numpy()])


def measure_resume(amount: Amount, mode: Mode, device: torch.device, reader: DiscReader) -> list[dict[str, Any]]:
    """Two epochs of three steps, stopped after the second step; on a GPU also without deterministic algorithms."""
    targets, batch = make_targets(amount.studies, 0), amount.resume_batch
    material = DiscMaterial(reader, targets, list(range(3 * batch)), list(range(3 * batch, 4 * batch)))
    config = to_config(amount, mode._replace(compiled=False), device)
    deterministic = (True, False) if device.type == "cuda" else (True,)
    return [_measure_one(config, material, batch, each) for each in deterministic]


def _measure_one(config: Config, material: DiscMaterial, batch: int, deterministic: bool) -> dict[str, Any]:
    run = replace(config.run, epochs=2, batch_size=batch, save_steps=1, deterministic=deterministic)
    how = {"model": config.model.name, "precision": run.precision, "deterministic": deterministic}
    said = f"{config.model.name}, {run.precision}, {'' if deterministic else 'not '}deterministic"
    try:
        with TemporaryDirectory() as folder:
            apart = compare(replace(config, run=run), material, Path(folder), stop_after=2)
    except RuntimeError as error:  # an operation that has no deterministic form on this device, for one
        print(f"{said}: failed: {to_reason(error)}")
        return how | {"failed": to_reason(error)}
    same = "bit for bit the same" if apart.loss == apart.weight == 0 else "NOT THE SAME"
    print(
        f"{said}: stopped and resumed, against not stopped: {same}; "
        f"losses differ by {apart.loss:.3g}, weights by {apart.weight:.3g} at most"
    )
    return how | apart._asdict()
