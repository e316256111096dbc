"""Tokens to chunks: runs of tokens that act as one word are joined before any clause is read.

Ranges of grades (``mild to moderate``), lists and ranges of levels, comparisons of sides (``left greater than right``),
named scores (``Lee 2``); what belongs to another time or only serves a comparison is set aside.
"""

from reportparse.chunk import Chunk, Chunked, Grade, SIDE_KINDS
from reportparse.grade_chunks import is_pick_list, open_grades, read_grade, SCHEMES, starts_change
from reportparse.level_chunks import DISC_KINDS, read_levels
from reportparse.lexer import Token
from reportparse.set_aside import drop_likened, set_past_aside
from reportparse.side_chunks import read_side

_LEVEL_KINDS = (*DISC_KINDS, "vertebra")
_BEGINS_CHANGE = (*_LEVEL_KINDS, "grade", "past")


def to_chunks(tokens: list[Token], minimal: Grade, schemes: bool) -> Chunked:
    """The chunks of a sentence's tokens.

    minimal: the grade that ``minimal`` means; schemes: whether named scores are read.
    """
    if is_pick_list(tokens):
        return Chunked([], [])
    chunks: list[Chunk] = []
    masks: list[tuple[int, ...]] = []
    at = 0
    while at < len(tokens):
        concept = tokens[at].concept
        if concept in _LEVEL_KINDS:
            at = read_levels(tokens, at, chunks, masks)
            continue
        if concept == "scheme" and not schemes:
            at += 1
            continue
        if concept in ("grade", "large"):
            if starts_change(tokens, at):
                chunks.append(Chunk("past_grade", "", at, at))
                at += 2
            chunk, at = read_grade(tokens, at, minimal)
        elif concept in SIDE_KINDS:
            chunk, at = read_side(tokens, at)
        else:
            chunk, at = _read_word(tokens, at), at + 1
        chunks.append(chunk)
    return drop_likened(open_grades(set_past_aside(chunks)), masks)


def _read_word(tokens: list[Token], at: int) -> Chunk:
    """The chunk of a token that no run begins with."""
    token = tokens[at]
    if token.concept == "scheme":
        return Chunk("scheme", SCHEMES[str(token.value)], at, at)
    if token.concept == "narrows" and _is_predicate(tokens, at):
        return Chunk("stenosed", "", at, at)
    if token.concept == "from":
        begins_change = at + 1 < len(tokens) and tokens[at + 1].concept in _BEGINS_CHANGE
        return Chunk("from" if begins_change else "because", "", at, at)
    return Chunk(token.concept, token.value, at, at)


def _is_predicate(tokens: list[Token], at: int) -> bool:
    """Whether a verb's form is an adjective: ``the canal is slightly narrow``."""
    before = at - 1
    while before >= 0 and tokens[before].concept in ("grade", "neg", "hedge", "significant", "large"):
        before -= 1
    ends = at + 1 == len(tokens) or tokens[at + 1].concept in ("comma", "semicolon", "at", "and", "with", "because")
    return before >= 0 and tokens[before].concept in ("be", "was", "site", "root") and ends
