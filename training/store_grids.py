"""Whether a volume store's crops reach as far as a grader looks."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from imaging.geometry import FloatArray
from lexicons.vocabulary import View
from training.models import Model


class StoreGridError(ValueError):
    """A store whose crops are smaller than a grader's grid; the message has both sizes."""


def check_grids(settings: Mapping[str, Any], model: Model, views: Sequence[View]) -> None:
    """StoreGridError where the store was cut for a grid that does not hold the model's.

    ``settings`` are the store's. One that names no grids, such as other programs write, is taken as it is: what its
    crops do not reach is masked.
    """
    grids = settings.get("crops", {})
    for view, grid in ((View.AXIAL, model.axial), (View.SAGITTAL, model.sagittal)):
        if view not in views or view not in grids:
            continue
        low, high = _to_box(view, grids[view]["extent_mm"], grids[view]["shift_mm"])
        own_low, own_high = _to_box(view, grid.extent_mm, grid.shift_mm)
        if (own_low < low - 1e-6).any() or (own_high > high + 1e-6).any():
            raise StoreGridError(
                f"the volume store was cut for {view} volumes of {_to_words(grids[view])}, and {model.name} takes "
                f"{_to_words(vars(grid))}: build it anew with this version of lumbar"
            )


def _to_box(view: View, extent_mm: Sequence[float], shift_mm: Sequence[float]) -> tuple[FloatArray, FloatArray]:
    """The least and greatest (left, post, sup) of a grid, from the disc's centre, mm."""
    depth, height, width = extent_mm
    half = np.array((width, height, depth) if view is View.AXIAL else (depth, width, height)) / 2
    return np.array(shift_mm) - half, np.array(shift_mm) + half


def _to_words(grid: Mapping[str, Any]) -> str:
    size = " x ".join(f"{extent:g}" for extent in grid["extent_mm"])
    return f"{size} mm, {', '.join(f'{shift:g}' for shift in grid['shift_mm'])} mm from the disc's centre"
