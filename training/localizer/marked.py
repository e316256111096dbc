"""A slice with masks on the localizer's canvas: what the network learns from, whatever it was made of."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from imaging.geometry import FloatArray
from imaging.localizer.slices import FIELD_MM, to_blur, to_slices
from imaging.localizer.weights import OUTPUTS
from imaging.volume import Volume

Mask = npt.NDArray[np.bool_]

DETECTORS = ("lumbar", "s1")
"""By their names in configs and figures, in the order of ``imaging.localizer.weights.OUTPUTS``."""
assert len(DETECTORS) == len(OUTPUTS)
_SPIDER = "CC BY 4.0 (SPIDER, van der Graaf et al. 2024)"
LICENCES = {"spider": _SPIDER, "spider-midsagittal": _SPIDER, "phantom": "made by this project"}
"""Of each source of slices."""


@dataclass(frozen=True)
class MarkedSlice:
    """A slice and its masks, on a canvas of size x size pixels.

    ``source``: a key of LICENCES; ``patient``: its number there; ``name`` tells slices of a patient apart. ``pixels``:
    (size, size) float32 in the unit range of ``imaging.localizer.slices``; ``inside``: where there is image. ``masks``:
    (2, size, size), in the order of DETECTORS; ``known``: (2,), which of them are marked.
    """

    source: str
    patient: int
    name: str
    pixels: npt.NDArray[np.float32]
    inside: Mask
    masks: Mask
    known: Mask

    @property
    def pixel_mm(self) -> float:
        """The side of a pixel."""
        return FIELD_MM / len(self.pixels)


def to_canvas(volume: Volume, masks: Mask, size: int) -> tuple[npt.NDArray[np.float32], Mask, Mask]:
    """Pixels, inside and masks on the canvas, for a volume of one slice and its masks, (2, row, column)."""
    slices = to_slices(volume, size)
    to_index = (np.linalg.inv(volume.affine) @ slices.affine).astype(np.float64)
    # (column, row) to (i, j), turned round to (row, column) to (j, i)
    matrix, offset = to_index[1::-1, 1::-1], to_index[1::-1, 3]
    blur = to_blur(volume, FIELD_MM / size)
    laid = [
        ndimage.affine_transform(
            ndimage.gaussian_filter(mask.astype(np.float32), blur), matrix, offset, (size, size), order=1
        )
        for mask in masks
    ]
    return slices.pixels[0], slices.inside[0], np.stack(laid) > 0.5


def to_plain_volume(pixels: npt.NDArray[np.generic], pixel_mm: float) -> Volume:
    """A sagittal slice without a place in the patient, (row, column), head up and posterior at the right."""
    affine: FloatArray = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = (0, pixel_mm, 0), (0, 0, -pixel_mm), (-1, 0, 0)
    return Volume(pixels[None], affine, 1.0)
