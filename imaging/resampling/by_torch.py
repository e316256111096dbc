"""Discs' volumes from their crops in one trilinear interpolation, by torch, on any device, one disc or a batch.

On a processor torch's trilinear ``grid_sample`` takes sample after sample, the bilinear one many at once. So the slices
are laid below one another as one tall image, and its copy one slice further is a second channel, both without a copy in
memory. A bilinear sample of both at (i, k * rows + j), and a step from one to the other by the fraction of k, is the
trilinear sample. Positions are sums: TF32 or autocast would round a matrix product to a tenth of a voxel.
"""

from collections.abc import Sequence
from math import gcd
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import grid_sample

from imaging.augmentation import Augmentation
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.grids import Grid
from imaging.resampling.matrices import LEAST_WEIGHT, to_blend_width, to_index_matrix, to_slice_gaps
from imaging.resampling.rows import IntArray, to_inside, to_row_starts, to_slice_numbers
from imaging.store.crop import Crop
from imaging.volume import Volume

Pair = tuple[torch.Tensor, torch.Tensor]

STRIPS = 8
"""Into how many parts ``grid_sample`` may divide its work among threads."""


class _Source(NamedTuple):
    """A crop on its device: voxels as float32, (slices + 1, rows, columns), the last slice twice, and its geometry."""

    voxels: torch.Tensor
    volume: Volume


class _Rows(NamedTuple):
    """Rows of samples in a volume: where the first of each lies, (3, row), the step to the next, (3,), how many."""

    starts: FloatArray
    step: FloatArray
    width: int


def sample_crops(
    crops: Sequence[Crop],
    frame: DiscFrame,
    grid: Grid,
    augmentation: Augmentation | None = None,
    device: torch.device | str = "cpu",
) -> Pair:
    """What ``by_numpy.sample_crops`` gives, as tensors on a device: float32 values and mask, (depth, height, width)."""
    values, mask = sample_batch([(crops, frame)], grid, [augmentation], device)
    return values[0], mask[0]


@torch.no_grad()
def sample_batch(
    discs: Sequence[tuple[Sequence[Crop], DiscFrame]],
    grid: Grid,
    augmentations: Sequence[Augmentation | None],
    device: torch.device | str = "cpu",
) -> Pair:
    """Values, float32, and mask of several discs, (disc, depth, height, width), with an augmentation for each.

    Crops may differ in number and shape. Their voxels go to the device as 16-bit integers in one transfer.
    """
    device = torch.device(device)
    values = torch.zeros((len(discs), *grid.samples), dtype=torch.float32, device=device)
    mask = torch.zeros(values.shape, dtype=torch.bool, device=device)
    sources = iter(_to_sources([crop for crops, _ in discs for crop in crops], device))
    with torch.autocast(device.type, enabled=False):
        for number, ((crops, frame), augmentation) in enumerate(zip(discs, augmentations, strict=True)):
            matrices = [to_index_matrix(crop.volume, frame, grid, augmentation) for crop in crops]
            parts = [(next(sources), matrix) for matrix in matrices]
            if len(parts) == 1:
                _sample_one(*parts[0], values[number], mask[number])
            elif parts:
                _blend(parts, values[number], mask[number])
    return values, mask


def _to_sources(crops: Sequence[Crop], device: torch.device) -> list[_Source]:
    """The crops on the device, decoded there."""
    flat = np.concatenate([crop.volume.voxels.reshape(-1) for crop in crops]) if crops else np.empty(0, np.uint16)
    shipped = torch.from_numpy(flat.view(np.int16)).to(device)  # few operations know uint16
    sources, start = [], 0
    for crop in crops:
        slices, rows, columns = crop.volume.voxels.shape
        voxels = torch.empty((slices + 1, rows, columns), dtype=torch.float32, device=device)
        stored = shipped[start : start + slices * rows * columns].view(slices, rows, columns)
        voxels[:-1] = stored.int().bitwise_and_(0xFFFF)
        voxels[:-1].mul_(crop.scale).add_(crop.offset)
        voxels[-1] = voxels[-2]
        sources.append(_Source(voxels, crop.volume))
        start += stored.numel()
    return sources


def _sample_one(source: _Source, matrix: FloatArray, values: torch.Tensor, mask: torch.Tensor) -> None:
    """Fill values and mask, (depth, height, width), from one crop."""
    _interpolate(source, matrix, values)
    depth, height, width = values.shape
    inside = to_inside(source.volume, matrix, (depth, height, width))
    if inside[0].any() or (inside[1] < width).any():
        mask.copy_(_to_tensor_mask(inside, mask))
        values.mul_(mask)
    else:
        mask.fill_(True)


def _blend(parts: Sequence[tuple[_Source, FloatArray]], values: torch.Tensor, mask: torch.Tensor) -> None:
    """Fill values and mask from several crops, each weighted by the distance to its nearest slice plane."""
    weights = torch.zeros_like(values)
    one = torch.empty_like(values)
    for source, matrix in parts:
        weight = _to_weights(source, matrix, values)
        _interpolate(source, matrix, one)
        values.addcmul_(one, weight)
        weights.add_(weight)
    torch.gt(weights, 0, out=mask)
    values.div_(weights.masked_fill_(~mask, 1.0))


