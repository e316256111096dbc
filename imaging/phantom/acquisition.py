"""How a series may be acquired: order, numbering, in-plane turns, gaps, repeats, shear. Each choice can be combined."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imaging.geometry import FloatArray
from imaging.phantom.planning import SliceGrid
from imaging.phantom.scene import MAX_SIGNAL, Voxels

RESCAN_NOISE = 15.0
"""How far a second scan of a slice departs, in units of signal (standard deviation)."""


@dataclass(frozen=True)
class Acquisition:
    """How one series differs from the plain way; slices are counted from 0 along their normal, in each stack.

    ``flip_columns``, ``flip_rows``: the direction cosines of rows and of columns with their signs turned, and the
    pixels stored accordingly; both together are a turn by 180 degrees. ``transpose``: rows for columns.
    ``reverse_order``: scanned from the other end (right to left, head to feet). ``reverse_numbers``: InstanceNumber
    falls while scanning goes on. ``reverse_stacks``: the stacks from the foot to the head. ``interleave``: scanned
    in two passes, every other slice. ``shear_deg``: each slice shifted in its plane so that the stack leans.
    ``uneven_mm``: every other slice moved by this along the normal. ``missing``: slices never scanned. ``resent``:
    sent twice with one UID. ``copied``: stored again with a new UID. ``rescanned``: acquired again with new noise.
    ``coarse``: the last slices at half the matrix. ``half_turned``: slices stored turned by 180 degrees in their
    plane, unlike the others of their stack.
    """

    flip_columns: bool = False
    flip_rows: bool = False
    transpose: bool = False
    reverse_order: bool = False
    reverse_numbers: bool = False
    reverse_stacks: bool = False
    interleave: bool = False
    shear_deg: float = 0.0
    uneven_mm: float = 0.0
    missing: tuple[int, ...] = ()
    resent: tuple[int, ...] = ()
    copied: tuple[int, ...] = ()
    rescanned: tuple[int, ...] = ()
    coarse: int = 0
    half_turned: tuple[int, ...] = ()


PLAIN = Acquisition()


@dataclass(frozen=True)
class SliceImage:
    """One slice as a scanner stores it.

    ``pixels``: (row, column). ``along_row``, ``along_column``, ``position``: (3,), ImageOrientationPatient and
    ImagePositionPatient. ``stack`` and ``place`` (from 1) count stacks and slices in one; ``acquisition`` and
    ``instance`` are AcquisitionNumber and InstanceNumber. ``copy`` tells apart what is stored more than once, and
    ``is_resent`` marks the second sending of the same object.
    """

    pixels: Voxels
    along_row: FloatArray
    along_column: FloatArray
    position: FloatArray
    pixel_mm: tuple[float, float]
    thickness_mm: float
    step_mm: float
    stack: int
    place: int
    acquisition: int = 1
    instance: int = 1
    copy: int = 0
    is_resent: bool = False


def to_acquired_grids(grid: SliceGrid, acquisition: Acquisition) -> tuple[SliceGrid, ...]:
    """The grids really scanned for a planned one: leaning, uneven, without the missing slices, the last ones coarse."""
    count = len(grid.positions)
    numbers = np.arange(count)
    lean = np.tan(np.radians(acquisition.shear_deg)) * grid.step_mm * (numbers - (count - 1) / 2)
    uneven = np.where(numbers % 2, acquisition.uneven_mm, 0.0)
    positions = grid.positions + np.outer(lean, grid.along_column) + np.outer(uneven, grid.normal)
    is_kept = ~np.isin(numbers, acquisition.missing)
    is_coarse = numbers >= count - acquisition.coarse
    fine = replace(grid, positions=positions[is_kept & ~is_coarse])
    if not acquisition.coarse:
        return (fine,)
    return fine, _to_coarse(replace(grid, positions=positions[is_kept & is_coarse]))


def _to_coarse(grid: SliceGrid) -> SliceGrid:
    """The grid at half the matrix over the same field of view."""
    (rows, columns), (between_rows, between_columns) = grid.matrix, grid.pixel_mm
    shift = (grid.along_row * between_columns + grid.along_column * between_rows) / 2
    return replace(
        grid,
        positions=grid.positions + shift,
        matrix=(rows // 2, columns // 2),
        pixel_mm=(between_rows * 2, between_columns * 2),
    )


def to_slices(voxels: Voxels, grid: SliceGrid, stack: int, first_place: int = 1) -> list[SliceImage]:
    """The slices of a rendered grid, (slice, row, column), in its order."""
    return [
        SliceImage(pixels, grid.along_row, grid.along_column, position, grid.pixel_mm, grid.thickness_mm, grid.step_mm,
                   stack, first_place + number)
        for number, (pixels, position) in enumerate(zip(voxels, grid.positions, strict=True))
    ]  # fmt: skip


def to_flipped(image: SliceImage, acquisition: Acquisition) -> SliceImage:
    """The same slice, stored with other directions of rows and columns: every voxel stays where it is."""
    between_rows, between_columns = image.pixel_mm
    rows, columns = image.pixels.shape
    is_turned = image.place - 1 in acquisition.half_turned
    if acquisition.flip_columns != is_turned:
        corner = image.position + image.along_row * between_columns * (columns - 1)
        image = replace(image, pixels=image.pixels[:, ::-1], along_row=-image.along_row, position=corner)
    if acquisition.flip_rows != is_turned:
        corner = image.position + image.along_column * between_rows * (rows - 1)
        image = replace(image, pixels=image.pixels[::-1], along_column=-image.along_column, position=corner)
    if acquisition.transpose:
        image = replace(
            image,
            pixels=image.pixels.T,
            along_row=image.along_column,
            along_column=image.along_row,
            pixel_mm=(between_columns, between_rows),
        )
    return image


def to_ordered(stacks: Sequence[Sequence[SliceImage]], acquisition: Acquisition) -> list[SliceImage]:
    """The slices of a series' stacks in the order of scanning, numbered."""
    ordered: list[SliceImage] = []
    for stack in stacks[::-1] if acquisition.reverse_stacks else stacks:
        slices = list(stack[::-1] if acquisition.reverse_order else stack)
        ordered += slices[::2] + slices[1::2] if acquisition.interleave else slices
    numbers = range(len(ordered), 0, -1) if acquisition.reverse_numbers else range(1, len(ordered) + 1)
    return [replace(image, instance=number) for image, number in zip(ordered, numbers, strict=True)]


