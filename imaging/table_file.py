"""Tables with a ``study_id`` as they lie on disk: .parquet, .csv or .tsv by ending."""

from pathlib import Path

import pandas as pd

from imaging.refusal import ImagingError
from imaging.store.whole_file import write_whole


class TableFileError(ImagingError):
    """A file that is no table by its ending, which the message then names, or by its content."""


def read_table_file(path: Path) -> pd.DataFrame:
    """The table of a .parquet, .csv or .tsv file, its ``study_id`` as text.

    TableFileError for another ending, and for content that is no such table.
    """
    if path.suffix != ".parquet":
        to_separator(path)
    try:
        return _read(path)
    except ValueError:  # of pandas, pyarrow and the decoder, whose messages quote the file
        raise TableFileError(f"the file ends in {path.suffix}, but its content is no such table") from None


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
        return table.astype({"study_id": "string"}) if "study_id" in table.columns else table
    return pd.read_csv(path, sep=to_separator(path), dtype={"study_id": "string"})


def write_table_file(table: pd.DataFrame, path: Path) -> None:
    """Writes the table, whole or not at all; TableFileError for another ending."""
    if path.suffix == ".parquet":
        content = table.to_parquet(None, index=False)
    else:
        content = table.to_csv(None, sep=to_separator(path), index=False, lineterminator="\n").encode()
    write_whole(path, [content])


def to_separator(path: Path) -> str:
    """What stands between the columns of a .csv or .tsv file; TableFileError for another ending."""
    if path.suffix not in (".csv", ".tsv"):
        raise TableFileError(f"a table ends in .parquet, .csv or .tsv, not {path.suffix!r}")
    return "\t" if path.suffix == ".tsv" else ","
