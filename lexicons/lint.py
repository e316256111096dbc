"""The faults of phrase tables, all of them at once, for a person who edits one."""

import difflib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lexicons.concepts import CONCEPTS, HEADER_CONCEPTS
from lexicons.load import Row
from lexicons.phrases import expand_phrases, PhraseError

_SPACES = {"plain": "plain", "rewrite": "rewrite", **dict.fromkeys(HEADER_CONCEPTS, "header")}


class Fault(NamedTuple):
    """What is wrong with the row at this line of this file."""

    file: str
    line: int
    message: str


def find_faults(rows: Iterable[Row]) -> list[Fault]:
    """Every fault of the rows of one folder, in their order; none means that ``to_lexicon`` takes them.

    A row is at fault for an unknown concept, a value that the concept does not take, a phrase outside the syntax, or
    a phrase that an earlier row already gives a meaning. A site's folder may give English phrases another meaning, so
    the rows of one folder are checked without those it is laid over.
    """
    faults: list[Fault] = []
    meanings: dict[tuple[str, tuple[str, ...]], Row] = {}
    for row in rows:
        messages = [*_check_concept(row), *_check_phrase(row, meanings)]
        faults += [Fault(row.file, row.line, message) for message in messages]
    return faults


def _check_concept(row: Row) -> Iterator[str]:
    if row.concept not in CONCEPTS:
        near = difflib.get_close_matches(row.concept, CONCEPTS, n=1, cutoff=0.0)[0]
        yield f"unknown concept {row.concept!r}; the nearest is {near!r}"
    elif row.concept == "rewrite":
        if not row.value:
            yield "a rewrite without the words to read instead"
    elif not CONCEPTS[row.concept]:
        if row.value:
            yield f"{row.concept!r} takes no value, found {row.value!r}"
    else:
        yield from _check_value(row)


def _check_value(row: Row) -> Iterator[str]:
    allowed = CONCEPTS[row.concept]
    values = row.value.split(",") if row.concept == "level" else [row.value]
    for value in values:
        if value not in allowed:
            yield f"{row.concept!r} has the value {value!r}, expected {' or '.join(allowed)}"


def _check_phrase(row: Row, meanings: dict[tuple[str, tuple[str, ...]], Row]) -> Iterator[str]:
    """Faults of the phrase; what it stands for is added to ``meanings``, by the kind of table it goes to."""
    try:
        phrases = expand_phrases(row.phrase)
    except PhraseError as error:
        yield str(error)
        return
    taken: dict[Row, list[str]] = {}
    for phrase in phrases:
        earlier = meanings.setdefault((_SPACES.get(row.concept, "phrase"), phrase), row)
        if earlier is not row:
            taken.setdefault(earlier, []).append(" ".join(phrase))
    for earlier, (first, *others) in taken.items():
        more = f" (and {len(others)} more)" if others else ""
        yield f"{first!r}{more} stands already in {earlier.file}:{earlier.line}, as {_meaning(earlier)}"


def _meaning(row: Row) -> str:
    return f"{row.concept} {row.value}".strip()
