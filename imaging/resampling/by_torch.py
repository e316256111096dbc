"""Discs' volumes from their crops in one trilinear interpolation, by torch, on any device, one disc or a batch.

On a processor torch's trilinear ``grid_sample`` takes sample after sample, the bilinear one many at once. So the slices
are laid below one another as one tall image, and its copy one slice further is a second channel, both without a copy in
memory. A bilinear sample of both at (i, k * rows + j), and a step from one to the other by the fraction of k, is the
trilinear sample. Positions are sums: TF32 or autocast would round a matrix product to a tenth of a voxel.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import grid_sample

from imaging.augmentation import Augmentation
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.grids import Grid
from imaging.resampling.decoded import to_decoded
from imaging.resampling.matrices import LEAST_WEIGHT, to_blend_width, to_index_matrix, to_step_height
from imaging.resampling.rows import IntArray, to_inside, to_row_starts, to_slice_numbers
from imaging.store.crop import Crop
from imaging.volume import Volume

Pair = tuple[torch.Tensor, torch.Tensor]

CHUNK = 32767
"""Samples that go together on a processor: they stay in its cache, and are too few for torch to use several threads.

Threads that wait for each other after every operation take tens of times as long where others use the cores, too. To
use all cores run several processes, as data loaders do. Of the operations below none starts threads for fewer samples;
``floor``, ``exp``, ``bucketize`` and indexing would.
"""

LOG2_E = 1.4426950408889634


class _Rows(NamedTuple):
    """Rows of samples in a crop, and what is known of each row.

    ``voxels``: float32 on the device, (slices + 1, rows, columns), the last slice twice. ``starts``: index of each
    row's first sample, (3, row); ``step``: to the next, (3,). ``inside``: the first sample inside and the first after
    it that is not, (2, row). ``slices``: the first and the last slice just below a sample, (2, row). ``leaves``:
    whether any sample lies beyond the outermost voxel centres, for i, j, k. ``numbers``: 0, 1, 2 ... of the samples
    of a row, float32 on the device.
    """

    voxels: torch.Tensor
    volume: Volume
    starts: FloatArray
    step: FloatArray
    inside: IntArray
    slices: IntArray
    leaves: tuple[bool, ...]
    numbers: torch.Tensor

    def part(self, rows: slice) -> "_Rows":
        """Some of the rows."""
        return self._replace(starts=self.starts[:, rows], inside=self.inside[:, rows], slices=self.slices[:, rows])


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

    Crops may differ in number and shape. Their voxels go to the device as 16-bit integers in one transfer. A
    processor uses one thread.
    """
    device = torch.device(device)
    values = torch.empty((len(discs), *grid.samples), dtype=torch.float32, device=device)
    mask = torch.empty(values.shape, dtype=torch.bool, device=device)
    voxels = iter(_to_device([crop for crops, _ in discs for crop in crops], device))
    numbers = torch.arange(grid.samples[2], dtype=torch.float32, device=device)
    for number, ((crops, frame), augmentation) in enumerate(zip(discs, augmentations, strict=True)):
        matrices = [to_index_matrix(crop.volume, frame, grid, augmentation) for crop in crops]
        rows = [
            _to_rows(next(voxels), crop.volume, matrix, grid, numbers)
            for crop, matrix in zip(crops, matrices, strict=True)
        ]
        _sample_in_chunks(rows, values[number].flatten(0, 1), mask[number].flatten(0, 1))
    return values, mask


def _to_device(crops: Sequence[Crop], device: torch.device) -> list[torch.Tensor]:
    """The voxels of the crops as in ``_Rows``."""
    if device.type == "cpu":
        return [torch.from_numpy(to_decoded(crop)) for crop in crops]
    if not crops:
        return []
    flat = np.concatenate([crop.volume.voxels.reshape(-1) for crop in crops])
    shipped = _ship(flat.view(np.int16), device).int().bitwise_and_(0xFFFF)  # few operations know uint16
    decoded = []
    for stored, crop in zip(torch.split(shipped, [crop.volume.voxels.size for crop in crops]), crops, strict=True):
        voxels = stored.view(crop.volume.voxels.shape).float().mul_(crop.scale).add_(crop.offset)
        decoded.append(torch.cat([voxels, voxels[-1:]]))
    return decoded


def _ship(array: npt.NDArray[np.generic], device: torch.device) -> torch.Tensor:
    """The array on the device; the host does not wait, so that it prepares a batch while a GPU trains on the last."""
    tensor = torch.from_numpy(array)
    return (tensor.pin_memory() if device.type == "cuda" else tensor).to(device, non_blocking=True)


def _to_rows(voxels: torch.Tensor, volume: Volume, matrix: FloatArray, grid: Grid, numbers: torch.Tensor) -> _Rows:
    starts, step = to_row_starts(matrix, grid.samples).reshape(3, -1), matrix[:3, 0]
    reach = np.sort(np.stack([starts, starts + step[:, None] * (grid.samples[2] - 1)]), axis=0)  # (2, 3, row)
    reach[:, 2] = to_slice_numbers(volume, reach[:, 2])
    last = np.array(volume.voxels.shape[::-1])[:, None] - 1.0
    leaves = ((reach[0] < 0) | (reach[1] > last)).any(axis=1)
    # one slice more where rounding to float32 could reach the next
    slices = np.clip(reach[:, 2] + [[-1e-3], [1e-3]], 0, last[2]).astype(np.int64)
    inside = np.stack(to_inside(volume, matrix, grid.samples)).reshape(2, -1)
    return _Rows(voxels, volume, starts, step, inside, slices, tuple(leaves.tolist()), numbers)


