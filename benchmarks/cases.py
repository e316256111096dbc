"""Cases drawn by chance: what the six levels of a patient have, and the facts that sentences may speak of."""

import itertools
import random
from collections.abc import Mapping
from typing import NamedTuple

from phrases import GRADE_ADVERBS, GRADES

Facts = Mapping[str, str]

_LEVELS = tuple(itertools.pairwise(("T12", "L1", "L2", "L3", "L4", "L5", "S1")))


class Disc(NamedTuple):
    """What a case has at one level; grades count from 0, none, to 6 along ``GRADES``."""

    upper: str
    lower: str
    canal: int
    left: int
    right: int
    recess: int
    disc: str
    facet: bool


def draw_case(rng: random.Random) -> list[Disc]:
    """A case from above downwards; the lower levels are the worse, as they are in patients."""
    wear = rng.random()
    discs = []
    for place, (upper, lower) in enumerate(_LEVELS):
        often = wear * (0.25, 0.3, 0.5, 0.8, 1.1, 0.9)[place]
        canal, left, right, recess = (_draw_grade(rng, often * share) for share in (0.7, 0.9, 0.9, 0.3))
        disc = "herniation" if rng.random() < often / 3 else "bulge" if rng.random() < often + 0.1 else "normal"
        right = right if rng.random() < 0.6 else left
        discs.append(Disc(upper, lower, canal, left, right, recess, disc, rng.random() < often))
    return discs


def _draw_grade(rng: random.Random, often: float) -> int:
    return rng.choices(range(1, 7), (1, 5, 2, 4, 1, 2))[0] if rng.random() < often else 0


def incidental_facts(rng: random.Random) -> dict[str, str]:
    """Numbers and names that are no part of the case's grades."""
    draw = rng.random
    apex = int(draw() * 5)
    side, other = ("left", "right") if draw() < 0.5 else ("right", "left")
    return {
        "side": side,
        "other_side": other,
        "upper": f"L{apex + 1}",
        "lower": f"L{apex + 2}" if apex < 4 else "S1",
        "apex": f"L{apex + 1}",
        "modic_level": f"L{apex + 1}-{f'L{apex + 2}' if apex < 4 else 'S1'}",
        "modic": "123"[int(draw() * 3)],
        "size": str(2 + int(draw() * 9)),
        "small": str(2 + int(draw() * 9)),
        "slice": "345"[int(draw() * 3)],
        "sac": str(5 + int(draw() * 8)),
        "percent": str(10 * (1 + int(draw() * 6))),
        "conus": ("L1", "L1-L2", "T12-L1", "L2")[int(draw() * 4)],
        "aorta": f"{1.6 + int(draw() * 20) / 10:.1f}",
        "age": str(20 + int(draw() * 70)),
        "months": str(2 + int(draw() * 22)),
        "date": f"{1 + int(draw() * 12):02}/{1 + int(draw() * 28):02}/{2008 + int(draw() * 17)}",
    }


def level_facts(level: str, disc: Disc) -> dict[str, str]:
    """What the sentences about a level may speak of; where nothing is narrowed they call the grade minimal."""
    sides = ("left", "right") if disc.left >= disc.right else ("right", "left")
    worse, better = max(disc.left, disc.right) - 1, min(disc.left, disc.right) - 1
    return {
        "level": level,
        "upper": disc.upper,
        "lower": disc.lower,
        "side": sides[0],
        "other_side": sides[1],
        "grade": GRADES[max(worse, 0)],
        "gradely": GRADE_ADVERBS[max(worse, 0)],
        "other_grade": GRADES[max(better, 0)],
        "other_gradely": GRADE_ADVERBS[max(better, 0)],
        "canal_grade": GRADES[max(disc.canal - 1, 0)],
    }


def grade_facts(grade: int) -> dict[str, str]:
    return {"grade": GRADES[grade - 1], "gradely": GRADE_ADVERBS[grade - 1]}


def foramina_kind(disc: Disc) -> str:
    if not (disc.left or disc.right):
        return "foramina_normal"
    if disc.left == disc.right:
        return "foramina_both"
    return "foramina_two" if disc.left and disc.right else "foramen_one"


def summary_kind(disc: Disc) -> str:
    if not (disc.left or disc.right):
        return "summary_canal"
    return "summary_both" if disc.canal else "summary_foramen"
