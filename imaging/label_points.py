"""Label points of a grading, such as RSNA 2024's, in the patient: a point for each level and task."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from imaging.geometry import FloatArray, to_affine, to_unit_axes, transform
from imaging.landmarks import LandmarkError
from lexicons.vocabulary import Level, MIRRORED_TASK, Task

LabelPoints = Mapping[tuple[Level, Task], FloatArray]
"""LPS mm, (3,), of each level and task."""

COLUMNS = ("study_id", "series_id", "instance_number", "condition", "level", "x", "y")

CONDITIONS: dict[str, Task] = {
    "spinal_canal_stenosis": Task.SCS,
    "left_neural_foraminal_narrowing": Task.LFS,
    "right_neural_foraminal_narrowing": Task.RFS,
    "left_subarticular_stenosis": Task.LSS,
    "right_subarticular_stenosis": Task.RSS,
}
LEVEL_NAMES: dict[str, Level] = {str(level).lower().replace("-", "_"): level for level in Level}


def to_slice_affine(position: FloatArray, orientation: FloatArray, spacing_mm: tuple[float, float]) -> FloatArray:
    """The 4 x 4 affine, (column, row, 0) to LPS mm, of ImagePositionPatient, ImageOrientationPatient, PixelSpacing."""
    x, y = to_unit_axes(orientation)
    return to_affine((x, y), spacing_mm, np.cross(x, y), position)


def parse_label_points(
    table: pd.DataFrame, study_id: str, affines: Mapping[tuple[str, int], FloatArray]
) -> dict[tuple[Level, Task], FloatArray]:
    """The points of one study in a table of RSNA 2024's form, the competition's own or with names in snake case.

    ``affines``: each slice's, 4 x 4, by series_id and instance_number, which is the number in the file's name. x and y
    are column and row; whether a pixel's centre is at 0 or at a half is not documented, and half a pixel is 0.3 mm.
    LandmarkError for a column, condition, level or slice that is not known, a point that stands twice, and left points
    on the patient's right.
    """
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise LandmarkError("label-columns", f"no column {missing[0]!r}; found {', '.join(map(str, table.columns))}")
    points: dict[tuple[Level, Task], FloatArray] = {}
    for number, record in enumerate(table.to_dict("records"), start=1):
        if str(record["study_id"]) != study_id:
            continue
        key = _to_level(number, record), _to_task(number, record)
        if key in points:
            raise LandmarkError("label-twice", f"row {number}: {key[0]} {key[1]} has a point already")
        points[key] = _to_point(number, record, affines)
    check_sides(points)
    return points


def _to_level(number: int, record: Mapping[Hashable, object]) -> Level:
    name = str(record["level"]).strip().lower().replace("/", "_").replace("-", "_")
    if name not in LEVEL_NAMES:
        raise LandmarkError("label-level", f"row {number}: level {name!r}, expected such as l4_l5 or L4/L5")
    return LEVEL_NAMES[name]


def _to_task(number: int, record: Mapping[Hashable, object]) -> Task:
    name = str(record["condition"]).strip().lower().replace(" ", "_")
    if name not in CONDITIONS:
        raise LandmarkError("label-condition", f"row {number}: condition {name!r}, expected {', '.join(CONDITIONS)}")
    return CONDITIONS[name]


def _to_point(
    number: int, record: Mapping[Hashable, object], affines: Mapping[tuple[str, int], FloatArray]
) -> FloatArray:
    instance = int(float(str(record["instance_number"])))
    affine = affines.get((str(record["series_id"]), instance))
    if affine is None:
        raise LandmarkError("label-slice", f"row {number}: no slice {instance} in its series")
    point = transform(affine, np.array([float(str(record["x"])), float(str(record["y"])), 0.0]))
    if not np.isfinite(point).all():
        raise LandmarkError("landmark-not-finite", f"row {number}: x, y are not two finite numbers")
    return point


def check_sides(points: LabelPoints) -> None:
    """Raises LandmarkError where a left point lies to the patient's right of its right one."""
    for (level, task), point in points.items():
        other = points.get((level, MIRRORED_TASK[task]))
        if task in (Task.LFS, Task.LSS) and other is not None and point[0] <= other[0]:
            raise LandmarkError("sides-swapped", f"{level}: the point of {task} lies to the right of the other side's")
