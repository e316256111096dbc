"""pandas in, label table out."""

from collections.abc import Iterable, Iterator

import pandas as pd

from reportparse.archive.columns import find_columns
from reportparse.archive.record import Record, to_record
from reportparse.archive.seen import refuse_duplicates
from reportparse.finding import Finding
from reportparse.label_table import to_label_table
from reportparse.pipeline import ReportParser


def parse_frame(
    frame: pd.DataFrame,
    text_column: str | None = None,
    id_column: str | None = None,
    parser: ReportParser | None = None,
) -> pd.DataFrame:
    """The label table of a frame with one report a row; columns are found or named as for an archive.

    ``attrs["refused"]`` lists (row, study_id, reason) of the rows that could not be read, rows counted from 1.
    """
    parser = parser or ReportParser()
    refused: list[tuple[int, str, str]] = []
    table = to_label_table(_parsed(read_frame(frame, text_column, id_column), parser, refused))
    table.attrs["refused"] = refused
    return table


def read_frame(frame: pd.DataFrame, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The records of a frame, one per row; ColumnError where a column is not there."""
    id_at, text_at = find_columns([str(name) for name in frame.columns], text_column, id_column)
    pairs = zip(frame.iloc[:, id_at], frame.iloc[:, text_at], strict=True)
    return refuse_duplicates(
        to_record(row, _none_for_na(study_id), _none_for_na(text)) for row, (study_id, text) in enumerate(pairs, 1)
    )


def _parsed(
    records: Iterable[Record], parser: ReportParser, refused: list[tuple[int, str, str]]
) -> Iterator[tuple[str, list[Finding]]]:
    for record in records:
        if record.text is None:
            refused.append((record.row, record.study_id, record.refusal or ""))
        else:
            yield record.study_id, parser.parse(record.text)


def _none_for_na(value: object) -> object:
    return None if value is pd.NA or value is pd.NaT else value
