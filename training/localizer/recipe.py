"""A trained localizer to ship: its weights, and beside them the recipe that made them and what it reaches."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from imaging.localizer.slices import FIELD_MM
from imaging.localizer.unet import UNet
from imaging.localizer.weights import OUTPUTS, write_localizer
from training.localizer.config import LocalizerConfig
from training.localizer.evaluation import evaluate, summarise
from training.localizer.marked import DETECTORS, LICENCES
from training.localizer.material import describe_slices, Gathered, VALIDATION
from training.localizer.record import RECIPE, WEIGHTS
from training.places import drop_folders
from training.run_folder import read_checkpoint
from training.run_record import BEST


def export(folder: Path, config: LocalizerConfig, gathered: Gathered, environment: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe of a run's best weights; both are written into its folder, the weights in half precision."""
    network, epoch = read_best(folder, config)
    canvas = config.slices.canvas
    outputs = [OUTPUTS[DETECTORS.index(name)] for name in config.task.detectors]
    write_localizer(network, folder / WEIGHTS, outputs, canvas)
    sections = asdict(drop_folders(config))
    recipe = {
        "network": {
            **sections["network"],
            "outputs": outputs,
            "canvas": [canvas, canvas],
            "pixel_mm": FIELD_MM / canvas,
        },
        "data": describe_sources(describe_slices(gathered)),
        "figures": judge_sources(network, config, gathered, torch.device("cpu")),
        "epoch": epoch,
        "config": sections,
        "environment": dict(environment),
    }
    (folder / RECIPE).write_text(json.dumps(recipe, indent=1) + "\n", encoding="utf-8")
    return recipe


def read_best(folder: Path, config: LocalizerConfig) -> tuple[UNet, int]:
    """The network with a run's best weights, rounded to half precision as they are shipped, and their epoch."""
    state = read_checkpoint(folder / BEST)
    network = UNet(len(config.task.detectors), config.network.features, config.network.depth)
    network.load_state_dict(state["network"])
    return network.half().float(), state["epoch"]


def judge_sources(
    network: UNet, config: LocalizerConfig, gathered: Gathered, device: torch.device
) -> dict[str, dict[str, Any]]:
    """The figures of the slices that validate, by source."""
    detectors = config.task.detectors
    network.to(device)
    return {
        source: summarise(evaluate(network, [gathered.slices[row] for row in rows], device, detectors), detectors)
        for source, rows in _to_sources(gathered).items()
    }


def describe_sources(slices: pd.DataFrame) -> dict[str, Any]:
    """For each source of slices: its licence, how many slices train and validate, and the patients held out."""
    described = {}
    for source, rows in slices.groupby("source"):
        parts = Counter(rows["part"])
        held_out = sorted(set(rows.loc[rows["part"] == VALIDATION, "patient"]))
        described[str(source)] = {
            "licence": LICENCES[str(source)],
            **{part: int(count) for part, count in sorted(parts.items())},
            "patients": int(rows["patient"].nunique()),
            "held_out": [int(patient) for patient in held_out],
        }
    return described


def _to_sources(gathered: Gathered) -> dict[str, list[int]]:
    """The rows that validate, by source."""
    sources: dict[str, list[int]] = {}
    for row in gathered.validation:
        sources.setdefault(gathered.slices[row].source, []).append(row)
    return sources
