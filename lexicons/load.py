"""Phrase tables as the parser takes them: rows into one lexicon with a hash."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from lexicons.concepts import CONCEPTS, HEADER_CONCEPTS
from lexicons.phrases import expand_phrases, PhraseError
from lexicons.rows import LexiconError, read_rows, Row

ENGLISH = Path(__file__).parent / "en"

Phrase = tuple[str, ...]


class Entry(NamedTuple):
    """What a phrase means."""

    concept: str
    value: str


@dataclass(frozen=True)
class Lexicon:
    """Phrases and their meanings.

    phrases: word sequence -> entry. headers: word sequence -> entry, for section and region headers, which are read
    only at the start of a sentence. rewrites: misspelt sequence -> the words meant. plain: words that are right as
    they stand and are never respelled.
    """

    phrases: dict[Phrase, Entry]
    headers: dict[Phrase, Entry]
    rewrites: dict[Phrase, Phrase]
    plain: frozenset[str]

    @cached_property
    def hash(self) -> str:
        """A digest of what every phrase means; order, layout, comments and examples of the tables do not change it."""
        digest = hashlib.sha256()
        for line in sorted(self._lines()):
            digest.update(line.encode() + b"\n")
        return digest.hexdigest()[:16]

    def _lines(self) -> Iterator[str]:
        for kind, table in (("phrase", self.phrases), ("header", self.headers)):
            yield from ("\t".join((kind, " ".join(phrase), *entry)) for phrase, entry in table.items())
        yield from ("\t".join(("rewrite", " ".join(phrase), " ".join(to))) for phrase, to in self.rewrites.items())
        yield from (f"plain\t{word}" for word in self.plain)


def to_lexicon(rows: Iterable[Row]) -> Lexicon:
    """The lexicon of the rows; a later row overrides an earlier one for the same phrase. Raises LexiconError."""
    phrases: dict[Phrase, Entry] = {}
    headers: dict[Phrase, Entry] = {}
    rewrites: dict[Phrase, Phrase] = {}
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
            rewrites.update(dict.fromkeys(sequences, tuple(row.value.split())))
        else:
            table = headers if row.concept in HEADER_CONCEPTS else phrases
            table.update(dict.fromkeys(sequences, Entry(row.concept, row.value)))
    return Lexicon(phrases, headers, rewrites, frozenset(plain))


@cache
def read_lexicon(overlay: Path | None = None) -> Lexicon:
    """The English lexicon, with the rows of a site's own folder laid over it."""
    rows = read_rows(ENGLISH)
    if overlay is not None:
        rows += read_rows(overlay)
    return to_lexicon(rows)
