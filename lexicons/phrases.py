"""Phrase syntax: how one cell of a phrase table stands for a finite set of phrases.

``a | b`` is either phrase, ``(x|y)`` either word group, ``?`` after a word or a group makes it optional. A phrase
stands for finitely many word sequences and is matched word by word, so no row can backtrack.
"""

import itertools
import math
import re

MAX_EXPANSIONS = 2000

SLASHED = ("b/l", "w/", "w/o", "r/o", "s/p", "h/o", "c/o", "d/t", "n/a")
"""The words with a slash that are read whole; any other slash parts two words."""

_TOKEN = re.compile(r"[a-z]+(?:/[a-z]*)*|[()|?]|'s(?![a-z])")


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says what was found."""


def expand_phrases(cell: str) -> list[tuple[str, ...]]:
    """All word sequences a cell stands for, in the order written, each once; a possessive ``'s`` is left out.

    Raises PhraseError for characters outside the syntax, a slash inside a word that is not one of ``SLASHED``,
    unbalanced parentheses, a phrase that can match nothing at all, or more than ``MAX_EXPANSIONS`` sequences.
    """
    return list(dict.fromkeys(expand_all(cell)))


def expand_all(cell: str) -> list[tuple[str, ...]]:
    """As ``expand_phrases``, but with what the cell says twice."""
    tokens = _cut(cell)
    expansions, end = _read_alternatives(tokens, 0)
    if end != len(tokens):
        raise PhraseError("a ')' without its '('")
    if () in expansions:
        raise PhraseError("the phrase can match nothing at all")
    if len(expansions) > MAX_EXPANSIONS:
        raise PhraseError(f"the phrase stands for over {MAX_EXPANSIONS} word sequences")
    return expansions


def _cut(cell: str) -> list[str]:
    tokens = [token for token in _TOKEN.findall(cell) if token != "'s"]
    rest = _TOKEN.sub("", cell).strip()
    if rest:
        raise PhraseError(f"{rest[0]!r} is not phrase syntax; a phrase holds a-z, 's, /, ( | ) and ?")
    for token in tokens:
        if "/" in token and token not in SLASHED:
            whole = " ".join(SLASHED)
            raise PhraseError(f"{token!r} is never read as one word; of those with a slash only {whole} are")
    return tokens


def _read_alternatives(tokens: list[str], at: int) -> tuple[list[tuple[str, ...]], int]:
    found: list[tuple[str, ...]] = []
    while True:
        sequence, at = _read_sequence(tokens, at)
        found += sequence
        if at < len(tokens) and tokens[at] == "|":
            at += 1
            continue
        return found, at


def _read_sequence(tokens: list[str], at: int) -> tuple[list[tuple[str, ...]], int]:
    parts: list[list[tuple[str, ...]]] = []
    while at < len(tokens) and tokens[at] not in "|)":
        if tokens[at] == "?":
            raise PhraseError("a '?' with nothing before it")
        if tokens[at] == "(":
            options, at = _read_alternatives(tokens, at + 1)
            if at >= len(tokens):
                raise PhraseError("a '(' without its ')'")
        else:
            options = [(tokens[at],)]
        at += 1
        if at < len(tokens) and tokens[at] == "?":
            options = [*options, ()]
            at += 1
        parts.append(options)
        if math.prod(map(len, parts)) > MAX_EXPANSIONS:
            raise PhraseError(f"the phrase stands for over {MAX_EXPANSIONS} word sequences")
    return [tuple(itertools.chain(*choice)) for choice in itertools.product(*parts)], at
