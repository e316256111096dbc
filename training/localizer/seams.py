"""The seams between neighbouring vertebrae, and a cross entropy that weighs them: it keeps neighbours apart.

A few pixels between two bodies are next to nothing to the Dice of a mask, but two bodies that touch are counted as one.
"""

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, max_pool2d

from training.loss import LossSum

REACH_MM = 6.0
"""How far from a body its seam may be: gaps of up to twice as much are seams."""
ASIDE_MM = 1.5
"""Along the endplates between two bodies; S1 is looked for as far as REACH_MM to that side too, for it is tilted."""


def find_seams(masks: Tensor, pixel_mm: float) -> Tensor:
    """Where a closing of the masks fills gaps, (n, 1, height, width) bool.

    ``masks``: (n, 2, height, width) bool, the bodies above the sacrum, and S1. The gaps between the former are closed
    up and down, those between all of them to every side.
    """
    reach, aside = (round(distance / pixel_mm) for distance in (REACH_MM, ASIDE_MM))
    bodies, every = masks[:, :1], masks.any(dim=1, keepdim=True)
    return (_close(bodies, reach, aside) & ~bodies) | (_close(every, reach, reach) & ~every)


def _close(mask: Tensor, rows: int, columns: int) -> Tensor:
    size, padding = (2 * rows + 1, 2 * columns + 1), (rows, columns)
    grown = max_pool2d(mask.float(), size, 1, padding)
    return -max_pool2d(-grown, size, 1, padding) > 0.5


def sum_seam_entropy(logits: Tensor, masks: Tensor, seams: Tensor, weights: Tensor, seam_weight: float) -> LossSum:
    """The sum over slices and detectors of the mean cross entropy of a slice's pixels, weighted.

    ``logits, masks``: (n, detectors, height, width); ``seams``: (n, 1, height, width), whose pixels weigh 1 +
    ``seam_weight`` and all others 1; ``weights``: (n, detectors), 0 where a slice has no mask for a detector.
    """
    pixels = (1.0 + seam_weight * seams.to(logits.dtype)).expand_as(logits)
    entropy = binary_cross_entropy_with_logits(logits, masks.to(logits.dtype), reduction="none")
    means = (entropy * pixels).sum(dim=(2, 3)) / pixels.sum(dim=(2, 3))
    weights = weights.to(means.dtype)
    return LossSum((weights * means).sum(), weights.sum())
