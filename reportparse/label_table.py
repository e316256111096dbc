"""The label table: one row per slot that a report speaks about, on disk as .parquet, .csv or .tsv."""

from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.finding import Finding, Scope, Section, Status
from reportparse.table_file import read_table_file, separator_of

COLUMNS: tuple[str, ...] = ("study_id", *Finding._fields)

DTYPES: dict[str, str] = {
    "study_id": "string",
    "level": "string",
    "task": "string",
    "grade": "Int8",
    "low": "Int8",
    "high": "Int8",
    "status": "string",
    "scope": "string",
    "section": "string",
    "conflict": "boolean",
    "start": "Int64",
    "end": "Int64",
    "rule": "string",
}

_ALLOWED: dict[str, Collection[str]] = {
    "level": LEVELS,
    "task": TASKS,
    "status": list(Status),
    "scope": list(Scope),
    "section": list(Section),
}


class LabelTableError(ValueError):
    """A table that is not a label table; the message names the column and the row."""


def to_label_table(rows: Iterable[tuple[str, Iterable[Finding]]]) -> pd.DataFrame:
    """The label table of (study_id, findings) pairs, columns and dtypes as in ``DTYPES``."""
    records = [(study_id, *finding) for study_id, findings in rows for finding in findings]
    return pd.DataFrame.from_records(records, columns=list(COLUMNS)).astype(DTYPES)


def check_label_table(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with the schema's dtypes, or LabelTableError naming the first fault.

    Columns beyond the schema are kept (predictions tables have probabilities beside the keys). Only ``study_id,
    level, task, grade, low, high`` must be there; tables of other programs may leave out the rest.
    """
    missing = [c for c in ("study_id", "level", "task", "grade", "low", "high") if c not in table.columns]
    if missing:
        raise LabelTableError(f"no column {missing[0]!r}; the columns are {', '.join(map(str, table.columns))}")
    try:
        table = table.astype({c: t for c, t in DTYPES.items() if c in table.columns})
    except (TypeError, ValueError) as error:
        raise LabelTableError(f"a column does not hold what the schema says: {error}") from None
    for column, allowed in _ALLOWED.items():
        if column in table.columns:
            _check_values(table, column, allowed)
    _check_grades(table)
    _check_keys(table)
    return table


def _check_values(table: pd.DataFrame, column: str, allowed: Collection[str]) -> None:
    bad = ~table[column].isin(allowed)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise LabelTableError(
            f"row {row}: {column} is {table[column].iloc[row]!r}, expected one of {', '.join(sorted(allowed))}"
        )


def _check_grades(table: pd.DataFrame) -> None:
    low, high, grade = table["low"], table["high"], table["grade"]
    bad = (low.isna() != high.isna()) | (low.isna() & grade.notna())
    for column in (low, high, grade):
        bad |= ((column < 0) | (column > 3)).fillna(False)
    bad |= (low > high).fillna(False) | (grade < low).fillna(False) | (grade > high).fillna(False)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise LabelTableError(
            f"row {row}: grade {grade.iloc[row]}, interval {low.iloc[row]}..{high.iloc[row]}; "
            "expected 0 <= low <= grade <= high <= 3, grade empty where the words give none"
        )


def _check_keys(table: pd.DataFrame) -> None:
    twice = table.duplicated(["study_id", "level", "task"])
    if twice.any():
        row = int(twice.to_numpy().argmax())
        raise LabelTableError(f"row {row}: a second row for the same study_id, level and task")


def read_label_table(path: Path) -> pd.DataFrame:
    """A checked label table from a file; TableFileError or LabelTableError where it is none."""
    return check_label_table(read_table_file(path))


def write_label_table(table: pd.DataFrame, path: Path) -> None:
    """Write a label table as the ending of the path says; TableFileError for one that is no table's."""
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, sep=separator_of(path), index=False)
