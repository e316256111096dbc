"""The negative Dice coefficient: equation 1 of DeepSPINE, after Milletari et al. 2016."""

import torch
from torch import Tensor

from training.loss import LossSum

EPSILON = 1.0
"""The paper's; it keeps the loss of an empty mask defined, and small for a prediction that is empty too."""


def sum_negative_dice(probabilities: Tensor, masks: Tensor, weights: Tensor, epsilon: float = EPSILON) -> LossSum:
    """The sum over slices and detectors of -(2 sum(p g) + epsilon) / (sum(p) + sum(g) + epsilon), weighted.

    ``probabilities, masks``: (n, detectors, height, width); the sums run over a slice's pixels, in float32 at least.
    ``weights``: (n, detectors), 0 where a slice has no mask for a detector.
    """
    probabilities = probabilities.to(torch.promote_types(probabilities.dtype, torch.float32))
    masks = masks.to(probabilities.dtype)
    both = (probabilities * masks).sum(dim=(2, 3))
    either = probabilities.sum(dim=(2, 3)) + masks.sum(dim=(2, 3))
    weights = weights.to(probabilities.dtype)
    return LossSum(-(weights * (2 * both + epsilon) / (either + epsilon)).sum(), weights.sum())
