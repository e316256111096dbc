"""The graders, in a list: a new one is a file beside this and a row in ``MODELS``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import nn

from imaging.grids import AXIAL, Grid, SAGITTAL
from lexicons.vocabulary import View
from training.models.deepspine import build_full, build_tiny, build_unstrided


@dataclass(frozen=True)
class Model:
    """A grader and the grids its views are sampled on.

    ``build(tasks, views, dropout)``: a module that takes ``Views`` and returns logits (n, tasks, 4). ``paper`` says
    where it is described.
    """

    name: str
    build: Callable[[int, Sequence[View], float], nn.Module]
    axial: Grid
    sagittal: Grid
    paper: str


_TINY_AXIAL = Grid(View.AXIAL, (8, 96, 96), AXIAL.extent_mm, AXIAL.shift_mm)
_TINY_SAGITTAL = Grid(View.SAGITTAL, (25, 40, 80), SAGITTAL.extent_mm, SAGITTAL.shift_mm)
_DEEPSPINE = "Lu et al. 2018, DeepSPINE, section 3.2"

MODELS: tuple[Model, ...] = (
    Model("deepspine", build_full, AXIAL, SAGITTAL, _DEEPSPINE),
    Model("deepspine-unstrided", build_unstrided, AXIAL, SAGITTAL, _DEEPSPINE),
    Model("deepspine-tiny", build_tiny, _TINY_AXIAL, _TINY_SAGITTAL, _DEEPSPINE),
)


def find_model(name: str) -> Model:
    """The model of that name; StopIteration where there is none (``training.config`` checks names)."""
    return next(model for model in MODELS if model.name == name)
