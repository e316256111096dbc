"""Phrase syntax: how one cell of a phrase table stands for a finite set of phrases.

``a | b`` is either phrase, ``(x|y)`` either word group, ``?`` after a word or a group makes it optional. A phrase
stands for finitely many word sequences and is matched word by word, so no row can backtrack.
"""

import itertools
import re

MAX_EXPANSIONS = 2000

_TOKEN = re.compile(r"[a-z0-9'/]+|[()|?]")


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says what was found."""


def expand_phrases(cell: str) -> list[tuple[str, ...]]:
    """All word sequences a cell stands for, in the order written, each once.

    Raises PhraseError for characters outside the syntax, unbalanced parentheses, a phrase that can match nothing
    at all, or more than ``MAX_EXPANSIONS`` sequences.
    """
    tokens = _TOKEN.findall(cell)
    rest = _TOKEN.sub("", cell).strip()
    if rest:
        raise PhraseError(f"{rest[0]!r} is not phrase syntax; a phrase holds a-z, 0-9, ', /, ( | ) and ?")
    expansions, end = _read_alternatives(tokens, 0)
    if end != len(tokens):
        raise PhraseError("a ')' without its '('")
    if () in expansions:
        raise PhraseError("the phrase can match nothing at all")
    if len(expansions) > MAX_EXPANSIONS:
        raise PhraseError(f"the phrase stands for {len(expansions)} word sequences; at most {MAX_EXPANSIONS}")
    return list(dict.fromkeys(expansions))


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
        if len(parts) > 12:
            raise PhraseError("a phrase of over 12 words")
    return [tuple(itertools.chain(*choice)) for choice in itertools.product(*parts)], at
