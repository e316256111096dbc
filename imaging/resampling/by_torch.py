"""Discs' volumes from their crops in one trilinear interpolation, by torch, on any device, one disc or a batch.

On a processor torch's trilinear ``grid_sample`` takes sample after sample, the bilinear one many at once. So the slices
are laid below one another as one tall image, and its copy one slice further is a second channel, both without a copy in
memory. A bilinear sample of both at (i, k * rows + j), and a step from one to the other by the fraction of k, is the
trilinear sample. Positions are sums: TF32 or autocast would round a matrix product to a tenth of a voxel.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import grid_sample

from imaging.augmentation import Augmentation
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.grids import Grid
from imaging.resampling.decoded import to_decoded
from imaging.resampling.matrices import LEAST_WEIGHT, to_blend_width, to_index_matrix, to_slice_gaps
from imaging.resampling.rows import IntArray, to_inside, to_row_starts, to_slice_numbers
from imaging.store.crop import Crop
from imaging.volume import Volume

Pair = tuple[torch.Tensor, torch.Tensor]

CHUNK = 32768
"""Samples that go together on a processor: they stay in its cache, and torch starts no threads of its own for fewer.

Its threads wait for each other after every operation, which takes tens of times as long where the cores are shared;
chunks in threads of ours wait once a volume.
"""


class _Rows(NamedTuple):
    """Rows of samples in a crop.

    ``voxels``: float32 on the device, (slices + 1, rows, columns), the last slice twice. ``starts``: index of each
    row's first sample, (3, row); ``step``: to the next, (3,). ``first``, ``stop``: those inside, (row,). ``numbers``:
    0, 1, 2 ... of the samples of a row, float32 on the device.
    """

    voxels: torch.Tensor
    volume: Volume
    starts: FloatArray
    step: FloatArray
    first: IntArray
    stop: IntArray
    numbers: torch.Tensor

    def part(self, rows: slice) -> "_Rows":
        """Some of the rows."""
        return self._replace(starts=self.starts[:, rows], first=self.first[rows], stop=self.stop[rows])


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

    Crops may differ in number and shape. Their voxels go to the device as 16-bit integers in one transfer. On a
    processor as many threads are used as torch has.
    """
    device = torch.device(device)
    values = torch.empty((len(discs), *grid.samples), dtype=torch.float32, device=device)
    mask = torch.empty(values.shape, dtype=torch.bool, device=device)
    voxels = iter(_to_device([crop for crops, _ in discs for crop in crops], device))
    with torch.autocast(device.type, enabled=False):
        numbers = torch.arange(grid.samples[2], dtype=torch.float32, device=device)
        for number, ((crops, frame), augmentation) in enumerate(zip(discs, augmentations, strict=True)):
            rows = []
            for crop in crops:
                matrix = to_index_matrix(crop.volume, frame, grid, augmentation)
                starts = to_row_starts(matrix, grid.samples).reshape(3, -1)
                first, stop = (each.ravel() for each in to_inside(crop.volume, matrix, grid.samples))
                rows.append(_Rows(next(voxels), crop.volume, starts, matrix[:3, 0], first, stop, numbers))
            _sample_in_chunks(rows, values[number].flatten(0, 1), mask[number].flatten(0, 1))
    return values, mask


def _to_device(crops: Sequence[Crop], device: torch.device) -> list[torch.Tensor]:
    """The voxels of the crops as in ``_Rows``."""
    if device.type == "cpu":
        return [torch.from_numpy(to_decoded(crop)) for crop in crops]
    if not crops:
        return []
    flat = np.concatenate([crop.volume.voxels.reshape(-1) for crop in crops])
    shipped = torch.from_numpy(flat.view(np.int16)).to(device).int().bitwise_and_(0xFFFF)  # few operations know uint16
    decoded = []
    for stored, crop in zip(torch.split(shipped, [crop.volume.voxels.size for crop in crops]), crops, strict=True):
        voxels = stored.view(crop.volume.voxels.shape).float().mul_(crop.scale).add_(crop.offset)
        decoded.append(torch.cat([voxels, voxels[-1:]]))
    return decoded


def _sample_in_chunks(crops: Sequence[_Rows], values: torch.Tensor, mask: torch.Tensor) -> None:
    """Fill values and mask, (row, width): on a processor in chunks, in threads, elsewhere all at once."""
    rows, width = values.shape
    at_once = to_rows_at_once(values.device, rows, width)
    chunks = [slice(first, first + at_once) for first in range(0, rows, at_once)]
    fill = partial(_sample_chunk, crops, values, mask)
    threads = min(torch.get_num_threads(), len(chunks))
    if threads == 1:
        for chunk in chunks:
            fill(chunk)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, chunks))


