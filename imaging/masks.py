"""Landmarks of a mask: centroids of vertebral bodies, and discs with their planes."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from imaging.curve import fit_curve, to_between
from imaging.endplates import Endplate, to_endplate
from imaging.geometry import FloatArray, normalise, to_angle_deg
from imaging.landmarks import are_neighbours, check_landmarks, DiscLandmark, LandmarkError, Landmarks, to_nodes
from imaging.mask_labels import by_rank
from imaging.vertebrae import to_level, VERTEBRAE
from imaging.vertebral_body import to_body_indices
from imaging.volume import Volume
from lexicons.vocabulary import Level

DENSE_MM = 1.0
MIN_POINTS = 100
FLAT_SHARE = 0.6
"""A disc's mask is flat, and has a normal, where its least spread is below this share of the next."""

MAX_ENDPLATE_DEG = 20.0
"""An endplate that leans further from the curve was not seen whole; the curve's normal is kept."""

MASK_CONFIDENCE = 1.0
THIN_SLICES = 3


class MaskLandmarks(NamedTuple):
    """The landmarks of a mask, and remarks: codes with the structure they speak of."""

    landmarks: Landmarks
    remarks: tuple[str, ...]


def to_mask_landmarks(study_id: str, mask: Volume, names: dict[int, str], with_endplates: bool = True) -> MaskLandmarks:
    """The landmarks of the labels that have a name.

    A disc's centre and normal come from its own label, else, ``with_endplates``, from the two endplates that face it.
    LandmarkError where the mask has none of the labels or they lie as in no spine.
    """
    seen = [(name, _to_points(mask, label, name)) for label, name in by_rank(names)]
    remarks = [f"too-small {name}" for name, points in seen if 0 < len(points) < MIN_POINTS]
    seen = [(name, points) for name, points in seen if len(points) >= MIN_POINTS]
    if not seen:
        raise LandmarkError("empty-mask", "none of the named labels is in the mask")
    bodies = {name: points for name, points in seen if name in VERTEBRAE}
    landmarks = Landmarks(
        study_id,
        tuple(bodies),
        np.array([points.mean(axis=0) for points in bodies.values()]).reshape(-1, 3),
        np.full(len(bodies), MASK_CONFIDENCE),
        tuple(_to_disc(Level(name), points, mask) for name, points in seen if name not in VERTEBRAE),
    )
    check_landmarks(landmarks)
    if with_endplates:
        landmarks, unseen = _add_facing_endplates(landmarks, bodies)
        remarks += unseen
    return MaskLandmarks(landmarks, tuple(remarks))


def _to_points(mask: Volume, label: int, name: str) -> FloatArray:
    """The voxels of a disc, or points about DENSE_MM apart in a vertebra's body, (n, 3), LPS mm."""
    voxels = np.argwhere(mask.voxels == label)
    if not len(voxels):
        return np.zeros((0, 3))
    if name in VERTEBRAE:
        return mask.to_points(to_dense(to_body_indices(mask, voxels), mask.spacing_mm))
    return mask.to_points(voxels[:, ::-1].astype(np.float64))


def to_dense(indices: FloatArray, spacing_mm: tuple[float, float, float]) -> FloatArray:
    """The (i, j, k) with each voxel split into parts about DENSE_MM wide, for columns without holes in thick slices."""
    for axis, spacing in enumerate(spacing_mm):
        parts = max(1, round(spacing / DENSE_MM))
        shifts = np.zeros((parts, 3))
        shifts[:, axis] = (np.arange(parts) + 0.5) / parts - 0.5
        indices = (indices[:, None] + shifts).reshape(-1, 3)
    return indices


def _to_disc(level: Level, points: FloatArray, mask: Volume) -> DiscLandmark:
    return DiscLandmark(level, points.mean(axis=0), to_disc_normal(points, mask.normal), MASK_CONFIDENCE)


def to_disc_normal(points: FloatArray, slice_normal: FloatArray) -> FloatArray | None:
    """The unit normal, (3,), towards the head, of the plane through a disc's voxels, (n, 3); None where not flat.

    The direction of least spread. Where the disc is seen on fewer than THIN_SLICES slices, ``slice_normal`` apart, it
    is sought within the slice.
    """
    spread = points - points.mean(axis=0)
    across = spread @ slice_normal
    thin = len(np.unique(np.round(across, 1))) < THIN_SLICES
    if thin:
        spread = spread - across[:, None] * slice_normal
    values, vectors = np.linalg.eigh(spread.T @ spread / len(spread))  # rising
    least = 1 if thin else 0
    if values[least] > FLAT_SHARE**2 * values[least + 1]:
        return None
    normal = vectors[:, least]
    return normal if normal[2] > 0 else -normal


def _add_facing_endplates(landmarks: Landmarks, bodies: dict[str, FloatArray]) -> tuple[Landmarks, list[str]]:
    """The landmarks with a disc between each two neighbouring bodies that have none, where both endplates are seen."""
    if len(to_nodes(landmarks).structures) < 2:
        return landmarks, []
    curve = fit_curve(landmarks)
    discs = {disc.level: disc for disc in landmarks.discs}
    remarks = []
    for above, below in pairwise(bodies):
        level = to_level(above, below)
        if level is None or level in discs or not are_neighbours(above, below):
            continue
        disc = _to_facing_disc(level, bodies[above], bodies[below], -to_between(curve, above, below)[1])
        if disc is None:
            remarks.append(f"endplate-unseen {level}")
        else:
            discs[level] = disc
    order = sorted(discs, key=list(Level).index)
    return (
        Landmarks(
            landmarks.study_id,
            landmarks.structures,
            landmarks.points,
            landmarks.confidence,
            tuple(discs[level] for level in order),
        ),
        remarks,
    )


def _to_facing_disc(level: Level, above: FloatArray, below: FloatArray, up: FloatArray) -> DiscLandmark | None:
    """The disc between the lower endplate of one body and the upper of the next: midway, normal to their bisector."""
    lower, upper = to_endplate(above, -up), to_endplate(below, up)
    if not (_is_likely(lower, up) and _is_likely(upper, up)):
        return None
    assert lower is not None and upper is not None
    normal = normalise(lower.normal + upper.normal)
    return DiscLandmark(level, (lower.centre + upper.centre) / 2, normal, MASK_CONFIDENCE)


def _is_likely(plate: Endplate | None, up: FloatArray) -> bool:
    return plate is not None and to_angle_deg(plate.normal, up) <= MAX_ENDPLATE_DEG
