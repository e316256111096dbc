"""Intensities: normalised over what is inside the image, and varied as an augmentation says.

The same code serves numpy arrays and torch tensors, of one disc, (depth, height, width), or of many with axes in front.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from imaging.augmentation import Augmentation

Array = Any
"""A numpy array or a torch tensor; what comes out is of the same kind, on the same device."""

_AXES = (-3, -2, -1)


@dataclass(frozen=True)
class NormaliseSettings:
    """Mean subtraction is the paper's (Lu et al. 2018, section 3.1) and always done; the others are on request.

    ``clip_percentiles``: values beyond these percentiles of the mask, such as (1, 99), are set to them first.
    ``divide_by_std``: the standard deviation over the mask becomes 1.
    """

    divide_by_std: bool = False
    clip_percentiles: tuple[float, float] | None = None


def normalise(values: Array, mask: Array, settings: NormaliseSettings = NormaliseSettings()) -> Array:
    """The values less their mean over the mask, and 0 outside it; zeros where the mask is empty."""
    if settings.clip_percentiles is not None:
        values = clip_percentiles(values, mask, settings.clip_percentiles)
    mask = _to_like(mask, values)
    count = mask.sum(_AXES, keepdims=True).clip(1)
    # two passes: the mean of a float32 sum over a million voxels is a little off, the mean of what is left is not
    centred = (values - (values * mask).sum(_AXES, keepdims=True) / count) * mask
    centred = (centred - centred.sum(_AXES, keepdims=True) / count) * mask
    if not settings.divide_by_std:
        return centred
    variance = (centred * centred).sum(_AXES, keepdims=True) / count
    return centred / (variance + _to_like(variance == 0, variance)) ** 0.5


def clip_percentiles(values: Array, mask: Array, percentiles: tuple[float, float]) -> Array:
    """The values clipped to two percentiles of those in the mask, disc by disc; as they are where the mask is empty.

    A percentile is the value of nearest rank: no value comes out that did not go in.
    """
    if len(values.shape) > 3:
        clipped = values * 1
        for number in range(len(values)):
            clipped[number] = clip_percentiles(values[number], mask[number], percentiles)
        return clipped
    inside = values[mask]
    if len(inside) == 0:
        return values
    low, high = (_ranked(inside, round(share / 100 * (len(inside) - 1))) for share in percentiles)
    return values.clip(low, high)


def _ranked(values: Array, rank: int) -> float:
    """The value of this rank, from 0, of (n,)."""
    if isinstance(values, np.ndarray):
        return float(np.partition(values, rank)[rank])
    return float(values.kthvalue(rank + 1).values)


def vary_intensity(values: Array, mask: Array, augmentation: Augmentation) -> Array:
    """The values of one disc, before normalising, with the augmentation's gain, gamma and noise; 0 outside the mask.

    ``low + span * gain * ((value - low) / span) ** gamma + noise * span * normal``, where low and span are of the
    values in the mask: gamma bends the scale of greys, and nothing depends on the units of the scanner.
    """
    inside = values[mask]
    if len(inside) == 0:
        return values
    low, high = float(inside.min()), float(inside.max())
    span = high - low or 1.0
    varied = ((values - low) / span).clip(0.0, 1.0) ** augmentation.gamma * augmentation.gain
    if augmentation.noise:
        varied = varied + _to_like(draw_noise(augmentation, values.shape), values) * augmentation.noise
    return (varied * span + low) * _to_like(mask, values)


def draw_noise(augmentation: Augmentation, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Standard normal noise, the same on every device for the same seed."""
    return np.random.default_rng(augmentation.noise_seed).standard_normal(shape, dtype=np.float32)


def _to_like(array: Array, values: Array) -> Array:
    """The array as numbers of the same kind, precision and device as the values."""
    if isinstance(values, np.ndarray):
        return array.astype(values.dtype)
    return values.new_tensor(array) if isinstance(array, np.ndarray) else array.to(values.dtype)
