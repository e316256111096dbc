"""Probabilities of a volume's slices to vertebral bodies: blobs in three dimensions, with their centroids."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from imaging.geometry import FloatArray, transform
from imaging.localizer.slices import Slices

THRESHOLDS = (0.5, 0.8, 0.95, 0.99)
"""An area is where the probability is above the first; one that falls into several at a higher one is several."""
LEAST_AREA_MM2 = 150.0
"""Least area of a body in one slice; a lumbar body's is 700 to 1,500 in the middle one."""
BODY_AREA_MM2 = 450.0
GROWTH_PIXELS = 2
"""How far a body may reach beyond itself from one slice to the next."""
LEAST_OVERLAP = 0.3
"""Areas of neighbouring slices are one body where their overlap is this share of the smaller."""

Probabilities = npt.NDArray[np.float32]
Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


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
    """Labels of areas, joined by overlap from the slice that shows the most bodies outwards.

    In the outer slices bodies blur into each other and into muscle; going outwards, a body keeps to its own place.
    """
    pixel_mm2 = _to_pixel_mm2(slices)
    everywhere = np.ones(probabilities.shape[1:], np.bool_)
    areas = [find_areas(plane, everywhere, LEAST_AREA_MM2 / pixel_mm2) for plane in probabilities]
    joined = np.zeros(probabilities.shape, np.intp)
    first = _find_clearest(areas, BODY_AREA_MM2 / pixel_mm2)
    for number in [first, *range(first + 1, len(areas)), *range(first - 1, -1, -1)]:
        inner = number - 1 if number > first else number + 1
        before = joined[inner] if number != first else np.zeros_like(joined[0])
        for area in areas[number]:
            labels = _find_overlapping(area, before)
            for label in labels:
                joined[number][area & _grow(before == label)] = label
            if not labels:
                joined[number][area] = joined.max() + 1
    return joined


def _find_clearest(areas: list[list[Mask]], body_pixels: float) -> int:
    """The slice with the most areas of a body's size, of equals the middle one."""
    counts = np.array([sum(1 for area in plane if area.sum() >= body_pixels) for plane in areas])
    best = np.flatnonzero(counts == counts.max())
    return int(best[len(best) // 2])


def _grow(mask: Mask) -> Mask:
    grown: Mask = ndimage.binary_dilation(mask, iterations=GROWTH_PIXELS)
    return grown


def find_areas(plane: Plane, within: Mask, least_pixels: float, level: int = 0) -> list[Mask]:
    """The areas of a slice, those that a higher threshold divides in their parts."""
    found, n = ndimage.label(ndimage.binary_opening((plane > THRESHOLDS[level]) & within))
    areas = [found == number for number in range(1, n + 1)]
    areas = [area for area in areas if area.sum() >= least_pixels]
    if level + 1 == len(THRESHOLDS):
        return areas
    divided = [(area, find_areas(plane, area, least_pixels, level + 1)) for area in areas]
    return [part for area, parts in divided for part in (parts if len(parts) > 1 else [area])]


def _find_overlapping(area: Mask, before: npt.NDArray[np.intp]) -> list[int]:
    """The labels of the slice before that an area goes on with."""
    counts = np.bincount(before[area])
    sizes = {label: min(int(area.sum()), int((before == label).sum())) for label in np.flatnonzero(counts) if label}
    return [int(label) for label, size in sizes.items() if counts[label] >= LEAST_OVERLAP * size]


def _to_body(chosen: npt.NDArray[np.bool_], probabilities: Probabilities, slices: Slices, area_mm2: float) -> Body:
    k, row, column = np.nonzero(chosen)
    weights = probabilities[chosen].astype(np.float64)
    offsets = k.astype(np.float64) if slices.slice_offsets_mm is None else slices.slice_offsets_mm[k]
    index = np.average(np.stack([column, row, offsets], axis=1), axis=0, weights=weights)
    return Body(transform(slices.affine, index), float(weights.mean()), area_mm2)


def _to_pixel_mm2(slices: Slices) -> float:
    columns_mm, rows_mm = np.linalg.norm(slices.affine[:3, :2], axis=0)
    return float(columns_mm * rows_mm)
