"""The file of one study: the voxels of its crops one after another, and behind them what is known of each.

The voxels begin at byte 0, so that a reader with the index needs nothing else of the file. The end is a JSON record,
its length and checksum, and eight letters: a file without them is not whole.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from imaging.refusal import Refusal
from imaging.store.crop import Crop, DiscCrops
from imaging.store.schema import FRAME_COLUMNS, REMARK_SEPARATOR, to_file, VOXELS_DTYPE
from imaging.store.whole_file import write_whole
from lexicons.vocabulary import View

Row = dict[str, Any]
"""One row of the index, as plain JSON values."""

_END = struct.Struct("<QI8s")  # the record's length in bytes, its CRC-32, and the letters
_LETTERS = b"LUMBARVS"
_ALIGNMENT = 64


@dataclass(frozen=True)
class StudyRecord:
    """What became of a study: the index rows of its crops, and its refusals; no rows where all of it was refused.

    ``made_from`` is a digest of what it was made from: images and landmarks.
    """

    study_id: str
    made_from: str
    rows: tuple[Row, ...]
    refusals: tuple[Refusal, ...]


def write_study(
    store: Path,
    study_id: str,
    made_from: str,
    discs: Sequence[DiscCrops],
    refusals: Sequence[Refusal],
    phantom: bool | None = None,
) -> StudyRecord:
    """Write the file of a study below a store, whole or not at all; the record at its end.

    ``phantom`` is that of ``imaging.study.Study``.
    """
    rows, blocks = _to_rows(study_id, discs)
    rows = [{**row, "phantom": phantom} for row in rows]
    record = StudyRecord(study_id, made_from, tuple(rows), tuple(refusals))
    path = store / to_file(study_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, [*blocks, *_to_end(record)])
    return record


def read_record(path: Path) -> StudyRecord | None:
    """The record at the end of a study's file; None where the file is not whole."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size < _END.size:
            return None
        file.seek(size - _END.size)
        length, checksum, letters = _END.unpack(file.read(_END.size))
        if letters != _LETTERS or length > size - _END.size:
            return None
        file.seek(size - _END.size - length)
        content = file.read(length)
    if zlib.crc32(content) != checksum:
        return None
    return _parse_record(json.loads(content), size - _END.size - length)


def _parse_record(plain: dict[str, Any], voxel_bytes: int) -> StudyRecord | None:
    if plain["voxel_bytes"] != voxel_bytes:
        return None
    refusals = tuple(Refusal(*refusal) for refusal in plain["refusals"])
    return StudyRecord(plain["study_id"], plain["made_from"], tuple(plain["rows"]), refusals)


def _to_end(record: StudyRecord) -> list[bytes]:
    last = record.rows[-1] if record.rows else None
    voxel_bytes = _end_of(last) if last else 0
    content = json.dumps({**vars(record), "voxel_bytes": voxel_bytes}).encode()
    return [content, _END.pack(len(content), zlib.crc32(content), _LETTERS)]


def _end_of(row: Row) -> int:
    """Where the voxels of a row end, with the zeros that follow them."""
    end: int = row["byte_offset"] + int(np.prod(row["shape"])) * np.dtype(VOXELS_DTYPE).itemsize
    return end + -end % _ALIGNMENT


def _to_rows(study_id: str, discs: Sequence[DiscCrops]) -> tuple[list[Row], list[bytes]]:
    """The index rows, and the bytes of each crop, filled with zeros to whole blocks."""
    rows: list[Row] = []
    blocks: list[bytes] = []
    for disc in discs:
        for view, crops in ((View.AXIAL, disc.axial), (View.SAGITTAL, disc.sagittal)):
            for number, crop in enumerate(crops):
                voxels = _to_bytes(crop.volume.voxels)
                where = {"file": str(to_file(study_id)), "byte_offset": sum(map(len, blocks))}
                key = {"study_id": study_id, "level": str(disc.frame.level), "view": str(view), "crop": number}
                rows.append({**key, **where, "crc32": zlib.crc32(voxels), **_describe(crop), **_describe_disc(disc)})
                blocks.append(voxels + bytes(-len(voxels) % _ALIGNMENT))
    return rows, blocks


def _to_bytes(voxels: npt.NDArray[np.generic]) -> bytes:
    if voxels.dtype != np.uint16 or voxels.ndim != 3:
        raise TypeError(f"voxels of a crop are uint16 of three axes, not {voxels.dtype} of {voxels.ndim}")
    return voxels.astype(VOXELS_DTYPE).tobytes()


def _describe(crop: Crop) -> Row:
    offsets = crop.volume.slice_offsets_mm
    return {
        "series": crop.series,
        "shape": list(crop.volume.voxels.shape),
        "dtype": VOXELS_DTYPE,
        "scale": float(crop.scale),
        "offset": float(crop.offset),
        "thickness_mm": float(crop.volume.thickness_mm),
        "affine": crop.volume.affine[:3].ravel().tolist(),
        "slice_offsets_mm": None if offsets is None else offsets.tolist(),
    }


def _describe_disc(disc: DiscCrops) -> Row:
    frame = {name: getattr(disc.frame, name).tolist() for name in FRAME_COLUMNS}
    return {**frame, "remarks": REMARK_SEPARATOR.join(disc.remarks)}
