"""DeepSPINE's figures of a localizer (section 4.2): its three criteria of success, Dice, centroid error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from imaging.geometry import FloatArray

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Success:
    """The three criteria: each found area holds just one true centroid; as many are found as there are; S1 is apart."""

    are_solitary: bool
    same_number: bool
    s1_is_apart: bool

    @property
    def is_usable(self) -> bool:
        """All three hold: every lumbar disc can be cut out."""
        return self.are_solitary and self.same_number and self.s1_is_apart


def judge_success(
    found: Sequence[Mask], true: Sequence[Mask], found_s1: Sequence[Mask], true_s1: Sequence[Mask] | None
) -> Success:
    """The criteria for the areas that both detectors found, against the true ones, all of one shape, 2D or 3D.

    ``true_s1`` None: S1 was not marked, and only its overlap with the found vertebrae is judged.
    """
    pairs = [(found, true)] if true_s1 is None else [(found, true), (found_s1, true_s1)]
    overlap = any(bool((one & other).any()) for one in found for other in found_s1)
    return Success(
        are_solitary=all(len(indices) == 1 for areas, truth in pairs for indices in _to_held(areas, truth)),
        same_number=all(len(areas) == len(truth) for areas, truth in pairs),
        s1_is_apart=not overlap,
    )


def _to_held(found: Sequence[Mask], true: Sequence[Mask]) -> list[list[int]]:
    """For each found area the true ones whose centroids lie in it."""
    centres = [tuple(np.rint(to_centroid(area)).astype(int)) for area in true]
    return [[number for number, centre in enumerate(centres) if area[centre]] for area in found]


def to_centroid_errors_mm(found: Sequence[Mask], true: Sequence[Mask], spacing_mm: Sequence[float]) -> FloatArray:
    """The distance between the centroids of each found area and of the one true area whose centroid it holds."""
    held = _to_held(found, true)
    pairs = [(area, true[indices[0]]) for area, indices in zip(found, held, strict=True) if len(indices) == 1]
    steps = [(to_centroid(area) - to_centroid(truth)) * np.asarray(spacing_mm) for area, truth in pairs]
    return np.array([np.linalg.norm(step) for step in steps], dtype=np.float64)


def to_centroid(area: Mask) -> FloatArray:
    """The mean index of an area's pixels, in the order of its axes."""
    return np.asarray(ndimage.center_of_mass(area), dtype=np.float64)


def to_dice(found: Mask, true: Mask) -> float:
    """The Dice coefficient of two masks; 1 where both are empty."""
    total = int(found.sum()) + int(true.sum())
    return 2 * int((found & true).sum()) / total if total else 1.0
