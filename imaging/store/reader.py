"""Reading a volume store: a disc's crops by study and level, their voxels mapped from disk."""

import mmap
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.store.crop import Crop, DiscCrops
from imaging.store.head import read_head
from imaging.store.schema import ADDED, FRAME_COLUMNS, INDEX, INDEX_SCHEMA, REMARK_SEPARATOR, StoreError, VOXELS_DTYPE
from imaging.volume import Volume
from lexicons.vocabulary import Level, View

if TYPE_CHECKING:
    import pandas as pd

OPEN_FILES = 200
"""How many studies' files stay mapped at a time; a process may commonly open 1,024."""

_ITEM_BYTES = np.dtype(VOXELS_DTYPE).itemsize


class VolumeStore:
    """The discs of a volume store.

    Opening reads the index only. Voxels are read-only views of mapped files. With ``verify``, the checksum of a crop's
    voxels is compared the first time that it is read. StoreError, saying what differs, where the folder is no store, is
    of another version, is not finished, or where a file is missing, cut short or changed. May be pickled: the copy
    opens the store anew.
    """

    def __init__(self, path: Path | str, verify: bool = True) -> None:
        self.path = Path(path)
        self.verify = verify
        self.settings: dict[str, Any] = read_head(self.path)["settings"]
        self._table = _read_index(self.path)
        self._columns = _to_columns(self._table)
        self._rows = _to_ranges(self._columns.study_id, self._columns.level)
        self._verified = np.zeros(len(self._columns.file), dtype=bool)
        self._open: OrderedDict[str, npt.NDArray[np.uint8]] = OrderedDict()

    def __reduce__(self) -> tuple[type["VolumeStore"], tuple[Path, bool]]:
        return VolumeStore, (self.path, self.verify)

    @cached_property
    def index(self) -> "pd.DataFrame":
        """The index, a row a crop; the columns are those of ``imaging.store.schema.INDEX_SCHEMA``."""
        table: pd.DataFrame = self._table.to_pandas()
        return table

    @property
    def discs(self) -> tuple[tuple[str, Level], ...]:
        """The (study_id, level) of each disc, in the index's order."""
        return tuple((study_id, Level(level)) for study_id, level in self._rows)

    def read_disc(self, study_id: str, level: Level | str) -> DiscCrops:
        """The frame, crops and remarks of a disc; KeyError where the store has none of that study and level."""
        rows = self._rows.get((study_id, str(level)))
        if rows is None:
            raise KeyError(f"the volume store has no disc {level} of study {study_id}")
        columns, first = self._columns, rows[0]
        frame = DiscFrame(Level(level), *(axis[first] for axis in columns.frame))
        axial = tuple(self._read_crop(row) for row in rows if columns.view[row] == View.AXIAL)
        sagittal = tuple(self._read_crop(row) for row in rows if columns.view[row] == View.SAGITTAL)
        remarks = columns.remarks[first]
        return DiscCrops(frame, axial, sagittal, tuple(remarks.split(REMARK_SEPARATOR)) if remarks else ())

    def _read_crop(self, row: int) -> Crop:
        columns = self._columns
        offsets = columns.slice_offsets_mm[row]
        volume = Volume(
            self._read_voxels(row),
            columns.affine[row],
            columns.thickness_mm[row],
            None if offsets is None else np.array(offsets),
        )
        return Crop(volume, columns.scale[row], columns.offset[row], columns.series[row])

    def _read_voxels(self, row: int) -> npt.NDArray[np.uint16]:
        columns = self._columns
        shape, start = columns.shape[row], columns.byte_offset[row]
        content = self._map(columns.file[row])
        size = shape[0] * shape[1] * shape[2] * _ITEM_BYTES
        if start + size > len(content):
            raise StoreError(
                f"{self._name(row)}: its voxels end at byte {start + size}, the file has {len(content)}: {_DAMAGED}"
            )
        block = content[start : start + size]
        if self.verify and not self._verified[row]:
            self._check(row, block)
        voxels: npt.NDArray[np.uint16] = block.view(VOXELS_DTYPE).reshape(shape)
        return voxels

    def _check(self, row: int, block: npt.NDArray[np.uint8]) -> None:
        found, expected = zlib.crc32(block.data), self._columns.crc32[row]
        if found != expected:
            raise StoreError(f"{self._name(row)}: checksum {found:08x}, the index says {expected:08x}: {_DAMAGED}")
        self._verified[row] = True

    def _name(self, row: int) -> str:
        columns = self._columns
        return f"study {columns.study_id[row]}, {columns.level[row]} {columns.view[row]} {columns.crop[row]}"

    def _map(self, file: str) -> npt.NDArray[np.uint8]:
        """The bytes of a file below the store; the least lately used of OPEN_FILES is let go."""
        if file in self._open:
            self._open.move_to_end(file)
            return self._open[file]
        try:
            with (self.path / file).open("rb") as opened:
                mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        except (FileNotFoundError, ValueError):  # ValueError: an empty file cannot be mapped
            raise StoreError(f"the file {file} that the index names is missing or empty: {_DAMAGED}") from None
        self._open[file] = np.frombuffer(mapped, dtype=np.uint8)
        if len(self._open) > OPEN_FILES:
            self._open.popitem(last=False)
        return self._open[file]