def to_rows_at_once(device: torch.device, rows: int, width: int) -> int:
    """How many rows of samples go together."""
    return max(CHUNK // width, 1) if device.type == "cpu" else rows


def _sample_chunk(crops: Sequence[_Rows], values: torch.Tensor, mask: torch.Tensor, chunk: slice) -> None:
    parts, values, mask = [crop.part(chunk) for crop in crops], values[chunk], mask[chunk]
    if len(parts) != 1:
        _blend(parts, values, mask)
        return
    _interpolate(parts[0], values)
    if parts[0].first.any() or (parts[0].stop < values.shape[1]).any():
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
    volume = rows.volume
    k = _to_slice_numbers(volume, _positions(rows, 2, torch.empty_like(like)))
    gaps = torch.from_numpy(to_slice_gaps(volume).astype(np.float32)).to(like.device)
    gap = gaps[k.floor().long().clamp_(0, len(gaps) - 1)]
    distance = (k - k.round().clamp_(0, volume.voxels.shape[0] - 1)) * gap / to_blend_width(volume)
    return distance.square_().neg_().exp_().clamp_(min=LEAST_WEIGHT)


def _to_mask(rows: _Rows) -> torch.Tensor:
    device = rows.numbers.device
    first, stop = (torch.from_numpy(each).to(device)[:, None] for each in (rows.first, rows.stop))
    return (rows.numbers >= first) & (rows.numbers < stop)


def _interpolate(rows: _Rows, out: torch.Tensor) -> None:
    """Fill (row, width); samples outside the volume take the nearest voxel's value."""
    slices, height, width = rows.volume.voxels.shape
    first, last = _window(rows)
    tall = (last - first + 1) * height
    image = rows.voxels[first:].as_strided((1, 2, tall, width), (0, height * width, width, 1))
    k = _to_slice_numbers(rows.volume, _positions(rows, 2, torch.empty_like(out))).clamp_(0, slices - 1)
    below = k.floor()
    k.sub_(below)
    # from voxels to the -1 to 1 of grid_sample, whose align_corners=False counts from outer face to outer face
    xy = out.new_empty((2, *out.shape))
    _positions(rows, 0, xy[0], 2 / width, 1 / width - 1)
    low = 1 / tall - 1
    _positions(rows, 1, xy[1], 2 / tall, low).clamp_(low, low + (height - 1) * 2 / tall)
    xy[1].add_(below.sub_(first) if first else below, alpha=2 * height / tall)
    both = grid_sample(image, xy.permute(1, 2, 0)[None], padding_mode="border", align_corners=False)
    torch.lerp(both[0, 0], both[0, 1], k, out=out)


def _window(rows: _Rows) -> tuple[int, int]:
    """The first and last slice just below a sample of the rows: the fewer between, the finer a position in float32."""
    starts, ends = rows.starts[2], rows.starts[2] + rows.step[2] * (len(rows.numbers) - 1)
    reach = np.array([min(starts.min(), ends.min()), max(starts.max(), ends.max())])
    low, high = to_slice_numbers(rows.volume, reach).tolist()
    # one slice more where rounding to float32 could reach the next
    last = rows.volume.voxels.shape[0] - 1
    return int(min(max(low - 1e-3, 0), last)), int(min(max(high + 1e-3, 0), last))


def _positions(rows: _Rows, axis: int, out: torch.Tensor, scale: float = 1.0, offset: float = 0.0) -> torch.Tensor:
    """One index of each sample of the rows, (row, width), scaled and moved, in ``out``."""
    starts = torch.from_numpy((rows.starts[axis] * scale + offset).astype(np.float32)[:, None]).to(out.device)
    return torch.add(starts, rows.numbers, alpha=float(rows.step[axis]) * scale, out=out)


def _to_slice_numbers(volume: Volume, along: torch.Tensor) -> torch.Tensor:
    """``rows.to_slice_numbers`` for tensors."""
    if volume.slice_offsets_mm is None:
        return along
    offsets = torch.from_numpy(volume.slice_offsets_mm.astype(np.float32)).to(along.device)
    cell = torch.bucketize(along, offsets[1:-1])
    return cell + (along - offsets[cell]) / offsets.diff()[cell]
