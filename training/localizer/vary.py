"""Slices varied on the device, all of a batch at once: one interpolation, then intensities."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample, interpolate, pad

from imaging.localizer.slices import PERCENTILES, RANGE
from training.localizer.variation import KNOTS, Variation

CURVE_TOP = 1.25
THINNED = 7
"""Every so many-th pixel is enough for a slice's percentiles."""


@torch.no_grad()
def vary_slices(
    pixels: Tensor, inside: Tensor, masks: Tensor, variations: Sequence[Variation]
) -> tuple[Tensor, Tensor]:
    """The varied pixels, (n, 1, rows, columns), in the unit range again, and masks, (n, detectors, rows, columns).

    ``pixels``: (n, height, width), float; ``inside``: bool, where the slice has image; ``masks``: (n, detectors,
    height, width), bool. All variations have one window. Noise is drawn by torch's own generator.
    """
    grid = _to_grid(variations, pixels.shape[-2:]).to(pixels)
    both = torch.cat([inside[:, None].to(pixels), masks.to(pixels)], dim=1)
    moved = grid_sample(both, grid, align_corners=True) > 0.5
    there = moved[:, :1] & _to_kept(variations).to(pixels.device)
    values = grid_sample(pixels[:, None], grid, align_corners=True)
    return to_unit_range(_vary_values(values, variations), there), moved[:, 1:] & there


def _to_grid(variations: Sequence[Variation], canvas: Sequence[int]) -> Tensor:
    """Where each pixel of the windows is taken, (n, rows, columns, 2), x before y, -1 to 1 from first pixel to last."""
    rows, columns = variations[0].window
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    places = torch.stack([x, y, torch.ones_like(x)], dim=-1).double()  # (rows, columns, 3)
    matrices = torch.stack([torch.from_numpy(variation.matrix) for variation in variations])
    at = torch.einsum("hwk,nck->nhwc", places, matrices)
    return 2 * at / torch.tensor([canvas[1] - 1, canvas[0] - 1]) - 1


def _to_kept(variations: Sequence[Variation]) -> Tensor:
    """Which rows keep their image, (n, 1, rows, 1)."""
    rows = torch.arange(variations[0].window[0])
    kept = [(rows >= each.cut_top) & (rows < len(rows) - each.cut_bottom) for each in variations]
    return torch.stack(kept)[:, None, :, None]


def _vary_values(values: Tensor, variations: Sequence[Variation]) -> Tensor:
    """Shading, gamma, curve, blur, noise, in this order; (n, 1, rows, columns)."""
    bias = torch.stack([torch.from_numpy(each.bias) for each in variations]).to(values)[:, None]
    gain = interpolate(bias, values.shape[-2:], mode="bicubic", align_corners=True).exp()
    gamma, noise, blurred = (
        torch.tensor([float(getattr(each, name)) for each in variations]).to(values)[:, None, None, None]
        for name in ("gamma", "noise", "is_blurred")
    )
    values = ((values * gain).clamp(0.0, 3.0) + 1e-4) ** gamma
    values = _to_curved(values, variations)
    smooth = avg_pool2d(pad(values, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    values = torch.where(blurred > 0, smooth, values)
    return values + torch.randn_like(values) * noise


def _to_curved(values: Tensor, variations: Sequence[Variation]) -> Tensor:
    """The values through each slice's curve, where it has one."""
    straight = torch.linspace(0.0, CURVE_TOP, KNOTS).tolist()
    knots = torch.tensor([each.curve or straight for each in variations]).to(values)  # (n, KNOTS)
    place = (values / CURVE_TOP).clamp(0.0, 1.0 - 1e-6) * (KNOTS - 1)
    low = place.floor().long()
    at = low.flatten(1)
    below, above = (knots.gather(1, at + step).view_as(values) for step in (0, 1))
    curved = below + (above - below) * (place - low)
    has_curve = torch.tensor([bool(each.curve) for each in variations], device=values.device)
    return torch.where(has_curve[:, None, None, None], curved, values)


def to_unit_range(values: Tensor, inside: Tensor) -> Tensor:
    """What ``imaging.localizer.slices.to_unit_range`` does, slice by slice; both (n, 1, rows, columns)."""
    seen = values.masked_fill(~inside, torch.nan).flatten(1)[:, ::THINNED].float()
    levels = torch.tensor(PERCENTILES, device=values.device) / 100
    low, high = torch.nanquantile(seen, levels, dim=1).nan_to_num()[:, :, None, None, None].to(values)
    scaled = ((values - low) / (high - low).clamp(min=1e-6)).clamp(*RANGE)
    return torch.where(inside, scaled, 0.0)
