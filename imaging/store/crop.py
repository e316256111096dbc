"""A native crop: the part of a stack around a disc, uninterpolated, as it lies in the store."""

from dataclasses import dataclass

from imaging.frames import DiscFrame
from imaging.volume import Volume


@dataclass(frozen=True)
class Crop:
    """A box of a stack's voxels, a little larger than the disc's grid.

    ``volume``: the box; its ``voxels`` are uint16 and stand for ``voxels * scale + offset`` of the decoded image.
    ``series`` is the digest of the source series. A disc's axial view may have more than one crop, one a stack.
    """

    volume: Volume
    scale: float
    offset: float
    series: str


@dataclass(frozen=True)
class DiscCrops:
    """What the store holds of a disc: its frame, and the crops of each view, none where the view is missing.

    ``remarks`` are codes of what a reader of the disc should know, such as ``axial: missing``.
    """

    frame: DiscFrame
    axial: tuple[Crop, ...]
    sagittal: tuple[Crop, ...]
    remarks: tuple[str, ...] = ()
