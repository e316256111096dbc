"""The landmarks table: a file of vertebra centroids and discs, checked row by row when it is read.

Columns: ``study_id, structure, x, y, z, confidence``, LPS mm, and for rows of discs, whose structure is a level such as
``L4-L5``, ``nx, ny, nz``, the disc's normal; a table may leave these three out. ``remarks``, in any row of a study, are
codes of ``REMARKS``, joined by semicolons; a table may leave them out.
"""

import difflib
from collections.abc import Hashable, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from imaging.geometry import FloatArray
from imaging.landmarks import check_landmarks, DiscLandmark, LandmarkError, Landmarks, to_rank
from imaging.refusal import Refusal
from imaging.table_file import read_table_file, write_table_file
from imaging.vertebrae import VERTEBRAE
from lexicons.vocabulary import Level, LEVELS

POINT = ("x", "y", "z")
NORMAL = ("nx", "ny", "nz")
COLUMNS = ("study_id", "structure", *POINT, "confidence")
STRUCTURES: tuple[str, ...] = (*VERTEBRAE, *LEVELS)

REMARKS = ("ambiguous-numbering", "beyond-numbering", "too-small", "endplate-unseen", "vertebra-not-seen")
"""The codes there are; one may be followed by a structure. Free text is refused, for it may name a patient."""


class LandmarkTable(NamedTuple):
    """The studies of a landmarks table that can be used, by study_id, and a row for each that cannot."""

    landmarks: dict[str, Landmarks]
    refusals: tuple[Refusal, ...]


class _Row(NamedTuple):
    number: int
    study_id: str
    structure: str
    point: FloatArray
    normal: FloatArray | None
    confidence: float
    remarks: tuple[str, ...]


def read_landmarks(path: Path) -> dict[str, Landmarks]:
    """The landmarks of each study; LandmarkError at the first row or study that cannot be used."""
    table = read_landmark_table(path)
    if table.refusals:
        first = table.refusals[0]
        study = f"study {first.study_id}, " if first.study_id else ""
        raise LandmarkError(first.code, f"{study}{first.source}: {first.reason}")
    return table.landmarks


def read_landmark_table(path: Path) -> LandmarkTable:
    """The studies of a .parquet, .csv or .tsv file; LandmarkError where its columns are not a landmarks table's."""
    return parse_landmarks(read_table_file(path))


def parse_landmarks(table: pd.DataFrame) -> LandmarkTable:
    """The studies of a table; a study with a bad row is refused whole, and the others stay."""
    check_columns(table)
    rows: dict[str, list[_Row]] = {}
    refusals: dict[str, Refusal] = {}
    for number, record in enumerate(table.to_dict("records"), start=1):
        study_id = "" if pd.isna(record["study_id"]) else str(record["study_id"])
        try:
            rows.setdefault(study_id, []).append(_parse_row(number, study_id, record))
        except LandmarkError as error:
            refusals.setdefault(study_id, Refusal(study_id, f"row {number}", error.code, "", str(error)))
    landmarks: dict[str, Landmarks] = {}
    for study_id, own in rows.items():
        if study_id in refusals:
            continue
        try:
            landmarks[study_id] = _to_landmarks(own)
        except LandmarkError as error:
            source = f"rows {own[0].number} to {own[-1].number}"
            refusals[study_id] = Refusal(study_id, source, error.code, "", str(error))
    return LandmarkTable(landmarks, tuple(refusals.values()))


def check_columns(table: pd.DataFrame) -> None:
    """Raises LandmarkError where a column is missing or unknown, naming the nearest."""
    names = [
        str(name) for name in table.columns
    ]  # of a table without a first line of names they are a patient's values
    known = (*COLUMNS, *NORMAL, "remarks")
    missing = [name for name in COLUMNS if name not in names]
    if any(name in names for name in NORMAL):
        missing += [name for name in NORMAL if name not in names]
    if missing:
        found = (
            ", ".join(name for name in names if name in known)
            or "none of a landmarks table's; commas stand between those of a .csv file"
        )
        raise LandmarkError("landmark-columns", f"no column {missing[0]!r} in the first line; found {found}")
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
            raise LandmarkError("landmark-columns", f"unknown column {name!r}; the nearest known is {near!r}")


