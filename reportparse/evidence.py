"""Marking evidence: a report's text cut at the offsets of the words that decided its labels.

Pages and the terminal both draw from these pieces; neither ever searches the text again.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple


class Span(NamedTuple):
    """Offsets of some words in the untouched report text: ``text[start:end]``."""

    start: int
    end: int


class Piece(NamedTuple):
    """A stretch of text under the same evidence: the indexes of the spans that cover it, and of those that end here."""

    text: str
    covering: tuple[int, ...]
    ending: tuple[int, ...]


def to_distinct_spans(spans: Iterable[Span | None], length: int) -> list[Span]:
    """The different spans inside a text of that length, in reading order.

    Empty spans and spans that reach outside the text are left out: they were measured on another text.
    """
    return sorted({span for span in spans if span is not None and 0 <= span.start < span.end <= length})


def cut_at_spans(text: str, spans: list[Span]) -> list[Piece]:
    """The pieces of a text in order; joined, they are the text. ``spans`` as ``to_distinct_spans`` gives them."""
    edges = sorted({0, len(text), *(edge for span in spans for edge in span)})
    pieces = []
    for start, end in pairwise(edges):
        covering = tuple(i for i, span in enumerate(spans) if span.start < end and start < span.end)
        ending = tuple(i for i in covering if spans[i].end == end)
        pieces.append(Piece(text[start:end], covering, ending))
    return pieces


def to_printable(text: str) -> str:
    """The text with what could command a terminal or turn a line around replaced by a visible sign, one for one.

    Control characters (escape sequences among them) become their pictures, the two that turn writing direction
    and lone surrogates become U+FFFD. Newlines and tabs stay, and so does every offset.
    """
    return "".join(map(_to_printable, text))


def _to_printable(char: str) -> str:
    code = ord(char)
    if char in "\n\t" or 0x20 <= code < 0x7F:
        return char
    if code < 0x20:
        return chr(0x2400 + code) if char != "\r" else " "
    turns = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return "\ufffd" if code < 0xA0 or turns or 0xD800 <= code <= 0xDFFF else char
