"""The frame of a disc: its centre and the patient's directions seen from it."""

from dataclasses import dataclass

from imaging.geometry import FloatArray
from lexicons.vocabulary import Level


@dataclass(frozen=True)
class DiscFrame:
    """A disc's own axes: right-handed, left x post = sup.

    ``centre``: (3,), LPS mm. ``left``, ``post``, ``sup``: unit directions, (3,), towards the patient's left, to
    posterior, and along the spine towards the head, perpendicular to the disc's plane.
    """

    level: Level
    centre: FloatArray
    left: FloatArray
    post: FloatArray
    sup: FloatArray
