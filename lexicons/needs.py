"""Whether the examples of a row need it: whether one of them means something else without the row."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from lexicons.concepts import HEADER_CONCEPTS
from lexicons.load import Lexicon, Phrase, to_lexicon
from lexicons.phrases import expand_phrases
from lexicons.rows import Row

Reads = Callable[[Lexicon], Callable[[str], Hashable]]
"""A way to read by a lexicon: from it to a function that says what a text means."""

T = TypeVar("T")


def find_needless(rows: Sequence[Row], reads: Reads, below: Sequence[Row] = ()) -> Iterator[Row]:
    """The rows whose examples all mean the same without them; a row with no example is not among them.

    rows, below: as in ``find_faults``; where a row of ``rows`` is taken out, what ``below`` says shows again.
    """
    whole, base = to_lexicon([*below, *rows]), to_lexicon(below)
    read = reads(whole)
    for row in rows:
        if row.examples:
            read_without = reads(take_out(whole, row, base))
            if all(read(example) == read_without(example) for example in row.examples):
                yield row


def take_out(lexicon: Lexicon, row: Row, base: Lexicon) -> Lexicon:
    """The lexicon without the phrases of a row, which mean again what they mean in ``base``, if anything."""
    phrases = expand_phrases(row.phrase)
    if row.concept == "plain":
        words = {word for phrase in phrases for word in phrase}
        return replace(lexicon, plain=lexicon.plain - words | (base.plain & words))
    if row.concept == "rewrite":
        return replace(lexicon, rewrites=_restore(lexicon.rewrites, phrases, base.rewrites))
    if row.concept in HEADER_CONCEPTS:
        return replace(lexicon, headers=_restore(lexicon.headers, phrases, base.headers))
    return replace(lexicon, phrases=_restore(lexicon.phrases, phrases, base.phrases))


def _restore(table: dict[Phrase, T], phrases: list[Phrase], base: dict[Phrase, T]) -> dict[Phrase, T]:
    restored = dict(table)
    for phrase in phrases:
        restored.pop(phrase, None)
        if phrase in base:
            restored[phrase] = base[phrase]
    return restored
