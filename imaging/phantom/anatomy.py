"""A spine's parameters, and spines drawn at random: everything that the picture and the truth are made of."""

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np

from imaging.geometry import FloatArray
from imaging.phantom.grades import draw_severities, READER_OVERLAP
from imaging.phantom.prior import draw_grades, Prior
from imaging.vertebrae import to_level
from lexicons.vocabulary import Grade, Level, LEVELS, TASKS


class Numbering(StrEnum):
    """How many vertebrae are lumbar: five, or four or six where the lumbosacral junction is transitional."""

    USUAL = "usual"
    FOUR = "four"
    SIX = "six"


class Scoliosis(StrEnum):
    """One curve to a side, or two to both."""

    C = "C"
    S = "S"


LUMBAR: dict[Numbering, tuple[str, ...]] = {
    Numbering.USUAL: ("L1", "L2", "L3", "L4", "L5"),
    Numbering.FOUR: ("L1", "L2", "L3", "L4"),
    Numbering.SIX: ("L1", "L2", "L3", "L4", "L5", "L6"),
}

THORACIC = ("T8", "T9", "T10", "T11", "T12")
SACRAL = ("S1", "S2", "S3", "S4")

BODY_HEIGHT_MM = {
    "T8": 22.0, "T9": 23.0, "T10": 24.0, "T11": 25.0, "T12": 25.8, "S1": 27.0, "S2": 23.0, "S3": 20.0, "S4": 17.0,
}  # fmt: skip
LUMBAR_HEIGHT_MM = 26.5

NEUTRAL = (0.0,) * len(TASKS)


@dataclass(frozen=True)
class Disc:
    """A disc and the stenoses at it.

    ``level`` is None where no label speaks of it (T11-T12 and higher, the sacrum, beside L6). ``height_mm``: along the
    spine. ``pfirrmann``: 1 to 5. ``slip_mm``: how far the vertebra above lies in front of the one below.
    ``severities``: by TASKS, 0 normal to 3 severe, continuous. ``shifts``: by TASKS, how the narrowing is shared
    between the two directions of its opening. ``grades``: a reader's, by TASKS; None where no reader has been.
    """

    level: Level | None
    height_mm: float
    pfirrmann: int = 2
    slip_mm: float = 0.0
    severities: tuple[float, ...] = NEUTRAL
    shifts: tuple[float, ...] = NEUTRAL
    grades: tuple[Grade, ...] | None = None


@dataclass(frozen=True)
class Bend:
    """The curves of the spine, degrees.

    ``lordosis``: between L1 and S1. ``sacral_slope``: how far the disc above S1 leans. ``cobb``: of the scoliosis,
    positive towards the patient's left. ``rotation``: of the apical vertebra about the spine.
    """

    lordosis: float = 50.0
    sacral_slope: float = 38.0
    cobb: float = 0.0
    scoliosis: Scoliosis = Scoliosis.C
    rotation: float = 0.0


@dataclass(frozen=True)
class Marker:
    """A bright ball at a place of the patient: ``centre``, (3,), LPS mm."""

    centre: tuple[float, float, float]
    radius_mm: float = 2.5


@dataclass(frozen=True)
class Spine:
    """A patient's spine, head to foot.

    ``vertebrae``: names from T8 to S4. ``heights_mm``: of their bodies. ``discs``: below each but the last.
    ``centre``: (3,), LPS mm, where the middle of L3 lies. ``size`` scales every bone, ``canal`` the canal alone.
    ``fat_mm``: thickness under the skin of the back. ``texture_seed`` draws what has no truth: roots, marrow, bowel.
    """

    vertebrae: tuple[str, ...]
    heights_mm: tuple[float, ...]
    discs: tuple[Disc, ...]
    bend: Bend = Bend()
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
    size: float = 1.0
    canal: float = 1.0
    fat_mm: float = 18.0
    marrow: float = 1.0
    texture_seed: int = 0
    markers: tuple[Marker, ...] = ()


@dataclass(frozen=True)
class SpineSettings:
    """What ``draw_spine`` draws from; each pair is a range, drawn from evenly.

    ``scoliosis_share``: of patients that have one; ``slip_share``: of discs at L3-L4 and below with listhesis.
    """

    prior: Prior = Prior.RSNA
    reader_overlap: float = READER_OVERLAP
    numbering: Numbering = Numbering.USUAL
    lordosis_deg: tuple[float, float] = (38.0, 60.0)
    cobb_deg: tuple[float, float] = (5.0, 25.0)
    scoliosis_share: float = 0.25
    rotation_share: float = 0.3
    offset_mm: tuple[float, float] = (-25.0, 25.0)
    size: tuple[float, float] = (0.92, 1.08)
    slip_share: float = 0.05
    fat_mm: tuple[float, float] = (6.0, 34.0)


