"""Volumes of other formats, NIfTI, MHA, MHD and NRRD, as stacks and studies of their own.

A file's own grid is kept, no voxel is interpolated: its axes are only exchanged and turned round, and the affine with
them, so that k counts slices, i and j run as a radiologist sees the plane, and the determinant is positive.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from imaging.foreign_files import read_header, read_voxels
from imaging.geometry import FloatArray, to_normal, to_plane
from imaging.refusal import ImagingError
from imaging.study import Series, SliceSource, Stack, Study, Weighting
from imaging.volume import Volume

ISOTROPIC = 1.25
"""The ratio of the largest to the smallest spacing below which no axis is the slices'."""

_DISPLAY = {
    0: ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),  # sagittal: columns to posterior, rows to the feet
    1: ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),  # coronal: columns to the patient's left, rows to the feet
    2: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),  # axial: columns to the patient's left, rows to posterior
}
"""Per patient axis that the slices follow: where i and j should point, LPS."""


class _Turn(NamedTuple):
    """Which of a file's axes become i, j and k, and which of these are turned round."""

    axes: tuple[int, int, int]
    is_reversed: tuple[bool, bool, bool]


def read_file_stack(path: Path, number: int = 1) -> Stack:
    """The one stack of a volume file; only the header is read. ``number`` is the file's in messages.

    ImagingError where the file cannot be read, is not three-dimensional, or says nothing of left and right, and
    where nibabel or SimpleITK is not installed.
    """
    header = read_header(path)
    turn = _to_turn(header.affine)
    affine = _turn_affine(header.affine, header.shape, turn)
    columns, rows, slices = (header.shape[axis] for axis in turn.axes)
    return Stack(
        shape=(slices, rows, columns),
        affine=affine,
        thickness_mm=float(abs(to_normal(affine) @ affine[:3, 2])),
        slice_offsets_mm=None,
        sources=tuple(SliceSource(path, None, k, number) for k in range(slices)),
        remarks=header.remarks,
    )


def read_file_volume(path: Path) -> Volume:
    """A volume file's voxels, (slice, row, column), uint16, int16, int32 or float32, with the affine in LPS mm.

    Values are those after the file's own scaling; what is not finite becomes the least finite value. ImagingError as
    in ``read_file_stack``, and where the voxels are damaged.
    """
    stack = read_file_stack(path)
    return Volume(read_file_voxels(path), stack.affine, stack.thickness_mm)


def read_file_voxels(path: Path) -> npt.NDArray[np.generic]:
    """The voxels alone, as in ``read_file_volume``."""
    header = read_header(path)
    turn = _to_turn(header.affine)
    voxels = np.transpose(read_voxels(path, header), turn.axes)  # (i, j, k)
    for axis, is_reversed in enumerate(turn.is_reversed):
        voxels = np.flip(voxels, axis) if is_reversed else voxels
    return np.ascontiguousarray(_narrow(voxels).T)  # (slice, row, column)


def read_file_study(study_id: str, files: Sequence[tuple[Path, int]]) -> Study:
    """The study of these volume files, each with its number in messages: a series for each.

    The files say nothing of their weighting: T2 is assumed, the only one volumes are cut from, and the series marked
    ``weighting-assumed``; of several sagittal ones none is used. ImagingError as in ``read_file_stack``.
    """
    stacks = [read_file_stack(path, number) for path, number in files]
    return Study(study_id, tuple(_to_series(study_id, number, stack) for number, stack in enumerate(stacks, 1)))


def _to_series(study_id: str, number: int, stack: Stack) -> Series:
    return Series(
        number=number,
        digest=sha256(f"{study_id} {number}".encode()).hexdigest()[:16],
        frame_of_reference="",
        plane=to_plane(to_normal(stack.affine)),
        weighting=Weighting.T2,
        contrast_agent=False,
        fat_suppressed=False,
        echo_time_ms=None,
        stacks=(stack,),
        remarks=("weighting-assumed",),
        images=stack.shape[0],
    )


def _to_turn(affine: FloatArray) -> _Turn:
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)  # columns: the file's axes
    k = _find_slice_axis(affine)
    along_i, along_j = _DISPLAY[int(np.abs(directions[:, k]).argmax())]
    first, second = (axis for axis in range(3) if axis != k)
    i = first if abs(along_i @ directions[:, first]) >= abs(along_i @ directions[:, second]) else second
    j = second if i == first else first
    reversed_i, reversed_j = bool(along_i @ directions[:, i] < 0), bool(along_j @ directions[:, j] < 0)
    turned = np.linalg.det(directions[:, [i, j, k]]) * (-1) ** (reversed_i + reversed_j)
    return _Turn((i, j, k), (reversed_i, reversed_j, bool(turned < 0)))


def _find_slice_axis(affine: FloatArray) -> int:
    """The axis whose spacing stands out from the other two; of about equal spacings the one nearest to left-right.

    Volumes with equal spacings are three-dimensional acquisitions or were resampled; the spine is read in them as in
    a sagittal series.
    """
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if spacing.max() / spacing.min() < ISOTROPIC:
        return int(np.abs(affine[0, :3] / spacing).argmax())
    order = np.argsort(spacing)
    low, middle, high = np.log(spacing[order])
    return int(order[2] if high - middle >= middle - low else order[0])


def _turn_affine(affine: FloatArray, shape: tuple[int, int, int], turn: _Turn) -> FloatArray:
    """The affine of the turned array: where an axis is turned round, its last voxel becomes the first."""
    turned = affine.copy()
    turned[:3, :3] = affine[:3, list(turn.axes)]
    for column, (axis, is_reversed) in enumerate(zip(turn.axes, turn.is_reversed, strict=True)):
        if is_reversed:
            turned[:3, 3] += turned[:3, column] * (shape[axis] - 1)
            turned[:3, column] *= -1
    return turned


def _narrow(voxels: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """The voxels as the narrowest of uint16, int16 and int32 that holds them; float32 where none does."""
    if voxels.dtype.kind in "biu":
        least, greatest = int(voxels.min()), int(voxels.max())
        for dtype in (np.uint16, np.int16, np.int32):
            if np.iinfo(dtype).min <= least and greatest <= np.iinfo(dtype).max:
                return voxels.astype(dtype)
    floats = voxels.astype(np.float32)
    is_finite = np.isfinite(floats)
    if not is_finite.any():
        raise ImagingError("no voxel of the volume is a finite number", "bad-voxels")
    return np.where(is_finite, floats, floats[is_finite].min())
