"""From words to tokens: phrases of the lexicon, levels, scores and the punctuation that binds them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from lexicons.load import Entry, Lexicon
from reportparse.levels import LevelWord, to_discs, to_mask
from reportparse.words import Special, UNKNOWN, Word


class Token(NamedTuple):
    """A word or phrase with a meaning.

    concept: a name of ``lexicons.concepts``, or one of ``disc span vertebra outside`` (levels), ``scheme year unknown``
    and the punctuation of ``_PUNCTUATION``. value: the concept's value, or the bit masks of a level expression.
    start, end: indices of its first word and of the word after it.
    """

    concept: str
    value: str | tuple[int, ...]
    start: int
    end: int


_PUNCTUATION = {
    ",": "comma", "/": "slash", "\\": "slash", ":": "colon", ";": "semicolon", "|": "semicolon", "¦": "semicolon",
    "(": "open", ")": "close", "[": "open", "]": "close", "-": "dash", "+": "and", "&": "and", "=": "colon",
    ">": "than", "<": "than", "?": "question", "//": "semicolon", ">>": "colon", "->": "arrow", "--": "dash",
    "*": "dash", "~": "aspect",
}  # fmt: skip

_Spot = tuple[Word, int, int]
"""A word with the indices of the first and last written word it stands for, which a rewrite may make differ."""


class Lexer:
    """Cuts words into tokens by one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._tree = _to_tree(lexicon)
        self._rewrites = lexicon.rewrites
        self._starts = _to_starts(lexicon.rewrites)

    def lex(self, words: Sequence[Word]) -> list[Token]:
        """The tokens of a sentence's words, in order."""
        spots = self._rewrite(words)
        tokens: list[Token] = []
        at = 0
        while at < len(spots):
            word, start, end = spots[at]
            if isinstance(word, Special):
                tokens += _read_special(word, tokens, spots, at)
                at += 1
            elif word in _PUNCTUATION:
                tokens.append(Token(_PUNCTUATION[word], "", start, end))
                at += 1
            else:
                at = self._read_phrase(spots, at, tokens)
        return tokens

    def _rewrite(self, words: Sequence[Word]) -> list[_Spot]:
        """The words with misspellings that take more than one word (``for aminal``) put right."""
        starts = self._starts
        spots: list[_Spot] = [(word, i, i + 1) for i, word in enumerate(words)]
        if not any(a in starts and (starts[a] is None or b in starts[a]) for a, b in pairwise((*words, None))):  # type: ignore[operator]
            return spots
        out: list[_Spot] = []
        at = 0
        while at < len(words):
            for length in range(min(4, len(words) - at), 0, -1):
                meant = self._rewrites.get(tuple(words[at : at + length]))  # type: ignore[arg-type]
                if meant is not None:
                    out += [(word, at, at + length) for word in meant]
                    at += length
                    break
            else:
                out.append(spots[at])
                at += 1
        return out

    def _read_phrase(self, spots: list[_Spot], at: int, tokens: list[Token]) -> int:
        """Append the longest phrase that begins at a word; returns the index after it."""
        word, start, end = spots[at]
        node = self._tree.get(word)  # type: ignore[arg-type]
        after = at + 1
        if node is None:
            if tokens and tokens[-1].end == start and _waits_for_noun(tokens):
                tokens.append(Token("unknown", "", start, end))
            return after
        entry, look = node.entry, after
        while node.children and look < len(spots):
            child = node.children.get(spots[look][0])  # type: ignore[arg-type]
            if child is None:
                break
            node = child
            look += 1
            if node.entry is not None:
                entry, after, end = node.entry, look, spots[look - 1][2]
        if entry is not None:
            tokens.append(_to_token(entry, start, end))
        return after


def _waits_for_noun(tokens: list[Token]) -> bool:
    """Whether a grade or negation comes last, adjectives apart: ``mild``, ``no focal``."""
    concepts = (token.concept for token in reversed(tokens))
    return next((c for c in concepts if c != "aspect"), "") in ("grade", "neg")


class _Node:
    """A word in the tree of phrases: what the phrase ending here means, and the words that may follow."""

    __slots__ = ("children", "entry")

    def __init__(self) -> None:
        self.entry: Entry | None = None
        self.children: dict[str, _Node] = {}


def _to_tree(lexicon: Lexicon) -> dict[str, _Node]:
    root = _Node()
    for words, entry in lexicon.phrases.items():
        node = root
        for word in words:
            node = node.children.setdefault(word, _Node())
        node.entry = entry
    return root.children


def _to_starts(rewrites: dict[tuple[str, ...], tuple[str, ...]]) -> dict[str, frozenset[str] | None]:
    """First words of the misspellings -> the words that may follow them, None for any."""
    starts: dict[str, frozenset[str] | None] = {}
    for phrase in rewrites:
        before = starts.get(phrase[0], frozenset())
        starts[phrase[0]] = None if before is None or len(phrase) == 1 else before | {phrase[1]}
    return starts


def _to_token(entry: Entry, start: int, end: int) -> Token:
    if entry.concept == "level":
        return Token("disc", to_discs(to_mask(entry.value)), start, end)
    return Token(entry.concept, entry.value, start, end)


def _read_special(special: Special, tokens: list[Token], spots: list[_Spot], at: int) -> list[Token]:
    """The token of a level, a score or a year; none where it does not count."""
    _, start, end = spots[at]
    if special.level is not None:
        if special.kind == "level" or _follows_level(tokens, spots, at):
            return [_to_level_token(special.level, start, end)]
        return []
    if special.kind == "sided":
        site, side = Token("site", "foramen", start, end), Token("side", special.text[0], start, end)
        return [side, site, Token("scheme", "lee" + special.text[1], start, end)]
    if special.kind == "numbered":
        lee = any(t.concept == "scheme" and str(t.value).startswith("lee") for t in tokens)
        return [Token("scheme", "lee" + special.text, start, end)] if lee else []
    return [Token(special.kind, special.text, start, end)]


def _to_level_token(level: LevelWord, start: int, end: int) -> Token:
    value = (level.rung,) if level.kind == "vertebra" else level.masks
    return Token(level.kind, value, start, end)


def _follows_level(tokens: list[Token], spots: list[_Spot], at: int) -> bool:
    """A level without its letter counts after another level, after ``at``, or before ``level`` or a colon."""
    if any(t.concept in ("disc", "span") for t in tokens[-3:]):
        return True
    previous = spots[at - 1][0] if at else UNKNOWN
    following = spots[at + 1][0] if at + 1 < len(spots) else UNKNOWN
    return previous in ("at", "level", "levels", "disc") or following in (":", "level", "levels", "disc", "interspace")
