"""Tables with a ``study_id`` as they lie on disk."""

from pathlib import Path

import pandas as pd


class TableFileError(ValueError):
    """A file that is no table by its ending, or by its content; the message names the ending."""


def read_table_file(path: Path) -> pd.DataFrame:
    """The table of a .parquet, .csv or .tsv file, its ``study_id`` as text.

    TableFileError for another ending, and for content that is no such table.
    """
    separator = None if path.suffix == ".parquet" else separator_of(path)
    try:
        if separator is None:
            return pd.read_parquet(path)
        return pd.read_csv(path, sep=separator, dtype={"study_id": "string"})
    except ValueError:  # of pandas, pyarrow and the decoder, whose messages quote the file
        raise TableFileError(f"{path.name} ends in {path.suffix}, but its content is no such table") from None


def separator_of(path: Path) -> str:
    """What stands between the columns of a .csv or .tsv file; TableFileError for another ending."""
    if path.suffix not in (".csv", ".tsv"):
        raise TableFileError(f"a table ends in .parquet, .csv or .tsv, not {path.suffix!r}")
    return "\t" if path.suffix == ".tsv" else ","
