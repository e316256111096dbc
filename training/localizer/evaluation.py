"""What a trained localizer makes of slices that it has not learnt from, by the paper's figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import nn

from imaging.localizer.bodies import find_areas, LEAST_AREA_MM2
from imaging.localizer.slices import PIXEL_MM
from training.localizer.marked import MarkedSlice
from training.localizer.metrics import judge_success, Success, to_centroid_errors_mm, to_dice

Mask = npt.NDArray[np.bool_]
BATCH = 8


@dataclass(frozen=True)
class JudgedSlice:
    """One slice: success, and for T12-L5 and S1 the Dice (None: not marked) and the centroid errors, mm."""

    success: Success
    dice: tuple[float | None, float | None]
    errors_mm: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def evaluate(network: nn.Module, slices: Sequence[MarkedSlice], device: torch.device) -> list[JudgedSlice]:
    """Each slice judged; the network is put in evaluation, in single precision."""
    network.eval()
    judged = []
    for first in range(0, len(slices), BATCH):
        batch = slices[first : first + BATCH]
        pixels = torch.from_numpy(np.stack([each.pixels for each in batch])[:, None]).to(device)
        with torch.inference_mode():
            probabilities = network(pixels).float().sigmoid().cpu().numpy()
        judged += [judge_slice(own, marked) for own, marked in zip(probabilities, batch, strict=True)]
    return judged


def judge_slice(probabilities: npt.NDArray[np.float32], marked: MarkedSlice) -> JudgedSlice:
    """A slice judged by the probabilities of both detectors, (2, 256, 256)."""
    least = LEAST_AREA_MM2 / PIXEL_MM**2
    everywhere = np.ones(marked.inside.shape, np.bool_)
    found = [find_areas(plane * marked.inside, everywhere, least) for plane in probabilities]
    true = [_to_parts(mask, least) for mask in marked.masks]
    spacing = (PIXEL_MM, PIXEL_MM)
    seen = (probabilities > 0.5) & marked.inside
    dice = [
        to_dice(own, mask) if known else None for own, mask, known in zip(seen, marked.masks, marked.known, strict=True)
    ]
    errors = [to_centroid_errors_mm(areas, parts, spacing) for areas, parts in zip(found, true, strict=True)]
    success = judge_success(found[0], true[0], found[1], true[1] if marked.known[1] else None)
    return JudgedSlice(success, (dice[0], dice[1]), (errors[0], errors[1]))


def _to_parts(mask: Mask, least_pixels: float) -> list[Mask]:
    labels, count = ndimage.label(mask)
    parts = [labels == number for number in range(1, count + 1)]
    return [part for part in parts if part.sum() >= least_pixels]


def summarise(judged: Sequence[JudgedSlice]) -> dict[str, Any]:
    """The paper's figures as plain values: shares of slices, Dice mean and spread, centroid errors in mm."""
    successes = [each.success for each in judged]
    figures: dict[str, Any] = {
        "slices": len(judged),
        "usable": _to_share([success.is_usable for success in successes]),
        "solitary": _to_share([success.are_solitary for success in successes]),
        "same_number": _to_share([success.same_number for success in successes]),
        "s1_apart": _to_share([success.s1_is_apart for success in successes]),
    }
    for number, name in enumerate(("lumbar", "s1")):
        dice = [own for each in judged if (own := each.dice[number]) is not None]
        errors = np.concatenate([each.errors_mm[number] for each in judged] or [np.zeros(0)])
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
