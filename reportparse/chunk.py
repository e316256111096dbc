"""A chunk: one word of the grammar, be it written as one word or as several."""

from typing import NamedTuple

Grade = tuple[int, int, int | None]
"""Lowest and highest grade the words leave possible, and the grade they give, None where they give none."""


class Chunk(NamedTuple):
    """One word of the grammar.

    kind: a concept, ``grade`` and ``level`` among them. value: the concept's value; for ``grade`` a ``Grade``; for
    ``level`` the number of discs named, as a string (their masks are kept apart, so that a clause reads the same at
    any level). first, last: indices of the first and last token.
    """

    kind: str
    value: object
    first: int
    last: int


class Chunked(NamedTuple):
    """The chunks of a sentence; masks holds, for each ``level`` chunk in order, one bit mask per disc named."""

    chunks: list[Chunk]
    masks: list[tuple[int, ...]]


SIDE_KINDS = ("side", "letter_side")


def grade_of(chunk: Chunk) -> Grade:
    """The grade that a ``grade`` or ``past_grade`` chunk holds."""
    assert isinstance(chunk.value, tuple)
    low, high, grade = chunk.value
    return low, high, grade