def to_names(numbering: Numbering) -> tuple[str, ...]:
    """The vertebrae of a spine, head to foot."""
    return THORACIC + LUMBAR[numbering] + SACRAL


def to_plain_spine(numbering: Numbering = Numbering.USUAL, bend: Bend = Bend(), size: float = 1.0) -> Spine:
    """A healthy spine with nothing drawn at random, the middle of L3 at the origin."""
    names = to_names(numbering)
    heights = tuple(size * BODY_HEIGHT_MM.get(name, LUMBAR_HEIGHT_MM) for name in names)
    discs = tuple(
        Disc(to_level(above, below), size * _to_disc_height(above, below), 4 if above in SACRAL else 2)
        for above, below in pairwise(names)
    )
    return Spine(names, heights, discs, bend, size=size)


def _to_disc_height(above: str, below: str) -> float:
    if above in SACRAL:
        return 3.0
    if above in THORACIC:
        return 5.0 + 0.6 * THORACIC.index(above)
    return 10.5 if below == "S1" else 8.0 + 0.9 * int(above[1])


def draw_spine(rng: np.random.Generator, settings: SpineSettings = SpineSettings()) -> Spine:
    """A patient: the grades from the prior, severities from the grades, and the rest from the ranges."""
    grades = draw_grades(rng, 1, settings.prior)[0].reshape(len(LEVELS), len(TASKS))
    severities = draw_severities(rng, grades.astype(np.float64), settings.reader_overlap)
    plain = to_plain_spine(settings.numbering, _draw_bend(rng, settings), float(rng.uniform(*settings.size)))
    discs = tuple(_draw_disc(rng, disc, grades, severities, settings) for disc in plain.discs)
    heights = tuple(float(height * rng.uniform(0.99, 1.01)) for height in plain.heights_mm)
    x, y, z = rng.uniform(*settings.offset_mm, size=3)
    return replace(
        plain,
        heights_mm=heights,
        discs=discs,
        centre=(float(x), float(y), float(z)),
        canal=float(rng.uniform(0.97, 1.03)),
        fat_mm=float(rng.uniform(*settings.fat_mm)),
        marrow=float(rng.uniform(0.85, 1.15)),
        texture_seed=int(rng.integers(2**31)),
    )


def _draw_bend(rng: np.random.Generator, settings: SpineSettings) -> Bend:
    lordosis = float(rng.uniform(*settings.lordosis_deg))
    cobb = float(rng.uniform(*settings.cobb_deg) * rng.choice([-1.0, 1.0]))
    shape = Scoliosis.C if rng.random() < 0.7 else Scoliosis.S
    scoliotic = rng.random() < settings.scoliosis_share
    turn = settings.rotation_share * cobb if scoliotic else 0.0
    return Bend(lordosis, 0.72 * lordosis + float(rng.uniform(-3, 3)), cobb if scoliotic else 0.0, shape, turn)


def _draw_disc(
    rng: np.random.Generator, disc: Disc, grades: FloatArray, severities: FloatArray, settings: SpineSettings
) -> Disc:
    wear, shifts, slip, slips = rng.normal(0, 0.7), rng.normal(0, 0.07, len(TASKS)), rng.uniform(2, 7), rng.random()
    if disc.level is None:
        return replace(disc, pfirrmann=int(np.clip(round(disc.pfirrmann + wear), 1, 5)))
    row = LEVELS.index(disc.level)
    own = severities[row]
    pfirrmann = int(np.clip(round(2.0 + 0.45 * own.max() + 0.35 * own.mean() + wear), 1, 5))
    slipped = row >= LEVELS.index(Level.L3_L4) and slips < settings.slip_share
    return replace(
        disc,
        height_mm=float(disc.height_mm * (1.12 - 0.11 * pfirrmann + 0.02 * wear)),
        pfirrmann=pfirrmann,
        slip_mm=float(slip) if slipped else 0.0,
        severities=tuple(float(value) for value in own),
        shifts=tuple(float(value) for value in shifts),
        grades=tuple(Grade(int(grade)) for grade in grades[row]),
    )
