"""The form of a volume store on disk: its files, the columns of its index, and where a study's voxels lie."""

import hashlib
from pathlib import PurePosixPath

import pyarrow as pa  # type: ignore[import-untyped]

from imaging.refusal import ImagingError

FORMAT = "lumbar volume store"
FORMAT_VERSION = 1

HEAD = "store.json"
INDEX = "index.parquet"
REFUSED = "refused.csv"
SUMMARY = "summary.json"
STUDIES = "studies"
RUNS = "runs"

VOXELS_DTYPE = "<u2"
"""Voxels are unsigned 16-bit integers, little endian, in C order of (slice, row, column)."""

_NUMBERS = pa.float64()

INDEX_SCHEMA = pa.schema(
    [
        pa.field("study_id", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("view", pa.string(), nullable=False),
        pa.field("crop", pa.int32(), nullable=False),
        pa.field("series", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("byte_offset", pa.int64(), nullable=False),
        pa.field("shape", pa.list_(pa.int32(), 3), nullable=False),
        pa.field("dtype", pa.string(), nullable=False),
        pa.field("crc32", pa.int64(), nullable=False),
        pa.field("scale", _NUMBERS, nullable=False),
        pa.field("offset", _NUMBERS, nullable=False),
        pa.field("thickness_mm", _NUMBERS, nullable=False),
        pa.field("affine", pa.list_(_NUMBERS, 12), nullable=False),
        pa.field("slice_offsets_mm", pa.list_(_NUMBERS)),
        pa.field("centre", pa.list_(_NUMBERS, 3), nullable=False),
        pa.field("left", pa.list_(_NUMBERS, 3), nullable=False),
        pa.field("post", pa.list_(_NUMBERS, 3), nullable=False),
        pa.field("sup", pa.list_(_NUMBERS, 3), nullable=False),
        pa.field("remarks", pa.string(), nullable=False),
        pa.field("phantom", pa.bool_()),
    ]
)
"""One row a crop, in the order of study_id, level, view and crop.

``crop`` counts the crops of a view from 0. ``series`` is the digest of the source series. ``byte_offset`` is where the
voxels begin in ``file``, a path below the store; ``shape`` is (slice, row, column); ``crc32`` is that of the voxels'
bytes. ``affine``, ``slice_offsets_mm`` and ``thickness_mm`` are those of ``imaging.volume.Volume`` (the affine's
upper three rows, row by row), ``scale`` and ``offset`` those of ``imaging.store.crop.Crop``. ``centre``, ``left``,
``post`` and ``sup`` are the disc's frame. ``remarks`` are codes, joined by a semicolon. ``phantom`` is that of
``imaging.study.Study``, null where the images do not say.
"""

ADDED = ("phantom",)
"""Columns that stores made before them lack; they are read as null."""

FRAME_COLUMNS = ("centre", "left", "post", "sup")
REMARK_SEPARATOR = "; "


class StoreError(ImagingError):
    """A volume store that cannot be read or gone on with; the message says what differs and what to do."""


def to_file(study_id: str) -> PurePosixPath:
    """The path, below the store, of a study's voxels: a hash, so that no name on disk tells a study."""
    name = hashlib.sha256(study_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return PurePosixPath(STUDIES, name[:2], f"{name}.u16")
