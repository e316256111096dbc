"""What a trained localizer makes of slices that it has not learnt from, by the paper's figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import nn

from imaging.localizer.bodies import find_areas, LEAST_AREA_MM2
from training.localizer.marked import DETECTORS, MarkedSlice
from training.localizer.metrics import judge_success, Success, to_centroid_errors_mm, to_dice

Mask = npt.NDArray[np.bool_]
BATCH = 8


@dataclass(frozen=True)
class JudgedSlice:
    """One slice: success, and by detector the Dice (None: not marked) and the centroid errors, mm."""

    success: Success
    dice: Mapping[str, float | None]
    errors_mm: Mapping[str, npt.NDArray[np.float64]]


def evaluate(
    network: nn.Module, slices: Sequence[MarkedSlice], device: torch.device, detectors: Sequence[str] = DETECTORS
) -> list[JudgedSlice]:
    """Each slice judged; ``network``, whose outputs are these detectors, is put in evaluation, in single precision."""
    network.eval()
    judged = []
    for first in range(0, len(slices), BATCH):
        batch = slices[first : first + BATCH]
        pixels = torch.from_numpy(np.stack([each.pixels for each in batch])[:, None]).to(device)
        with torch.inference_mode():
            probabilities = network(pixels).float().sigmoid().cpu().numpy()
        judged += [judge_slice(own, marked, detectors) for own, marked in zip(probabilities, batch, strict=True)]
    return judged


def judge_slice(
    probabilities: npt.NDArray[np.float32], marked: MarkedSlice, detectors: Sequence[str] = DETECTORS
) -> JudgedSlice:
    """A slice judged by the probabilities of some detectors, (detectors, size, size).

    Of one detector by itself the criteria are judged for its own vertebrae only.
    """
    least, spacing = LEAST_AREA_MM2 / marked.pixel_mm**2, (marked.pixel_mm, marked.pixel_mm)
    everywhere = np.ones(marked.inside.shape, np.bool_)
    found: dict[str, list[Mask]] = {name: [] for name in DETECTORS}
    true: dict[str, list[Mask] | None] = {"lumbar": [], "s1": None}
    dice, errors = {}, {}
    for name, plane in zip(detectors, probabilities, strict=True):
        number = DETECTORS.index(name)
        mask, is_known = marked.masks[number], bool(marked.known[number])
        parts = _to_parts(mask, least)
        found[name] = find_areas(plane * marked.inside, everywhere, least)
        true[name] = parts if is_known else None
        dice[name] = to_dice((plane > 0.5) & marked.inside, mask) if is_known else None
        errors[name] = to_centroid_errors_mm(found[name], parts, spacing)
    return JudgedSlice(judge_success(found["lumbar"], true["lumbar"] or [], found["s1"], true["s1"]), dice, errors)


def _to_parts(mask: Mask, least_pixels: float) -> list[Mask]:
    labels, count = ndimage.label(mask)
    parts = [labels == number for number in range(1, count + 1)]
    return [part for part in parts if part.sum() >= least_pixels]


def summarise(judged: Sequence[JudgedSlice], detectors: Sequence[str] = DETECTORS) -> dict[str, Any]:
    """The paper's figures as plain values: shares of slices, Dice mean and spread, centroid errors in mm.

    ``s1_apart`` is None where one detector is judged by itself: then nothing says whether S1 overlaps a vertebra.
    """
    successes = [each.success for each in judged]
    figures: dict[str, Any] = {
        "slices": len(judged),
        "usable": _to_share([success.is_usable for success in successes]),
        "solitary": _to_share([success.are_solitary for success in successes]),
        "same_number": _to_share([success.same_number for success in successes]),
        "s1_apart": _to_share([success.s1_is_apart for success in successes if len(detectors) > 1]),
    }
    for name in detectors:
        dice = [own for each in judged if (own := each.dice[name]) is not None]
        errors = np.concatenate([each.errors_mm[name] for each in judged] or [np.zeros(0)])
        figures[name] = {
            "marked_slices": len(dice),
            "dice_mean": _to_figure(np.mean, dice),
            "dice_std": _to_figure(np.std, dice),
            "centroids": len(errors),
            "error_mm_mean": _to_figure(np.mean, errors),
            "error_mm_std": _to_figure(np.std, errors),
            "error_mm_median": _to_figure(np.median, errors),
        }
    return figures


def _to_share(values: Sequence[bool]) -> float | None:
    return _to_figure(np.mean, values)


def _to_figure(of: Any, values: Any) -> float | None:
    """Three decimals; None of nothing."""
    return round(float(of(values)), 3) if len(values) else None
