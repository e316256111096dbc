"""Which column of a table holds the report text and which the study id."""

import difflib
from collections.abc import Sequence
from typing import NamedTuple

from reportparse.archive.record import ColumnError

TEXT_NAMES = (
    "reporttext", "text", "report", "note", "notetext", "narrative", "fulltext", "fullreport", "reportbody", "body",
    "radiologyreport", "mrireport", "resulttext", "content", "findings", "notes", "reports", "texts",
)  # fmt: skip
ID_NAMES = (
    "studyid", "study", "accession", "accessionnumber", "accessionno", "accnum", "reportid", "examid", "exam",
    "studyinstanceuid", "studyuid", "id", "noteid", "uid", "caseid", "rowid", "patientid", "subjectid",
)  # fmt: skip

MAX_NAME = 64
"""Longest cell that can be a column's name; a longer one is report text, and the first row is no header."""


class Columns(NamedTuple):
    """Positions of the two columns."""

    study_id: int
    text: int


def find_columns(names: Sequence[str], text_column: str | None = None, id_column: str | None = None) -> Columns:
    """Positions of the id and the text column: as named by the user, else the first name that is customary.

    ColumnError where there is none, with the columns there are.
    """
    text = _named(names, text_column, "text") if text_column is not None else _customary(names, TEXT_NAMES, "text")
    study = _named(names, id_column, "id") if id_column is not None else _customary(names, ID_NAMES, "id")
    if study == text:
        raise ColumnError(f"column {names[text]!r} cannot be both --text-column and --id-column")
    return Columns(study, text)


def has_columns(names: Sequence[str]) -> bool:
    """Whether both columns have a customary name."""
    try:
        find_columns(names)
    except ColumnError:
        return False
    return True


def _named(names: Sequence[str], wanted: str, what: str) -> int:
    found = [i for i, name in enumerate(names) if name == wanted]
    if not found:
        found = [i for i, name in enumerate(names) if _key(name) == _key(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ColumnError(f"{len(found)} columns are called {wanted!r}; rename one, or name another --{what}-column")
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6) if _is_header(names) else []
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    raise ColumnError(f"no column {wanted!r}{hint}; {_listing(names)}")


def _customary(names: Sequence[str], customary: Sequence[str], what: str) -> int:
    keys = [_key(name) for name in names]
    for name in customary:
        if name in keys:
            return keys.index(name)
    raise ColumnError(f"no column has a customary name for the {what}; name it with --{what}-column; {_listing(names)}")


def _key(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _is_header(names: Sequence[str]) -> bool:
    return all(len(name) <= MAX_NAME and "\n" not in name for name in names)


def _listing(names: Sequence[str]) -> str:
    """The names, or, where they cannot be names, nothing of them: a file without a header starts with a report."""
    if not _is_header(names):
        return "the first row does not hold column names; add a header row"
    return "the columns are " + ", ".join(names)
