"""Which studies are of one patient: a table ``study_id, patient_id``."""

from collections.abc import Mapping
from pathlib import Path

from imaging.table_file import read_table_file

COLUMNS = ("study_id", "patient_id")


class PatientsError(ValueError):
    """A table that does not say of which patient each study is; the message names the column or the row."""


def read_patients(path: Path) -> Mapping[str, str]:
    """The patient of each study, from a .parquet, .csv or .tsv file.

    A study may stand in more than one row, if all of them agree.
    """
    table = read_table_file(path)
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise PatientsError(f"{path.name}: no column {missing[0]!r}; a table of patients has {', '.join(COLUMNS)}")
    table = table[list(COLUMNS)].astype("string")
    if (empty := table.isna().any(axis=1)).any():
        raise PatientsError(f"{path.name}, row {int(empty.to_numpy().argmax())}: a study_id or patient_id is empty")
    table = table.drop_duplicates()
    if (twice := table["study_id"].duplicated()).any():
        study_id = table["study_id"][twice].iloc[0]
        raise PatientsError(f"{path.name}: study {study_id} has more than one patient")
    return dict(zip(table["study_id"], table["patient_id"], strict=True))