def _sample_in_chunks(crops: Sequence[_Rows], values: torch.Tensor, mask: torch.Tensor) -> None:
    """Fill values and mask, (row, width): on a processor in chunks, elsewhere all at once."""
    rows, width = values.shape
    at_once = to_rows_at_once(values.device, rows, width)
    for first in range(0, rows, at_once):
        chunk = slice(first, first + at_once)
        _sample_chunk([crop.part(chunk) for crop in crops], values[chunk], mask[chunk])


def to_rows_at_once(device: torch.device, rows: int, width: int) -> int:
    """How many rows of samples go together."""
    return max(CHUNK // width, 1) if device.type == "cpu" else rows


def _sample_chunk(parts: Sequence[_Rows], values: torch.Tensor, mask: torch.Tensor) -> None:
    if len(parts) != 1:
        _blend(parts, values, mask)
        return
    _interpolate(parts[0], values)
    if any(parts[0].leaves) and _leave(parts[0]):
        mask.copy_(_to_mask(parts[0]))
        values.mul_(mask)
    else:
        mask.fill_(True)


def _blend(parts: Sequence[_Rows], values: torch.Tensor, mask: torch.Tensor) -> None:
    """Fill values and mask from several crops, each weighted by the distance to its nearest slice plane."""
    values.zero_()
    weights, one = torch.zeros_like(values), torch.empty_like(values)
    for rows in parts:
        weight = _to_weights(rows, values) * _to_mask(rows)
        _interpolate(rows, one)
        values.addcmul_(one, weight)
        weights.add_(weight)
    torch.gt(weights, 0, out=mask)
    values.div_(weights.masked_fill_(~mask, 1.0))


def _to_weights(rows: _Rows, like: torch.Tensor) -> torch.Tensor:
    """How much a crop counts at each sample, (row, width)."""
    along = _positions(rows, 2, torch.empty_like(like))
    distance = _to_distances(rows.volume, along).div_(to_blend_width(rows.volume))
    return distance.square_().mul_(-LOG2_E).exp2_().clamp_(min=LEAST_WEIGHT)


def _to_distances(volume: Volume, along: torch.Tensor) -> torch.Tensor:
    """How far from the nearest slice plane a third index is, mm."""
    last = volume.voxels.shape[0] - 1
    if volume.slice_offsets_mm is None:
        nearest = along.round().clamp_(0, last)
    else:
        nearest = torch.full_like(along, float(volume.slice_offsets_mm[0]))
        for below, offset in pairwise(volume.slice_offsets_mm.tolist()):
            nearest.add_(along >= (below + offset) / 2, alpha=offset - below)
    return (along - nearest).mul_(to_step_height(volume))


def _leave(rows: _Rows) -> bool:
    return bool(rows.inside[0].any() or (rows.inside[1] < len(rows.numbers)).any())


def _to_mask(rows: _Rows) -> torch.Tensor:
    device = rows.numbers.device
    first, stop = (_ship(each, device)[:, None] for each in rows.inside)
    return (rows.numbers >= first) & (rows.numbers < stop)


def _interpolate(rows: _Rows, out: torch.Tensor) -> None:
    """Fill (row, width); samples outside the volume take the nearest voxel's value."""
    _, height, width = rows.volume.voxels.shape
    first, last = int(rows.slices[0].min()), int(rows.slices[1].max())
    tall = (last - first + 1) * height  # the fewer slices, the finer a position in float32
    image = rows.voxels[first:].as_strided((1, 2, tall, width), (0, height * width, width, 1))
    below, share = _split(rows, out)
    # from voxels to the -1 to 1 of grid_sample, whose align_corners=False counts from outer face to outer face
    xy = out.new_empty((2, *out.shape))
    _positions(rows, 0, xy[0], 2 / width, 1 / width - 1)
    low = 1 / tall - 1
    _positions(rows, 1, xy[1], 2 / tall, low)
    if rows.leaves[1]:  # grid_sample sees to i alone: beyond j another slice begins
        xy[1].clamp_(low, low + (height - 1) * 2 / tall)
    xy[1].add_(below.sub_(first) if first else below, alpha=2 * height / tall)
    both = grid_sample(image, xy.permute(1, 2, 0)[None], padding_mode="border", align_corners=False)
    torch.lerp(both[0, 0], both[0, 1], share, out=out)


def _split(rows: _Rows, like: torch.Tensor) -> Pair:
    """The slice below each sample, as a float, and the share of the way to the next one."""
    k = _to_slice_numbers(rows.volume, _positions(rows, 2, torch.empty_like(like)))
    if rows.leaves[2]:
        k.clamp_(0, rows.volume.voxels.shape[0] - 1)
    share = k.frac()
    return k.sub_(share), share


def _positions(rows: _Rows, axis: int, out: torch.Tensor, scale: float = 1.0, offset: float = 0.0) -> torch.Tensor:
    """One index of each sample of the rows, (row, width), scaled and moved, in ``out``."""
    starts = _ship((rows.starts[axis] * scale + offset).astype(np.float32)[:, None], out.device)
    return torch.add(starts, rows.numbers, alpha=float(rows.step[axis]) * scale, out=out)


def _to_slice_numbers(volume: Volume, along: torch.Tensor) -> torch.Tensor:
    """``rows.to_slice_numbers`` for tensors: each gap between slices adds the share of it that is behind."""
    if volume.slice_offsets_mm is None:
        return along
    gaps = list(pairwise(volume.slice_offsets_mm.tolist()))
    k = torch.zeros_like(along)
    for number, (below, above) in enumerate(gaps):
        least, most = 0.0 if number else -inf, 1.0 if number < len(gaps) - 1 else inf
        k.add_(along.sub(below).div_(above - below).clamp_(least, most))
    return k