def to_repeated(slices: Sequence[SliceImage], acquisition: Acquisition) -> list[SliceImage]:
    """The slices with the second copies that were asked for at the end, numbered on."""
    extra = [replace(image, is_resent=True) for image in slices if image.place - 1 in acquisition.resent]
    copied = [image for image in slices if image.place - 1 in acquisition.copied]
    extra += [replace(image, copy=1, instance=len(slices) + number) for number, image in enumerate(copied, start=1)]
    return [*slices, *extra]


def to_rescanned(slices: Sequence[SliceImage], acquisition: Acquisition, rng: np.random.Generator) -> list[SliceImage]:
    """The slices that were scanned a second time: the same signal with other noise, a higher AcquisitionNumber."""
    again = [image for image in slices if image.place - 1 in acquisition.rescanned]
    noise = [rng.normal(0.0, RESCAN_NOISE, image.pixels.shape) for image in again]
    first = len(slices) + len(acquisition.copied) * len({image.stack for image in slices}) + 1
    return [
        replace(
            image,
            pixels=np.clip(np.rint(image.pixels + extra), 0, MAX_SIGNAL).astype(np.uint16),
            acquisition=2,
            copy=2,
            instance=first + number,
        )
        for number, (image, extra) in enumerate(zip(again, noise, strict=True))
    ]
