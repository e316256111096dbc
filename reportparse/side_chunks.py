"""Sides to one chunk: a side, two joined (``left and right``), a comparison (``left greater than right``)."""

from reportparse.chunk import Chunk, SIDE_KINDS
from reportparse.lexer import Token

_COMPARES = ("than", "more")
_PASSED_IN_COMPARISON = ("more", "than", "grade", "on")
_JOINS = ("and", "slash", "or")


def read_side(tokens: list[Token], at: int) -> tuple[Chunk, int]:
    """The chunk of the side that begins at a token, and the index after it.

    Two sides joined are ``side`` with both letters in the order written (``LR``), which ``respectively`` needs. A
    comparison of sides is ``asym``: it speaks of both.
    """
    look = at + 1
    compared = look < len(tokens) and tokens[look].concept in _COMPARES
    if compared:
        while look < len(tokens) and tokens[look].concept in _PASSED_IN_COMPARISON:
            look += 1
    elif look < len(tokens) and tokens[look].concept in _JOINS:
        look += 1
    if look > at + 1 and look < len(tokens) and tokens[look].concept in SIDE_KINDS:
        if compared:
            return Chunk("asym", "B", at, look), look + 1
        one, other = str(tokens[at].value), str(tokens[look].value)
        if one != other:
            return Chunk("side", one + other if other in "LR" else "B", at, look), look + 1
    return Chunk(tokens[at].concept, str(tokens[at].value), at, at), at + 1
