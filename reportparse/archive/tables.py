"""The output tables of a run (labels, reports, refused, wide): their columns, and a batch's share of them as bytes."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from reportparse.archive.batch import ParsedRecord
from reportparse.label_table import COLUMNS
from reportparse.wide import Grading, Names, Slot, wide_columns, wide_row

SUFFIXES = (".parquet", ".csv", ".tsv")

REFUSED_COLUMNS = ("row", "study_id", "reason")
REPORT_COLUMNS = ("row", "study_id", "findings", "remarks", "refusal")
"""One row per record, so that a study with no label is told from one not read; remarks are joined by ``; ``."""

COUNTS = ("records", "reports", "refused", "reports_with_findings", "findings")
"""What is counted: records are reports and refused ones."""

_LABEL_TYPES = dict.fromkeys(("grade", "low", "high"), "int8") | {"conflict": "bool", "start": "int64", "end": "int64"}
_REPORT_TYPES = {"row": "int64", "findings": "int32"}


class Table(NamedTuple):
    """A table that a run writes: what is added to the output's name, the file's ending, columns with Arrow types."""

    addition: str
    suffix: str
    columns: dict[str, str]


class Share(NamedTuple):
    """What a batch adds: the content of each table, by its addition, without header, and counts."""

    contents: dict[str, bytes]
    counts: dict[str, int]
    remarks: dict[str, int]


def output_tables(suffix: str, wide: Names | None) -> tuple[Table, ...]:
    """The tables of a run whose label table has this ending; all have it but the table of refusals, which is CSV."""
    labels = {name: _LABEL_TYPES.get(name, "string") for name in COLUMNS}
    reports = {name: _REPORT_TYPES.get(name, "string") for name in REPORT_COLUMNS}
    refused = dict.fromkeys(REFUSED_COLUMNS, "string")
    tables = (Table("", suffix, labels), Table(".reports", suffix, reports), Table(".refused", ".csv", refused))
    if wide is None:
        return tables
    cell = "int8" if wide == "ours" else "string"
    return (*tables, Table(".wide", suffix, {"study_id": "string"} | dict.fromkeys(wide_columns(wide), cell)))


def to_share(batch: Sequence[ParsedRecord], suffix: str, wide: Names | None) -> Share:
    """A batch's rows of every table."""
    rows: dict[str, list[Sequence[object]]] = {
        "": [(r.study_id, *finding) for r, parsed in batch if parsed for finding in parsed.findings],
        ".reports": [_report_row(parsed) for parsed in batch],
        ".refused": [(r.row, r.study_id, r.refusal) for r, parsed in batch if parsed is None],
        ".wide": [_wide_cells(parsed, wide) for parsed in batch if parsed.parsed] if wide else [],
    }
    contents = {t.addition: to_content(rows[t.addition], t) for t in output_tables(suffix, wide)}
    refused, labelled = len(rows[".refused"]), sum(bool(parsed and parsed.findings) for _, parsed in batch)
    counts = (len(batch), len(batch) - refused, refused, labelled, len(rows[""]))
    remarks = Counter(remark for parsed in batch for remark in _remarks(parsed))
    return Share(contents, dict(zip(COUNTS, counts, strict=True)), dict(remarks))


def to_content(rows: Iterable[Sequence[object]], table: Table) -> bytes:
    """Rows as bytes: lines of CSV or TSV, or an Arrow stream for Parquet."""
    if table.suffix == ".parquet":
        return _to_arrow(rows, table.columns)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t" if table.suffix == ".tsv" else ",", lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def arrow_schema(columns: dict[str, str]) -> Any:
    """The Arrow schema of columns with types."""
    import pyarrow as pa  # type: ignore[import-untyped]

    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()])


def _to_arrow(rows: Iterable[Sequence[object]], columns: dict[str, str]) -> bytes:
    import pyarrow as pa

    schema = arrow_schema(columns)
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(cells, field.type) for cells, field in zip(values, schema, strict=True)]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _remarks(parsed: ParsedRecord) -> tuple[str, ...]:
    return parsed.record.remarks + (parsed.parsed.remarks if parsed.parsed else ())


def _report_row(parsed: ParsedRecord) -> tuple[object, ...]:
    record = parsed.record
    findings = len(parsed.parsed.findings) if parsed.parsed else None
    return (record.row, record.study_id, findings, "; ".join(_remarks(parsed)), record.refusal)


def _wide_cells(parsed: ParsedRecord, wide: Names) -> list[object]:
    findings = parsed.parsed.findings if parsed.parsed else []
    slots: dict[Slot, Grading] = {(f.level, f.task): Grading(f.grade, f.low, f.high) for f in findings}
    return [parsed.record.study_id, *wide_row(slots, wide)]
