"""The stratum of each gold study: a column of the gold itself or of a table beside it."""

from pathlib import Path

import pandas as pd

from reportparse.audit.gold import Gold
from reportparse.table_file import read_table_file

MAX_STRATA = 50
NO_STRATUM = "(none)"


class StrataError(ValueError):
    """A column that cannot be used for strata; the message names the columns there are."""


def read_strata_table(path: Path) -> pd.DataFrame:
    """The columns of a .parquet, .csv or .tsv table, by its ``study_id``."""
    table = read_table_file(path)
    if "study_id" not in table.columns:
        raise StrataError(f"no column 'study_id'; the columns are {', '.join(map(str, table.columns))}")
    twice = table["study_id"].duplicated()
    if twice.any():
        row = int(twice.to_numpy().argmax())
        raise StrataError(f"row {row}: a second row for its study_id; expected one row for each study")
    return table.set_index(table["study_id"].astype(str)).drop(columns="study_id")


def to_strata(gold: Gold, column: str, beside: pd.DataFrame | None = None) -> list[str]:
    """The stratum of each gold study, from its fields or the table ``beside``; ``(none)`` where it has no value."""
    fields = gold.fields if beside is None else beside
    if column not in fields.columns:
        known = ", ".join(map(str, fields.columns)) or "none"
        raise StrataError(f"no column {column!r} for strata; the columns are: {known}")
    values = fields[column].reindex(list(gold.slots.studies))
    strata = [_to_name(value) for value in values]
    if len(set(strata)) > MAX_STRATA:
        raise StrataError(
            f"column {column!r} has {len(set(strata))} values; expected at most {MAX_STRATA}, so group them first"
        )
    return strata


def _to_name(value: object) -> str:
    """The name of a stratum; whole numbers stay whole beside missing ones, where pandas makes them floats."""
    if value is None or value is pd.NA or value != value:
        return NO_STRATUM
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
