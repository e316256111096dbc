"""How much a set of texts repeats itself."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Repetition(NamedTuple):
    """How much a set of texts repeats itself."""

    sentences: int
    distinct: float
    """Share of sentences that differ, a sentence counted with the level or label before it."""
    distinct_wording: float
    """The same with every number made alike."""


def measure_repetition(texts: Iterable[str]) -> Repetition:
    """How much the sentences of these texts repeat; case and spacing are passed over."""
    count = 0
    distinct: set[int] = set()
    wording: set[int] = set()
    for text in texts:
        for sentence in to_sentences(text):
            count += 1
            distinct.add(hash(sentence))
            wording.add(hash(_NUMBER.sub("#", sentence)))
    return Repetition(count, len(distinct) / max(count, 1), len(wording) / max(count, 1))


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WRAP = re.compile(r"^(.{55,}[^\s.:;!?])\n(?=\S)(?![A-Za-z ]+:)", re.MULTILINE)
_END = re.compile(r"(?<=[.;!?])\s+|\n+")


def to_sentences(text: str) -> Iterator[str]:
    """The sentences of a text as anyone would split it, not as the parser does; without headings alone on a line."""
    for sentence in _END.split(_WRAP.sub(r"\1 ", text)):
        plain = " ".join(sentence.lower().split())
        is_heading = plain.endswith(":") or (" " not in plain and not plain.endswith("."))
        if any(map(str.isalpha, plain)) and not is_heading:
            yield plain


def describe(texts: list[str]) -> str:
    """How many texts, how long, and how much they repeat themselves, in words."""
    repetition = measure_repetition(texts)
    length = sum(map(len, texts)) / len(texts)
    return (
        f"{len(texts):,} reports of {length:,.0f} characters, {repetition.sentences:,} sentences,"
        f" {repetition.distinct:.1%} distinct, {repetition.distinct_wording:.1%} distinct with all numbers made alike"
    )
