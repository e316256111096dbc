"""Parquet archives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reportparse.archive.columns import find_columns
from reportparse.archive.encoding import decode
from reportparse.archive.record import FileFault, RECODED_REMARK, Record, refuse, to_record

ROWS_AT_ONCE = 1000


def read_parquet(path: Path, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The records of a Parquet file, one per row, of which only the two columns and a batch at a time are read.

    A damaged row group costs its rows; a file that is cut off has no footer, and nothing of it can be read.
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    try:
        file = pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise FileFault("the Parquet footer is missing or damaged; the file is cut off, copy it again") from None
    with file:
        names = file.schema_arrow.names
        found = find_columns(names, text_column, id_column)
        yield from _read_groups(file, names[found.study_id], names[found.text])


def _read_groups(file: Any, id_name: str, text_name: str) -> Iterator[Record]:
    import pyarrow as pa

    last = 0
    for group in range(file.num_row_groups):
        row, last = last, last + file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(ROWS_AT_ONCE, row_groups=[group], columns=[id_name, text_name]):
                for study_id, text in zip(_values(batch[id_name]), _values(batch[text_name]), strict=True):
                    row += 1
                    text, remarks = _decoded(text)
                    yield to_record(row, _decoded(study_id)[0], text, remarks)
        except (pa.ArrowException, OSError):
            yield refuse(row + 1, "", f"the file is damaged: rows {row + 1} to {last} cannot be read")


def _values(column: Any) -> list[object]:
    """The cells as Python values; strings that are not UTF-8 as bytes."""
    import pyarrow as pa

    try:
        values: list[object] = column.to_pylist()
    except UnicodeDecodeError:
        values = column.cast(pa.binary()).to_pylist()
    return values


def _decoded(value: object) -> tuple[object, tuple[str, ...]]:
    if isinstance(value, bytes):
        text, recoded = decode(value)
        return text, (RECODED_REMARK,) if recoded else ()
    return value, ()
