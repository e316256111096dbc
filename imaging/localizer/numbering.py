"""Bodies to named vertebrae: S1 first, then step by step up the column."""

from dataclasses import dataclass

import numpy as np

from imaging.geometry import FloatArray, to_angle_deg
from imaging.localizer.bodies import Body
from imaging.vertebrae import VERTEBRAE

NAMES = tuple(reversed([name for name in VERTEBRAE if name != "L6"]))
"""From S1 upwards."""

STEP_MM = (18.0, 55.0)
"""The least and the greatest distance between the centroids of two neighbours."""
REACH_MM = 140.0
"""How far ahead a body is looked for, to tell a gap from the end of the image."""
TURN_DEG = 45.0
"""The most that one step may turn from the last."""
GAP_RATIO = 1.45
"""A step this many times the usual passes over a vertebra that was not seen."""
AREA_SHARES = (0.45, 1.75)
"""Of a vertebra's usual area: smaller bodies are spinous processes and the like, larger ones two vertebrae in one."""
LIKELY_S1 = 0.6
"""Below this mean probability the sacrum is not sure, and so is no name."""
LEAST_ABOVE = 2
RIVAL_SHARE = 0.6
ASIDE_MM = 20.0
"""S1 and L5 stand one above the other; what lies further aside is a wing of the sacrum."""

UP = np.array([0.0, -0.35, 0.94])
"""From S1 to L5: up and a little forward."""


@dataclass(frozen=True)
class Numbered:
    """Named vertebrae, head to foot, and what is odd about them, as codes."""

    names: tuple[str, ...]
    bodies: tuple[Body, ...]
    remarks: tuple[str, ...]


def to_numbered(lumbar: tuple[Body, ...], sacral: tuple[Body, ...]) -> Numbered:
    """Names for the bodies of the two detectors, T12 to L5 and S1, counted up from S1.

    S1 is the largest sacral body that bears vertebrae. Without one there are no names (``no-sacrum``). The chain
    ends at a gap (``vertebra-not-seen``), for what lies above could be counted wrongly. ``ambiguous-numbering``: S1 is
    unsure, or has a rival, which is as large and in the midline, or has as many vertebrae above it.
    """
    if not sacral:
        return Numbered((), (), ("no-sacrum",))
    vertebrae = _to_vertebrae(lumbar)
    climbs = sorted((_climb(body, vertebrae) for body in sacral), key=_to_rank, reverse=True)
    (s1, *above), gap = climbs[0]
    is_unsure = s1.probability < LIKELY_S1 or any(_is_rival(chain, s1, len(above)) for chain, _ in climbs[1:])
    chain = [s1, *above][: len(NAMES)]
    remarks = (*gap, *(["ambiguous-numbering"] if is_unsure else []))
    return Numbered(NAMES[: len(chain)][::-1], tuple(reversed(chain)), remarks)


def _to_rank(climb: tuple[list[Body], list[str]]) -> tuple[bool, float]:
    """S1 bears vertebrae; of the sacral bodies that do, it is the largest and surest."""
    chain, _ = climb
    return len(chain) > LEAST_ABOVE, chain[0].area_mm2 * chain[0].probability


def _is_rival(chain: list[Body], s1: Body, count: int) -> bool:
    body = chain[0]
    is_large = body.area_mm2 > RIVAL_SHARE * s1.area_mm2 and abs(body.centroid[0] - s1.centroid[0]) < ASIDE_MM
    return (is_large or len(chain) > count) and not _are_one(body, s1)


def _to_vertebrae(bodies: tuple[Body, ...]) -> list[Body]:
    """The bodies of a vertebra's size."""
    largest = sorted((body.area_mm2 for body in bodies), reverse=True)[:6]
    usual = float(np.median(largest)) if largest else 0.0
    return [body for body in bodies if AREA_SHARES[0] * usual <= body.area_mm2 <= AREA_SHARES[1] * usual]


def _climb(s1: Body, bodies: list[Body]) -> tuple[list[Body], list[str]]:
    """From S1 to the nearest body straight on, again and again."""
    chain, left, direction = [s1], list(bodies), UP
    steps: list[float] = []
    while True:
        reachable = [body for body in left if _is_ahead(body.centroid - chain[-1].centroid, direction)]
        if len(chain) == 1:
            reachable = [body for body in reachable if abs(body.centroid[0] - s1.centroid[0]) < ASIDE_MM]
        if not reachable:
            return chain, []
        following = min(reachable, key=lambda body: _to_cost(body.centroid - chain[-1].centroid, direction))
        step = following.centroid - chain[-1].centroid
        if np.linalg.norm(step) > (GAP_RATIO * np.median(steps) if len(steps) > 1 else STEP_MM[1]):
            return chain, ["vertebra-not-seen"]
        steps.append(float(np.linalg.norm(step)))
        chain.append(following)
        left = [body for body in left if body is not following]
        direction = step


def _is_ahead(step: FloatArray, direction: FloatArray) -> bool:
    is_near = STEP_MM[0] <= np.linalg.norm(step) <= REACH_MM
    return bool(is_near and to_angle_deg(step, direction) <= TURN_DEG)


def _to_cost(step: FloatArray, direction: FloatArray) -> float:
    """The length of a step, half as long again for each 45 degrees of turning."""
    return float(np.linalg.norm(step)) * (1 + to_angle_deg(step, direction) / 90)


def _are_one(body: Body, other: Body) -> bool:
    """Whether two bodies are pieces of one, side by side in slices that lie apart."""
    return float(np.linalg.norm((body.centroid - other.centroid)[1:])) < STEP_MM[0]