class _Columns(NamedTuple):
    """The index by columns, in forms that are quick to take one row of."""

    study_id: list[str]
    level: list[str]
    view: list[str]
    crop: list[int]
    series: list[str]
    file: list[str]
    byte_offset: list[int]
    shape: list[list[int]]
    crc32: list[int]
    scale: list[float]
    offset: list[float]
    thickness_mm: list[float]
    affine: FloatArray
    slice_offsets_mm: list[list[float] | None]
    frame: tuple[FloatArray, ...]
    remarks: list[str]


def _read_index(store: Path) -> pa.Table:
    path = store / INDEX
    if not path.exists():
        raise StoreError(f"the volume store is not finished: {INDEX} is missing; run the command that makes it again")
    try:
        table = pq.read_table(path)
    except pa.ArrowException:
        raise StoreError(f"{INDEX} is no Parquet file: {_DAMAGED}") from None
    for name in ADDED:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(len(table), INDEX_SCHEMA.field(name).type))
    missing = [name for name in INDEX_SCHEMA.names if name not in table.column_names]
    if missing:
        raise StoreError(f"{INDEX} has no column {', '.join(missing)}: {_DAMAGED}")
    try:
        table = table.select(INDEX_SCHEMA.names).cast(INDEX_SCHEMA)
    except (pa.ArrowException, ValueError):
        raise StoreError(f"{INDEX} has columns of other types than those of a volume store: {_DAMAGED}") from None
    _check_plain(table)
    return table


def _check_plain(table: pa.Table) -> None:
    """StoreError where a file lies outside the store, or where voxels are not of the one type there is."""
    for file in table.column("file").unique().to_pylist():
        if PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
            raise StoreError(f"{INDEX} names a file outside the store: {_DAMAGED}")
    types = set(table.column("dtype").unique().to_pylist()) - {VOXELS_DTYPE}
    if types:
        raise StoreError(f"{INDEX} has voxels of type {', '.join(sorted(types))}, expected {VOXELS_DTYPE}")


def _to_columns(table: pa.Table) -> _Columns:
    plain = {
        name: table.column(name).to_pylist()
        for name in _Columns._fields
        if name not in ("affine", "frame")
    }  # fmt: skip
    upper = _to_numbers(table, "affine").reshape(-1, 3, 4)
    affine = np.concatenate([upper, np.broadcast_to([[[0.0, 0.0, 0.0, 1.0]]], (len(upper), 1, 4))], axis=1)
    frame = tuple(_to_numbers(table, name) for name in FRAME_COLUMNS)
    return _Columns(affine=affine, frame=frame, **plain)


def _to_numbers(table: pa.Table, name: str) -> FloatArray:
    """A column of lists of one length as an array, (row, number)."""
    column = table.column(name).combine_chunks()
    width = INDEX_SCHEMA.field(name).type.list_size
    numbers: FloatArray = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
    return numbers


def _to_ranges(study_ids: Sequence[str], levels: Sequence[str]) -> dict[tuple[str, str], list[int]]:
    """The row numbers of each disc."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(zip(study_ids, levels, strict=True)):
        rows.setdefault(key, []).append(row)
    return rows


_DAMAGED = "the store was changed or cut short after it was made; build it anew with --restart"