def _parse_row(number: int, study_id: str, record: Mapping[Hashable, object]) -> _Row:
    if not study_id:
        raise LandmarkError("no-study-id", "no study_id")
    structure = "" if pd.isna(record["structure"]) else str(record["structure"])  # type: ignore[call-overload]
    if structure not in STRUCTURES:
        near = difflib.get_close_matches(structure, STRUCTURES, n=1, cutoff=0.0)[0]
        raise LandmarkError("unknown-structure", f"structure: an unknown name; the nearest known is {near!r}")
    point = _to_numbers(record, POINT)
    confidence = _to_numbers(record, ("confidence",))
    if not np.isfinite(point).all():
        raise LandmarkError("landmark-not-finite", f"{structure}: x, y, z are not three finite numbers")
    if not 0 <= confidence[0] <= 1:  # nan too
        raise LandmarkError("landmark-confidence", f"{structure}: confidence is no number from 0 to 1")
    normal, remarks = _parse_normal(record, structure), _parse_remarks(record.get("remarks"))
    return _Row(number, study_id, structure, point, normal, float(confidence[0]), remarks)


def _parse_remarks(value: object) -> tuple[str, ...]:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ()
    remarks = tuple(part.strip() for part in str(value).split(";"))
    for remark in remarks:
        code, _, structure = remark.partition(" ")
        if code not in REMARKS or structure not in ("", *STRUCTURES):
            raise LandmarkError("landmark-remark", f"remarks: not one of {', '.join(REMARKS)}, joined by semicolons")
    return remarks


def _parse_normal(record: Mapping[Hashable, object], structure: str) -> FloatArray | None:
    normal = _to_numbers({name: record.get(name, np.nan) for name in NORMAL}, NORMAL)
    if np.isnan(normal).all():
        return None
    if structure not in LEVELS:
        raise LandmarkError("landmark-normal", f"{structure}: nx, ny, nz belong to rows of discs")
    length = float(np.linalg.norm(normal))
    if not 0.9 < length < 1.1:  # nan and inf too
        raise LandmarkError("landmark-normal", f"{structure}: nx, ny, nz have length {length:.3g}, expected 1")
    if normal[2] <= 0:
        raise LandmarkError("landmark-normal", f"{structure}: the normal points to the feet, expected to the head")
    return normal / length


def _to_numbers(record: Mapping[Hashable, object], names: tuple[str, ...]) -> FloatArray:
    """The named values, nan for what is no number."""
    values = pd.to_numeric(pd.Series([record[name] for name in names], dtype=object), errors="coerce")
    return values.to_numpy(dtype=np.float64)


def _to_landmarks(rows: list[_Row]) -> Landmarks:
    """The landmarks of one study's rows, which may stand in any order."""
    rows = sorted(rows, key=lambda row: to_rank(row.structure))
    for first, second in pairwise(rows):
        if first.structure == second.structure:
            raise LandmarkError(
                "landmark-twice", f"{first.structure} stands in rows {first.number} and {second.number}"
            )
    vertebrae = [row for row in rows if row.structure in VERTEBRAE]
    landmarks = Landmarks(
        rows[0].study_id,
        tuple(row.structure for row in vertebrae),
        np.array([row.point for row in vertebrae]).reshape(-1, 3),
        np.array([row.confidence for row in vertebrae], dtype=np.float64),
        tuple(
            DiscLandmark(Level(row.structure), row.point, row.normal, row.confidence)
            for row in rows
            if row.structure in LEVELS
        ),
        tuple(dict.fromkeys(remark for row in rows for remark in row.remarks)),
    )
    check_landmarks(landmarks)
    return landmarks


def to_landmark_table(landmarks: Iterable[Landmarks]) -> pd.DataFrame:
    """The landmarks table; it has the columns of normals and of remarks only where there are any."""
    records: list[dict[str, object]] = []
    for own in landmarks:
        first = len(records)
        for name, point, confidence in zip(own.structures, own.points, own.confidence, strict=True):
            records.append(_to_record(own.study_id, name, point, confidence, None))
        for disc in own.discs:
            records.append(_to_record(own.study_id, str(disc.level), disc.centre, disc.confidence, disc.normal))
        if own.remarks:
            records[first]["remarks"] = "; ".join(own.remarks)
    more = [name for name in (*NORMAL, "remarks") if any(name in record for record in records)]
    return pd.DataFrame(records, columns=[*COLUMNS, *more])


def _to_record(
    study_id: str, structure: str, point: FloatArray, confidence: float, normal: FloatArray | None
) -> dict[str, object]:
    record: dict[str, object] = {"study_id": study_id, "structure": structure, "confidence": float(confidence)}
    record |= dict(zip(POINT, point.tolist(), strict=True))
    return record if normal is None else record | dict(zip(NORMAL, normal.tolist(), strict=True))


def write_landmarks(path: Path, landmarks: Iterable[Landmarks]) -> None:
    """Writes a landmarks table, .parquet, .csv or .tsv by its ending, in one step."""
    write_table_file(to_landmark_table(landmarks), path)
