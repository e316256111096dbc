"""Any archive, by its ending and its content, as one stream of records."""

from collections.abc import Iterator
from pathlib import Path

from reportparse.archive.delimited import read_delimited
from reportparse.archive.dicom_sr import read_dicom_sr
from reportparse.archive.encoding import first_bytes, sniff_codec
from reportparse.archive.fhir import read_fhir
from reportparse.archive.folder import read_folder, read_text_file, ReadFile
from reportparse.archive.hl7 import read_hl7
from reportparse.archive.jsonl import read_json_array, read_jsonl
from reportparse.archive.parquet import read_parquet
from reportparse.archive.record import ArchiveError, FileFault, Record, refuse
from reportparse.archive.seen import refuse_duplicates
from reportparse.archive.xlsx import read_xlsx

_BY_ENDING: dict[str, ReadFile] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".tab": read_delimited,
    ".parquet": read_parquet,
    ".pq": read_parquet,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json_array,
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".hl7": read_hl7,
    ".dcm": read_dicom_sr,
}
KINDS = "CSV, TSV, Parquet, JSONL, XLSX, a folder of .txt, HL7 v2, FHIR DiagnosticReport JSON, DICOM SR"


def open_archive(path: Path, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The records of an archive in its order, each with a text that can be parsed or a reason why not.

    The kind is found by the file's content and ending. A study id comes with a text once: a second one is refused. What
    cannot be read to its end gives the records up to there and a last one with the reason. ArchiveError where the kind
    is not known, ColumnError where a column is not there.
    """
    return refuse_duplicates(_guarded(_read(path, text_column, id_column)))


def _read(path: Path, text_column: str | None, id_column: str | None) -> Iterator[Record]:
    if path.is_dir():
        return read_folder(path, find_reader, text_column, id_column)
    reader = find_reader(path)
    if reader is not None:
        return reader(path, text_column, id_column)
    if path.suffix.lower() == ".txt":
        return iter([read_text_file(path, path.stem)])
    raise ArchiveError(f"{path.name} is of no known kind; expected {KINDS}")


def find_reader(path: Path) -> ReadFile | None:
    """The reader for a file: by the marks of its content, else by its ending; None for a text file or none of ours."""
    head = first_bytes(path, 1 << 16)
    if head.startswith(b"PAR1"):
        return read_parquet
    if head[128:132] == b"DICM":
        return read_dicom_sr
    if head.startswith(b"PK\x03\x04"):
        return read_xlsx
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _refuse_old_excel
    if head.lstrip(b"\xef\xbb\xbf\x0b\r\n ").startswith((b"MSH|", b"FHS|", b"BHS|")):
        return read_hl7
    ending = Path(path.name.lower().removesuffix(".gz")).suffix
    if ending in (".json", ".jsonl", ".ndjson") and _is_fhir(head):
        return read_fhir
    return _BY_ENDING.get(ending)


def _is_fhir(head: bytes) -> bool:
    """Whether a JSON file speaks of resource types at its beginning."""
    codec = sniff_codec(head)
    return '"resourceType"' in head.decode(codec, "replace")


def _refuse_old_excel(path: Path, text_column: str | None, id_column: str | None) -> Iterator[Record]:
    yield refuse(1, "", "an Excel 97-2003 or encrypted workbook; save it as .xlsx without a password, or as .csv")


def _guarded(records: Iterator[Record]) -> Iterator[Record]:
    """The records up to a fault of the file, and the fault as the last."""
    row = 0
    try:
        for record in records:
            row = record.row
            yield record
    except FileFault as fault:
        yield refuse(row + 1, "", str(fault))
