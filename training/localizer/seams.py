"""The seams between neighbouring vertebrae, and a cross entropy that weighs them: it keeps neighbours apart.

A few pixels between two bodies are next to nothing to the Dice of a mask, but two bodies that touch are counted as one.
"""

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, max_pool2d

from training.loss import LossSum

REACH_MM = 5.6
"""How far from a body its seam may be: gaps of up to twice as much are seams."""


def find_seams(masks: Tensor, pixel_mm: float) -> Tensor:
    """Where a closing of the masks fills gaps, (n, 1, height, width) bool.

    ``masks``: (n, 2, height, width) bool, the bodies above the sacrum, and S1.
    """
    reach = round(REACH_MM / pixel_mm)
    vertebrae = masks.any(dim=1, keepdim=True)
    grown = max_pool2d(vertebrae.float(), 2 * reach + 1, 1, reach)
    closed = -max_pool2d(-grown, 2 * reach + 1, 1, reach) > 0.5
    return closed & ~vertebrae


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
