"""The faults of phrase tables, all of them at once, for a person who edits one."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lexicons.concepts import CONCEPTS, HEADER_CONCEPTS
from lexicons.load import Phrase
from lexicons.needs import find_needless, Reads
from lexicons.phrases import expand_all, expand_phrases, PhraseError
from lexicons.rows import Fault, Row

_SPACES = {"plain": "plain", "rewrite": "rewrite", **dict.fromkeys(HEADER_CONCEPTS, "header")}
_LETTERS = re.compile(r"[a-z]+")


class _Place(NamedTuple):
    """Where a phrase is looked up: two rows may give it different meanings in different tables."""

    table: str
    phrase: Phrase


def find_faults(lines: Iterable[Row | Fault], reads: Reads | None = None, below: Sequence[Row] = ()) -> list[Fault]:
    """Every fault of the lines of one folder, in their order; none means that ``to_lexicon`` takes the rows.

    A row is at fault for an unknown concept, a value that the concept does not take, a phrase outside the syntax, a
    phrase that it or an earlier row already holds, and for its examples: it has none, one holds no phrase of the row,
    or, where ``reads`` is given, they all mean the same without the row. below: the rows that the folder is laid over
    (English, for a site's own folder), whose phrases it may give another meaning.
    """
    faults: list[Fault] = []
    sound: list[Row] = []
    seen: dict[_Place, Row] = {}
    for line in lines:
        if isinstance(line, Fault):
            faults.append(line)
            continue
        grave = [*_check_concept(line), *_check_syntax(line)]
        messages = grave or [*_check_repeats(line, seen), *_check_examples(line)]
        faults += [Fault(line.file, line.line, message) for message in messages]
        if not grave:
            sound.append(line)
    if reads is not None:
        message = "no example needs this row: without it they all mean the same"
        faulty = {(fault.file, fault.line) for fault in faults}
        needless = (row for row in find_needless(sound, reads, below) if (row.file, row.line) not in faulty)
        faults += [Fault(row.file, row.line, message) for row in needless]
    return sorted(faults, key=lambda fault: (fault.file, fault.line))


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


def _check_syntax(row: Row) -> Iterator[str]:
    try:
        expand_phrases(row.phrase)
    except PhraseError as error:
        yield str(error)


def _check_repeats(row: Row, seen: dict[_Place, Row]) -> Iterator[str]:
    """What the row says twice, or what an earlier row says; what it holds is added to ``seen``."""
    taken: dict[Row, list[str]] = {}
    for phrase in expand_all(row.phrase):
        place = _Place(_SPACES.get(row.concept, "phrase"), phrase)
        if place in seen:
            taken.setdefault(seen[place], []).append(" ".join(phrase))
        else:
            seen[place] = row
    for earlier, (first, *others) in taken.items():
        more = f" (and {len(others)} more)" if others else ""
        if earlier == row:
            yield f"{first!r}{more} stands twice in this row"
        elif (earlier.concept, earlier.value) == (row.concept, row.value):
            yield f"{first!r}{more} is superfluous: it means the same in {earlier.file}:{earlier.line}"
        else:
            meaning = f"{earlier.concept} {earlier.value}".strip()
            yield f"{first!r}{more} has another meaning in {earlier.file}:{earlier.line}: {meaning}"


def _check_examples(row: Row) -> Iterator[str]:
    if not row.examples:
        yield "no example: a short sentence that means something else without this row"
    phrases = [_letters(" ".join(phrase)) for phrase in expand_phrases(row.phrase)]
    for example in row.examples:
        words = _letters(example)
        if not any(phrase in words for phrase in phrases):
            yield f"the example holds no phrase of this row: {example!r}"


def _letters(text: str) -> str:
    """The words of a text, each between two spaces."""
    return " ".join(["", *_LETTERS.findall(text.lower().replace("'s", "")), ""])
