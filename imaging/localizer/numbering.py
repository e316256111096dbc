"""Bodies to named vertebrae: S1 first, then counted up from it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from imaging.localizer.bodies import Body
from imaging.vertebrae import VERTEBRAE

NAMES = tuple(reversed([name for name in VERTEBRAE if name != "L6"]))
"""From S1 upwards."""

GAP_RATIO = 1.55
"""Centroids further apart than this many usual distances have a vertebra between them that was not seen."""
OVERLAP_MM = 12.0
"""Bodies whose centroids are nearer than this are one."""
LIKELY_S1 = 0.6
"""Below this mean probability the sacrum is not sure, and so is no name."""


@dataclass(frozen=True)
class Numbered:
    """Named vertebrae, head to foot, and what is odd about them, as codes."""

    names: tuple[str, ...]
    bodies: tuple[Body, ...]
    remarks: tuple[str, ...]


def to_numbered(lumbar: tuple[Body, ...], sacral: tuple[Body, ...]) -> Numbered:
    """Names for the bodies of the two detectors, T12 to L5 and S1.

    S1 is the largest sacral body. Lumbar bodies that overlap it, or lie below it, are dropped. A gap in the chain ends
    it: what lies above could be counted wrongly.
    """
    if not sacral:
        return Numbered((), (), ("no-sacrum",))
    s1 = max(sacral, key=lambda body: body.area_mm2 * body.probability)
    chain, remarks = _to_chain(lumbar, s1)
    if s1.probability < LIKELY_S1 or len(sacral) > 1:
        remarks.append("ambiguous-numbering")
    chain = chain[: len(NAMES)]
    return Numbered(NAMES[: len(chain)][::-1], tuple(reversed(chain)), tuple(remarks))


def _to_chain(lumbar: tuple[Body, ...], s1: Body) -> tuple[list[Body], list[str]]:
    """The bodies from S1 upwards as far as the chain holds."""
    above = sorted((body for body in lumbar if _is_above(body, s1)), key=lambda body: body.centroid[2])
    chain, remarks = [s1], []
    distances = [float(np.linalg.norm(a.centroid - b.centroid)) for a, b in pairwise(above)]
    usual = float(np.median(distances)) if distances else 0.0
    for body in above:
        distance = float(np.linalg.norm(body.centroid - chain[-1].centroid))
        if usual and distance > GAP_RATIO * usual:
            remarks.append("vertebra-not-seen")
            break
        chain.append(body)
    return chain, remarks


def _is_above(body: Body, s1: Body) -> bool:
    return bool(body.centroid[2] > s1.centroid[2] and np.linalg.norm(body.centroid - s1.centroid) > OVERLAP_MM)