def _to_weights(source: _Source, matrix: FloatArray, like: torch.Tensor) -> torch.Tensor:
    """How much a crop counts at each sample, (depth, height, width), 0 outside it."""
    volume, (depth, height, width) = source.volume, like.shape
    rows = _Rows(to_row_starts(matrix, (depth, height, width)).reshape(3, -1), matrix[:3, 0], width)
    k = _to_slice_numbers(volume, _positions(rows, 2, like.device)).view(like.shape)
    gaps = torch.from_numpy(to_slice_gaps(volume).astype(np.float32)).to(like.device)
    gap = gaps[k.floor().long().clamp_(0, len(gaps) - 1)]
    distance = (k - k.round().clamp_(0, volume.voxels.shape[0] - 1)) * gap / to_blend_width(volume)
    inside = _to_tensor_mask(to_inside(volume, matrix, (depth, height, width)), like)
    return distance.square_().neg_().exp_().clamp_(min=LEAST_WEIGHT) * inside


def _to_tensor_mask(inside: tuple[IntArray, IntArray], like: torch.Tensor) -> torch.Tensor:
    first, stop = (torch.from_numpy(each).to(like.device)[:, :, None] for each in inside)
    numbers = torch.arange(like.shape[2], device=like.device)
    return (numbers >= first) & (numbers < stop)


def _interpolate(source: _Source, matrix: FloatArray, out: torch.Tensor) -> None:
    """Fill (depth, height, width)."""
    depth, height, width = out.shape
    starts = to_row_starts(matrix, (depth, height, width))
    at_once = to_planes_at_once(out.device, depth)
    for first in range(0, depth, at_once):
        part = starts[:, first : first + at_once].reshape(3, -1)
        _interpolate_rows(source, _Rows(part, matrix[:3, 0], width), out[first : first + at_once].view(-1, width))


def to_planes_at_once(device: torch.device, depth: int) -> int:
    """How many planes go together: on a processor one, which stays in its cache, elsewhere all."""
    return 1 if device.type == "cpu" else depth


def _interpolate_rows(source: _Source, rows: _Rows, out: torch.Tensor) -> None:
    """Fill (row, width); samples outside the volume take the nearest voxel's value."""
    slices, height, width = source.volume.voxels.shape
    first, last = _window(source.volume, rows)
    tall = (last - first + 1) * height
    strips = gcd(len(out), STRIPS)
    image = source.voxels[first:].as_strided((strips, 2, tall, width), (0, height * width, width, 1))
    xy = torch.empty((2, *out.shape), device=out.device)
    k = _to_slice_numbers(source.volume, _positions(rows, 2, out.device)).clamp_(0, slices - 1).sub_(first)
    below = k.floor()
    k.sub_(below)
    # from voxels to the -1 to 1 of grid_sample, whose align_corners=False counts from outer face to outer face
    _positions(rows, 0, out.device, 2 / width, 1 / width - 1, xy[0]).clamp_(1 / width - 1, 1 - 1 / width)
    low = 1 / tall - 1
    _positions(rows, 1, out.device, 2 / tall, low, xy[1]).clamp_(low, low + (height - 1) * 2 / tall)
    xy[1].add_(below, alpha=2 * height / tall)
    places = xy.view(2, strips, -1, rows.width).permute(1, 2, 3, 0)  # (strip, row, width, xy)
    both = grid_sample(image, places, padding_mode="border", align_corners=False)
    torch.lerp(both[:, 0], both[:, 1], k.view(places.shape[:3]), out=out.view(places.shape[:3]))


def _window(volume: Volume, rows: _Rows) -> tuple[int, int]:
    """The first and last slice just below a sample of the rows: the fewer between, the finer a position in float32."""
    ends = rows.starts[2] + rows.step[2] * np.array([[0], [rows.width - 1]])
    k = np.clip(to_slice_numbers(volume, ends), 0, volume.voxels.shape[0] - 1)
    # one slice more where rounding to float32 could reach the next
    return int(np.floor(max(k.min() - 1e-3, 0))), int(np.floor(min(k.max() + 1e-3, volume.voxels.shape[0] - 1)))


def _positions(
    rows: _Rows,
    axis: int,
    device: torch.device,
    scale: float = 1.0,
    offset: float = 0.0,
    out: torch.Tensor | None = None,
) -> torch.Tensor:
    """One index of each sample of the rows, (row, width), scaled and moved."""
    starts = torch.from_numpy((rows.starts[axis] * scale + offset).astype(np.float32)).to(device)
    along = torch.from_numpy((np.arange(rows.width) * (rows.step[axis] * scale)).astype(np.float32)).to(device)
    return torch.add(starts[:, None], along, out=out)


def _to_slice_numbers(volume: Volume, along: torch.Tensor) -> torch.Tensor:
    """``rows.to_slice_numbers`` for tensors."""
    if volume.slice_offsets_mm is None:
        return along
    offsets = torch.from_numpy(volume.slice_offsets_mm.astype(np.float32)).to(along.device)
    cell = torch.bucketize(along, offsets[1:-1])
    return cell + (along - offsets[cell]) / offsets.diff()[cell]
