"""The vertebrae whose centroids are landmarks, and the disc between two of them."""

from lexicons.vocabulary import Level, LEVELS

VERTEBRAE: tuple[str, ...] = ("T11", "T12", "L1", "L2", "L3", "L4", "L5", "L6", "S1")
"""Head to foot; L6 only in a spine with a sixth lumbar vertebra."""


def to_level(above: str, below: str) -> Level | None:
    """The disc level between two neighbouring vertebrae; None for T11-T12 and beside L6."""
    name = f"{above}-{below}"
    return Level(name) if name in LEVELS else None
