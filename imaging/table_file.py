"""Tables with a ``study_id`` as they lie on disk: .parquet, .csv or .tsv by ending."""

from pathlib import Path

import pandas as pd

from imaging.refusal import ImagingError


class TableFileError(ImagingError):
    """A file whose ending is none of a table's; the message names those there are."""


def read_table_file(path: Path) -> pd.DataFrame:
    """The table of a .parquet, .csv or .tsv file, its ``study_id`` as text; TableFileError for another ending."""
    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
        return table.astype({"study_id": "string"}) if "study_id" in table.columns else table
    return pd.read_csv(path, sep=to_separator(path), dtype={"study_id": "string"})


def write_table_file(table: pd.DataFrame, path: Path) -> None:
    """Writes the table beside its place and moves it there in one step; TableFileError for another ending."""
    temporary = path.with_name(f".{path.name}.part")
    if path.suffix == ".parquet":
        table.to_parquet(temporary, index=False)
    else:
        table.to_csv(temporary, sep=to_separator(path), index=False)
    temporary.replace(path)


def to_separator(path: Path) -> str:
    """What stands between the columns of a .csv or .tsv file; TableFileError for another ending."""
    if path.suffix not in (".csv", ".tsv"):
        raise TableFileError(f"a table ends in .parquet, .csv or .tsv, not {path.suffix!r}")
    return "\t" if path.suffix == ".tsv" else ","
