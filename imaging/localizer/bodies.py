"""Probabilities of a volume's slices to vertebral bodies: blobs in three dimensions, with their centroids."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from imaging.geometry import FloatArray, transform
from imaging.localizer.slices import Slices

THRESHOLD = 0.5
LEAST_AREA_MM2 = 150.0
"""Least area of a body in one slice; a lumbar body's is 700 to 1,500."""
LEAST_OVERLAP = 0.3
"""Areas of neighbouring slices are one body where their overlap is this share of the smaller."""

Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Body:
    """One vertebral body: its centroid, (3,), LPS mm, its mean probability, its largest area in a slice."""

    centroid: FloatArray
    probability: float
    area_mm2: float


def to_bodies(probabilities: Probabilities, slices: Slices) -> tuple[Body, ...]:
    """The bodies in (slice, row, column) probabilities on the canvas of ``slices``, in no order."""
    areas, pixel_mm2 = _to_areas(probabilities, slices), _to_pixel_mm2(slices)
    bodies = []
    for label in range(1, int(areas.max(initial=0)) + 1):
        chosen = areas == label
        largest = float(chosen.sum(axis=(1, 2)).max() * pixel_mm2)
        if largest >= LEAST_AREA_MM2:
            bodies.append(_to_body(chosen, probabilities, slices, largest))
    return tuple(bodies)


def _to_areas(probabilities: Probabilities, slices: Slices) -> npt.NDArray[np.intp]:
    """Labels of areas, joined through neighbouring slices by overlap, so that a touch does not join two bodies."""
    pixel_mm2 = _to_pixel_mm2(slices)
    joined = np.zeros(probabilities.shape, np.intp)
    count = 0
    for number, plane in enumerate(probabilities):
        found, n = ndimage.label(ndimage.binary_opening(plane > THRESHOLD))
        before = joined[number - 1] if number else np.zeros_like(joined[0])
        for area in range(1, n + 1):
            chosen = found == area
            if chosen.sum() * pixel_mm2 < LEAST_AREA_MM2 / 2:
                continue
            label = _to_overlapping(chosen, before)
            if label == 0:
                count += 1
                label = count
            joined[number][chosen] = label
    return joined


def _to_overlapping(chosen: npt.NDArray[np.bool_], before: npt.NDArray[np.intp]) -> int:
    counts = np.bincount(before[chosen])
    counts[:1] = 0
    if not counts.any():
        return 0
    label = int(counts.argmax())
    smaller = min(chosen.sum(), (before == label).sum())
    return label if counts[label] >= LEAST_OVERLAP * smaller else 0


def _to_body(chosen: npt.NDArray[np.bool_], probabilities: Probabilities, slices: Slices, area_mm2: float) -> Body:
    k, row, column = np.nonzero(chosen)
    weights = probabilities[chosen].astype(np.float64)
    offsets = k.astype(np.float64) if slices.slice_offsets_mm is None else slices.slice_offsets_mm[k]
    index = np.average(np.stack([column, row, offsets], axis=1), axis=0, weights=weights)
    return Body(transform(slices.affine, index), float(weights.mean()), area_mm2)


def _to_pixel_mm2(slices: Slices) -> float:
    columns_mm, rows_mm = np.linalg.norm(slices.affine[:3, :2], axis=0)
    return float(columns_mm * rows_mm)
