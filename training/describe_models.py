"""The list of graders in words and numbers."""

from typing import NamedTuple

import torch

from imaging.grids import Grid
from lexicons.vocabulary import View
from training.config import TargetConfig
from training.models import Model, MODELS


class ModelDescription(NamedTuple):
    """A grader: what it is for, its parameters with the default tasks and both views, its inputs as text by view."""

    name: str
    purpose: str
    parameters: int
    inputs: tuple[tuple[View, str], ...]
    paper: str


def describe_models() -> tuple[ModelDescription, ...]:
    """Every grader of ``MODELS``, in that order; no weights are made."""
    return tuple(map(describe_model, MODELS))


def describe_model(model: Model) -> ModelDescription:
    """A grader's description; its purpose is the first line of what builds it."""
    with torch.device("meta"):
        network = model.build(len(TargetConfig().tasks), tuple(View), 0.0)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    inputs = ((View.AXIAL, _to_text(model.axial)), (View.SAGITTAL, _to_text(model.sagittal)))
    purpose = (model.build.__doc__ or "").strip().partition("\n")[0]
    return ModelDescription(model.name, purpose, parameters, inputs, model.paper)


def _to_text(grid: Grid) -> str:
    samples = " x ".join(map(str, grid.samples))
    extent = " x ".join(f"{mm:g}" for mm in grid.extent_mm)
    return f"{samples} (slice, row, column) over {extent} mm"
