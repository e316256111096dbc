"""Landmarks of a spine: vertebra centroids head to foot, and disc centres with their normals where they are known."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from imaging.geometry import FloatArray
from imaging.refusal import ImagingError
from imaging.vertebrae import VERTEBRAE
from lexicons.vocabulary import Level, LEVELS

MIN_STEP_MM = 15.0
MAX_STEP_MM = 65.0
"""The centroids of two neighbouring vertebrae lie this far apart, from a small child to a tall adult."""


class LandmarkError(ImagingError):
    """Landmarks that no spine can have; ``code`` is the same for a program."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason, code)


@dataclass(frozen=True)
class DiscLandmark:
    """A disc seen directly: its centre, (3,), and its unit normal towards the head, (3,), None where not known."""

    level: Level
    centre: FloatArray
    normal: FloatArray | None
    confidence: float


@dataclass(frozen=True)
class Landmarks:
    """The landmarks of one study, LPS mm.

    ``structures``: names of ``VERTEBRAE``, head to foot. ``points``: (n, 3), their centroids. ``confidence``: (n,), 0
    to 1. ``discs``: head to foot; a disc here overrides what the centroids say of it. ``remarks``: codes of what is
    odd, such as ``ambiguous-numbering``, with the structure where they speak of one.
    """

    study_id: str
    structures: tuple[str, ...]
    points: FloatArray
    confidence: FloatArray
    discs: tuple[DiscLandmark, ...] = ()
    remarks: tuple[str, ...] = ()


def to_rank(structure: str) -> float:
    """Where a vertebra or a level stands from head to foot: vertebrae at whole numbers, a disc between its two."""
    if structure in VERTEBRAE:
        return float(VERTEBRAE.index(structure))
    above, below = structure.split("-")
    return (VERTEBRAE.index(above) + VERTEBRAE.index(below)) / 2


def are_neighbours(above: str, below: str) -> bool:
    """Whether two vertebrae of a spine touch one disc; L5 and S1 do only where the spine has no L6."""
    return VERTEBRAE.index(below) - VERTEBRAE.index(above) == 1 or (above, below) == ("L5", "S1")


def check_landmarks(landmarks: Landmarks) -> None:
    """Raises LandmarkError where the landmarks are in no order, place or distance that a spine can have."""
    _check_shapes(landmarks)
    _check_discs_between(landmarks)
    _check_order(landmarks)
    for first, second in pairwise(range(len(landmarks.structures))):
        _check_distance(landmarks, first, second)


def _check_shapes(landmarks: Landmarks) -> None:
    n = len(landmarks.structures)
    if landmarks.points.shape != (n, 3) or landmarks.confidence.shape != (n,):
        raise LandmarkError("landmark-shape", f"{n} structures with points {landmarks.points.shape}, expected ({n}, 3)")
    unknown = [name for name in landmarks.structures if name not in VERTEBRAE]
    unknown += [disc.level for disc in landmarks.discs if disc.level not in LEVELS]
    if unknown:
        raise LandmarkError("unknown-structure", f"structure {unknown[0]!r}, expected one of {', '.join(VERTEBRAE)}")
    if n + len(landmarks.discs) == 0:
        raise LandmarkError("no-landmarks", "no landmarks, expected at least one")
    centres = np.array([disc.centre for disc in landmarks.discs]).reshape(-1, 3)
    if not (np.isfinite(landmarks.points).all() and np.isfinite(centres).all()):
        raise LandmarkError("landmark-not-finite", "a landmark with a coordinate that is no finite number")


def _check_order(landmarks: Landmarks) -> None:
    for kind in (landmarks.structures, tuple(disc.level for disc in landmarks.discs)):
        ranks = [to_rank(name) for name in kind]
        if any(first >= second for first, second in pairwise(ranks)):
            raise LandmarkError("landmark-order", f"{', '.join(kind)}: expected each once, from head to foot")
    nodes = to_nodes(landmarks)
    if len(nodes.structures) < 2:
        return
    along = nodes.points @ (nodes.points[0] - nodes.points[-1])
    head, foot = nodes.structures[0], nodes.structures[-1]
    if nodes.points[0, 2] <= nodes.points[-1, 2]:
        raise LandmarkError(
            "landmarks-upside-down", f"{head} lies below {foot}, expected above it (LPS: z to the head)"
        )
    for index in np.flatnonzero(np.diff(along) >= 0):
        above, below = nodes.structures[index : index + 2]
        raise LandmarkError("landmark-order", f"{above} lies below {below} along the spine, expected above it")


def _check_distance(landmarks: Landmarks, first: int, second: int) -> None:
    above, below = landmarks.structures[first], landmarks.structures[second]
    steps = 1 if are_neighbours(above, below) else to_rank(below) - to_rank(above)
    distance = float(np.linalg.norm(landmarks.points[second] - landmarks.points[first]))
    least = MIN_STEP_MM * max(1.0, steps - 1 if below == "S1" else steps)  # the L6 that may not be there
    if not least <= distance <= MAX_STEP_MM * steps:
        raise LandmarkError(
            "landmark-distance",
            f"{above} and {below} lie {distance:.1f} mm apart, expected {least:g} to {MAX_STEP_MM * steps:g}",
        )


def _check_discs_between(landmarks: Landmarks) -> None:
    for disc in landmarks.discs:
        if disc.level is Level.L5_S1 and "L6" in landmarks.structures:
            raise LandmarkError("transitional", "a disc L5-S1 in a spine with an L6, which lies between the two")
        for name in str(disc.level).split("-"):
            if name not in landmarks.structures:
                continue
            centroid = landmarks.points[landmarks.structures.index(name)]
            distance = float(np.linalg.norm(disc.centre - centroid))
            if distance > MAX_STEP_MM / 2:
                raise LandmarkError(
                    "landmark-distance",
                    f"{disc.level} and {name} lie {distance:.1f} mm apart, expected up to {MAX_STEP_MM / 2:g}",
                )


@dataclass(frozen=True)
class Nodes:
    """Every landmark, vertebrae and discs, head to foot: ``points`` (n, 3) and ``confidence`` (n,)."""

    structures: tuple[str, ...]
    points: FloatArray
    confidence: FloatArray


def to_nodes(landmarks: Landmarks) -> Nodes:
    """Vertebrae and discs in one row, head to foot."""
    names = [*landmarks.structures, *(str(disc.level) for disc in landmarks.discs)]
    points = [*landmarks.points, *(disc.centre for disc in landmarks.discs)]
    confidence = [*landmarks.confidence, *(disc.confidence for disc in landmarks.discs)]
    order = sorted(range(len(names)), key=lambda index: to_rank(names[index]))
    return Nodes(
        tuple(names[index] for index in order),
        np.array([points[index] for index in order], dtype=np.float64).reshape(-1, 3),
        np.array([confidence[index] for index in order], dtype=np.float64),
    )
