"""Reading phrase tables: a folder of TSV files into one lexicon with a hash."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lexicons.concepts import CONCEPTS, HEADER_CONCEPTS
from lexicons.phrases import PhraseError, expand_phrases

HEADER = ["phrase", "concept", "value", "example"]
ENGLISH = Path(__file__).parent / "en"


class Row(NamedTuple):
    """One row of a phrase table, with the file and line it stands in."""

    phrase: str
    concept: str
    value: str
    example: str
    file: str
    line: int


class Entry(NamedTuple):
    """What a phrase means."""

    concept: str
    value: str


@dataclass(frozen=True)
class Lexicon:
    """Phrases and their meanings.

    phrases: word sequence -> entry. headers: word sequence -> entry, for section and region headers, which are read
    only at the start of a sentence. rewrites: misspelt sequence -> the words meant. plain: words that are right as they stand and are never respelled.
    hash: hex digest of the rows' content, independent of file layout and comments.
    """

    phrases: dict[tuple[str, ...], Entry]
    headers: dict[tuple[str, ...], Entry]
    rewrites: dict[tuple[str, ...], tuple[str, ...]]
    plain: frozenset[str]
    hash: str


class LexiconError(ValueError):
    """A phrase table that cannot be used; the message names the file and the line."""


def read_rows(folder: Path) -> Iterator[Row]:
    """The rows of all ``*.tsv`` files of a folder, by file name and line."""
    paths = sorted(folder.glob("*.tsv"))
    if not paths:
        raise LexiconError(f"{folder.name}: no .tsv file in this folder")
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise LexiconError(f"{path.name}: not UTF-8") from None
        yield from _read_table(path.name, text)


def _read_table(name: str, text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, cells in enumerate(reader, start=1):
        if number == 1:
            if cells != HEADER:
                raise LexiconError(f"{name}:1: the header is {cells}, expected {HEADER}")
            continue
        if not cells or cells[0].startswith("#"):
            continue
        cells = [*cells, "", "", ""][:4] if len(cells) < 4 else cells
        if len(cells) > 4:
            raise LexiconError(f"{name}:{number}: {len(cells)} cells, expected {len(HEADER)}")
        yield Row(*(c.strip() for c in cells), file=name, line=number)


def to_lexicon(rows: list[Row]) -> Lexicon:
    """The lexicon of checked rows; a later row overrides an earlier one for the same phrase."""
    phrases: dict[tuple[str, ...], Entry] = {}
    headers: dict[tuple[str, ...], Entry] = {}
    rewrites: dict[tuple[str, ...], tuple[str, ...]] = {}
    plain: set[str] = set()
    for row in rows:
        if row.concept not in CONCEPTS:
            raise LexiconError(f"{row.file}:{row.line}: unknown concept {row.concept!r}")
        try:
            sequences = expand_phrases(row.phrase)
        except PhraseError as error:
            raise LexiconError(f"{row.file}:{row.line}: {error}") from None
        if row.concept == "plain":
            plain.update(word for sequence in sequences for word in sequence)
        elif row.concept == "rewrite":
            rewrites.update({s: tuple(row.value.split()) for s in sequences})
        elif row.concept in HEADER_CONCEPTS:
            headers.update({s: Entry(row.concept, row.value) for s in sequences})
        else:
            phrases.update({s: Entry(row.concept, row.value) for s in sequences})
    digest = hashlib.sha256("\n".join(sorted("\t".join(r[:3]) for r in rows)).encode()).hexdigest()
    return Lexicon(phrases, headers, rewrites, frozenset(plain), digest[:16])


@cache
def read_lexicon(overlay: Path | None = None) -> Lexicon:
    """The English lexicon, with the rows of a site's own folder laid over it."""
    rows = list(read_rows(ENGLISH))
    if overlay is not None:
        rows += read_rows(overlay)
    return to_lexicon(rows)
