"""Tables with a ``study_id`` as they lie on disk."""

from pathlib import Path

import pandas as pd


class TableFileError(ValueError):
    """A file whose ending is none of a table's; the message names those there are."""


def read_table_file(path: Path) -> pd.DataFrame:
    """The table of a .parquet, .csv or .tsv file, its ``study_id`` as text; TableFileError for another ending."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, sep=separator_of(path), dtype={"study_id": "string"})


def separator_of(path: Path) -> str:
    """What stands between the columns of a .csv or .tsv file; TableFileError for another ending."""
    if path.suffix not in (".csv", ".tsv"):
        raise TableFileError(f"a table ends in .parquet, .csv or .tsv, not {path.suffix!r}")
    return "\t" if path.suffix == ".tsv" else ","
