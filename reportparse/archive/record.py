"""One entry of an archive: a report to parse, or the reason why there is none."""

import math
from typing import NamedTuple

MAX_CHARACTERS = 1_000_000
"""Longest text that is parsed; the longest real reports are under 100,000 characters."""

MAX_ID_CHARACTERS = 256
"""Longest study id; a longer one is report text in a shifted column."""

NUL_REMARK = "NUL characters read as spaces"
SURROGATE_REMARK = "broken characters replaced"
RECODED_REMARK = "not UTF-8: read as Windows-1252"


class ArchiveError(ValueError):
    """An archive that cannot be read at all; the message says what was found and what to do."""


class ColumnError(ArchiveError):
    """A column that is not there; the message names the columns that are."""


class FileFault(ArchiveError):
    """The rest of a file cannot be read; what came before it stands."""


class Record(NamedTuple):
    """One entry of an archive.

    ``row`` counts from 1 in the order of the archive (a table's header is not counted). ``text`` is None exactly where
    ``refusal`` gives the reason; ``remarks`` say what was done to a text that was taken. Reasons and remarks quote
    nothing of the entry. ``study_id`` is empty where none could be read.
    """

    row: int
    study_id: str
    text: str | None
    refusal: str | None
    remarks: tuple[str, ...] = ()


def refuse(row: int, study_id: str, reason: str) -> Record:
    """A record with a reason and no text."""
    return Record(row, study_id, None, reason)


def to_record(row: int, study_id: object, text: object, remarks: tuple[str, ...] = ()) -> Record:
    """The record of an id and a text as a reader found them, refused where one of them cannot be used.

    NUL characters become spaces and lone surrogates U+FFFD, one for one and with a remark, so offsets count in the
    given text as much as in the cleaned one.
    """
    name = _to_id(study_id)
    if not name:
        return refuse(row, "", "no study id")
    if len(name) > MAX_ID_CHARACTERS:
        return refuse(row, "", f"the study id has {len(name)} characters, at most {MAX_ID_CHARACTERS} are expected")
    name, _ = _clean(name)
    if type(text) is not str:
        return refuse(row, name, _why_not_text(text))
    if not text or text.isspace():
        return refuse(row, name, "empty text")
    if len(text) > MAX_CHARACTERS:
        return refuse(row, name, f"the text has {len(text)} characters, at most {MAX_CHARACTERS} are read")
    text, cleaned = _clean(text)
    if not text.strip(" \t\r\n\f\v\ufffd"):
        return refuse(row, name, "no readable character in the text")
    return Record(row, name, text, None, remarks + cleaned)


def is_null(value: object) -> bool:
    """Whether a cell is a null: None, or the NaN that pandas writes for one."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _to_id(value: object) -> str:
    if type(value) is str:
        return value.strip()
    if is_null(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _why_not_text(value: object) -> str:
    return "no text (null)" if is_null(value) else f"the text is of type {type(value).__name__}, not words"


def _clean(text: str) -> tuple[str, tuple[str, ...]]:
    remarks: tuple[str, ...] = ()
    if "\0" in text:
        text, remarks = text.replace("\0", " "), (NUL_REMARK,)
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
            remarks += (SURROGATE_REMARK,)
    return text, remarks
