"""Where the foramina and the lateral recesses of a disc lie, and how wide they are."""

from dataclasses import dataclass

import numpy as np

from imaging.phantom.anatomy import Spine
from imaging.phantom.layout import Layout
from imaging.phantom.profiles import Profiles
from imaging.phantom.stenosis import Opening, to_foramen, to_recess
from lexicons.vocabulary import Level

PEDICLE_MIDDLE_MM = 8.0
PEDICLE_HALF_HEIGHT_MM = 7.2
"""Below the upper endplate."""

PEDICLE_A_MM = {"L1": 14.5, "L2": 15.0, "L3": 15.8, "L4": 17.0, "L5": 19.5, "L6": 20.0, "S1": 21.0}
THORACIC_PEDICLE_A_MM = 13.5
RECESS_A_MM = 10.6


@dataclass(frozen=True)
class Foramen:
    """The openings beside one disc, on both sides, in the curve's coordinates, mm.

    ``disc_s``: the disc's middle; ``sac_p``: of the sac there. ``s, a, p``: the middle of the left foramen (the right
    one's a is negative); ``recess_s`` and so on: of the left recess. ``left, right``: the fat of each foramen,
    ``recess_left, recess_right``: each recess; ``normal``, ``recess_normal``: where nothing is narrow.
    """

    level: Level | None
    disc_s: float
    sac_p: float
    s: float
    a: float
    p: float
    recess_s: float
    recess_a: float
    recess_p: float
    normal: Opening
    recess_normal: Opening
    left: Opening
    right: Opening
    recess_left: Opening
    recess_right: Opening
    severities: tuple[float, ...]


def to_pedicle_a(name: str) -> float:
    """How far from the middle a vertebra's pedicles lie, mm, at size 1."""
    return PEDICLE_A_MM.get(name, THORACIC_PEDICLE_A_MM)


def to_foramina(spine: Spine, layout: Layout, profiles: Profiles) -> tuple[Foramen, ...]:
    """The openings beside each disc down to L5-S1, head to foot."""
    last = spine.vertebrae.index("S1")
    return tuple(_to_foramen(spine, layout, profiles, above) for above in range(last))


def _to_foramen(spine: Spine, layout: Layout, profiles: Profiles, above: int) -> Foramen:
    disc, size = spine.discs[above], spine.size
    disc_s = float(layout.disc_middles[above])
    roof = float(layout.tops[above]) + size * (PEDICLE_MIDDLE_MM + PEDICLE_HALF_HEIGHT_MM)
    floor = float(layout.tops[above + 1]) + size * (PEDICLE_MIDDLE_MM - PEDICLE_HALF_HEIGHT_MM)
    back = float(np.interp(disc_s, layout.s, profiles.offset + profiles.half_depth))
    scale = size * min(1.0, (floor - roof) / (20.0 * size))
    x, shift = disc.severities, disc.shifts
    left, right = (to_foramen(x[n], shift[n], scale) for n in (1, 2))
    recess_left, recess_right = (to_recess(x[n], shift[n], size) for n in (3, 4))
    return Foramen(
        disc.level, disc_s, float(np.interp(disc_s, layout.s, profiles.sac_middle)),
        (roof + floor) / 2, size * (to_pedicle_a(spine.vertebrae[above]) + 2.5), back + 4.5 * size,
        disc_s + 3.0 * size, RECESS_A_MM * size, back + 4.8 * size,
        to_foramen(0.0, 0.0, scale), to_recess(0.0, 0.0, size), left, right, recess_left, recess_right, x,
    )  # fmt: skip
