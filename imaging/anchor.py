"""Numbering put right by one vertebra that a person names: the others follow from it."""

import math
import re
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from imaging.geometry import FloatArray
from imaging.landmarks import check_landmarks, DiscLandmark, LandmarkError, Landmarks
from imaging.vertebrae import to_level, VERTEBRAE

NEAR_MM = 20.0
"""How far the named point may lie from a centroid: half the height of a vertebra and its disc."""


AMBIGUOUS = "ambiguous-numbering"


class Anchor(NamedTuple):
    """A vertebra of ``VERTEBRAE``, and a point in its body, (3,), LPS mm."""

    structure: str
    point: FloatArray


def parse_anchor(text: str) -> Anchor:
    """The anchor of ``S1=x,y,z``; LandmarkError where the text is none."""
    match = re.fullmatch(r"\s*(\w+)\s*=([^,]*),([^,]*),([^,]*)", text)
    if match is None:
        raise LandmarkError("bad-anchor", "an anchor is written NAME=x,y,z, such as S1=2.5,31,-480 (LPS mm)")
    if match[1] not in VERTEBRAE:
        raise LandmarkError("bad-anchor", f"an anchor names one of {', '.join(VERTEBRAE)}, not {match[1]}")
    try:
        point = [float(number) for number in match.groups()[1:]]
    except ValueError:
        point = [math.nan]
    if not all(map(math.isfinite, point)):
        raise LandmarkError("bad-anchor", "the x, y, z of an anchor are three numbers, LPS mm")
    return Anchor(match[1], np.array(point))


def to_renumbered(landmarks: Landmarks, anchor: Anchor) -> Landmarks:
    """The landmarks with the vertebra at the anchor named by it, and all others counted from there.

    What then lies above T11 or below S1 is left out. The new numbering has an L6 only where the anchor is L6, or where
    nothing moves. It is ambiguous no more, and remarks that name a structure go. LandmarkError where no centroid lies
    within NEAR_MM of the point.
    """
    nearest = _find_nearest(landmarks, anchor)
    if landmarks.structures[nearest] == anchor.structure:
        return replace(landmarks, remarks=tuple(code for code in landmarks.remarks if code != AMBIGUOUS))
    names = _to_new_names(landmarks, nearest, anchor.structure)
    keep = [index for index, old in enumerate(landmarks.structures) if old in names]
    renumbered = replace(
        landmarks,
        structures=tuple(names[landmarks.structures[index]] for index in keep),
        points=landmarks.points[keep],
        confidence=landmarks.confidence[keep],
        discs=tuple(disc for old in landmarks.discs for disc in _to_new_disc(old, names)),
        remarks=(),
    )
    check_landmarks(renumbered)
    return renumbered


def _find_nearest(landmarks: Landmarks, anchor: Anchor) -> int:
    distances = np.linalg.norm(landmarks.points - anchor.point, axis=1)
    if not len(distances) or distances.min() > NEAR_MM:
        least = f"the nearest is {distances.min():.0f} mm away" if len(distances) else "there are none"
        raise LandmarkError(
            "no-vertebra-at-anchor", f"no centroid within {NEAR_MM:g} mm of the anchor {anchor.structure}; {least}"
        )
    return int(np.argmin(distances))


def _to_new_names(landmarks: Landmarks, nearest: int, anchor: str) -> dict[str, str]:
    """Old names to new ones, of every vertebra that has a new one."""
    old = [name for name in VERTEBRAE if name != "L6" or "L6" in landmarks.structures]
    new = [name for name in VERTEBRAE if name != "L6" or anchor == "L6"]
    shift = new.index(anchor) - old.index(landmarks.structures[nearest])
    return {name: new[n + shift] for n, name in enumerate(old) if 0 <= n + shift < len(new)}


def _to_new_disc(disc: DiscLandmark, names: dict[str, str]) -> list[DiscLandmark]:
    above, below = str(disc.level).split("-")
    level = to_level(names[above], names[below]) if above in names and below in names else None
    return [replace(disc, level=level)] if level else []
