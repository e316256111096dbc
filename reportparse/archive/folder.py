"""A folder of report files: .txt by file name, and .hl7, .json, .dcm or tables as those are read."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from reportparse.archive.encoding import decode, sniff_codec
from reportparse.archive.hl7 import read_hl7, read_hl7_files
from reportparse.archive.record import (
    ArchiveError,
    ColumnError,
    FileFault,
    MAX_CHARACTERS,
    RECODED_REMARK,
    Record,
    refuse,
    to_record,
)

ReadFile = Callable[[Path, str | None, str | None], Iterator[Record]]


def read_folder(
    folder: Path, find_reader: Callable[[Path], ReadFile | None], text_column: str | None, id_column: str | None
) -> Iterator[Record]:
    """The records of all files in a folder and its subfolders, sorted by path, HL7 files last as one stream.

    Hidden files are passed over; a file that is no report, or cannot be opened, is refused and the next one is read.
    ``find_reader`` gives the reader for a file, None for none.
    """
    row = 0
    hl7_paths: list[Path] = []
    for path in walk(folder):
        reader = _reader_of(path, find_reader)
        if reader is read_hl7:
            hl7_paths.append(path)
            continue
        for record in _read_file(path, folder, reader, text_column, id_column):
            row += 1
            yield record._replace(row=row)
    for record in read_hl7_files(hl7_paths, text_column, id_column) if hl7_paths else ():
        row += 1
        yield record._replace(row=row)
    if row == 0:
        raise ArchiveError(f"the folder {folder.name} holds no files")


def walk(folder: Path) -> Iterator[Path]:
    """The files below a folder, each folder sorted by name; hidden ones, links to folders and devices are left out."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def read_text_file(path: Path, study_id: str) -> Record:
    """The record of a .txt file; its id is its path in the folder without the ending."""
    size = path.stat().st_size
    if size > 4 * MAX_CHARACTERS:
        return refuse(1, study_id, f"the file has {size} bytes, at most {4 * MAX_CHARACTERS} are read")
    content = path.read_bytes()
    codec = sniff_codec(content)
    if codec != "utf-8":
        return to_record(1, study_id, content.decode(codec, "replace"))
    text, recoded = decode(content)
    if _is_binary(text):
        return refuse(1, study_id, "the file holds binary data, not text")
    return to_record(1, study_id, text, (RECODED_REMARK,) if recoded else ())


def _is_binary(text: str) -> bool:
    """Whether more than a tenth of the first characters are control characters."""
    sample = text[:4096]
    return 10 * sum(c < " " and c not in "\t\n\r\f\v\0" for c in sample) > len(sample)


def _read_file(
    path: Path, folder: Path, reader: ReadFile | None, text_column: str | None, id_column: str | None
) -> Iterator[Record]:
    try:
        if reader is not None:
            yield from reader(path, text_column, id_column)
        elif path.suffix.lower() == ".txt":
            yield read_text_file(path, path.relative_to(folder).with_suffix("").as_posix())
        else:
            yield refuse(1, "", "not a file of a known kind")
    except ColumnError as error:
        if text_column or id_column:
            raise
        yield refuse(1, "", str(error))
    except FileFault as fault:
        yield refuse(1, "", str(fault))


def _reader_of(path: Path, find_reader: Callable[[Path], ReadFile | None]) -> ReadFile | None:
    try:
        return find_reader(path)
    except PermissionError:
        return _refuse_locked


def _refuse_locked(path: Path, text_column: str | None, id_column: str | None) -> Iterator[Record]:
    yield refuse(1, "", "no permission to read the file")
