"""From the text of a sentence to tokens: words of the lexicon, levels and the punctuation that binds them."""

import re
from itertools import pairwise
from typing import NamedTuple

from lexicons.load import Entry, Lexicon
from reportparse.levels import BARE_PAIR_PATTERN, LEVEL_PATTERN, LevelWord, parse_level, to_mask
from reportparse.spelling import Speller


class Token(NamedTuple):
    """A word or phrase with a meaning.

    concept: a name of ``lexicons.concepts``, or one of ``disc span vertebra outside`` (levels), ``scheme year unknown``
    and the punctuation of ``_PUNCTUATION``. value: the concept's value, or the bit masks of a level expression.
    start, end: offsets in the text that was lexed.
    """

    concept: str
    value: str | tuple[int, ...]
    start: int
    end: int


class _Word(NamedTuple):
    """A word, a punctuation mark or a special expression before it has a meaning; kind names which."""

    kind: str
    text: str
    start: int
    end: int


_PUNCTUATION = {
    ",": "comma", "/": "slash", "\\": "slash", ":": "colon", ";": "semicolon", "|": "semicolon", "¦": "semicolon",
    "(": "open", ")": "close", "[": "open", "]": "close", "-": "dash", "+": "and", "&": "and", "=": "colon",
    ">": "than", "<": "than", "?": "question", "//": "semicolon", ">>": "colon", "->": "colon", "--": "dash",
    "*": "dash", "~": "aspect",
}  # fmt: skip

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "for": 4, "to": 2, "too": 2, "twelve": 12, "won": 1,
    "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "12": 12,
}  # fmt: skip

_WORD = re.compile(
    r"(?:b/l|w/o|w/|r/o|s/p|h/o|c/o|d/t)(?![a-z])|at(?=l[1-5][-/])|[a-z]+(?:'s)?|//|>>|->|--|[-,/\\:;|¦()\[\]+&=><?*~]"
)
_DIGIT = re.compile(r"[0-9]")
_SPECIAL = re.compile(
    rf"(?:\b|(?<=\bat))(?=[ltdcs1-5g])(?:(?=[ltdcs])(?P<level>{LEVEL_PATTERN})|(?=[1-5])(?P<bare>{BARE_PAIR_PATTERN})"
    r"|(?P<scheme>(?:lee|schizas)(?:'s)?\s?(?:grade|class|type|grading|score|g)?\s?[:=]?\s?(?:[0-3]|[a-d][1-4]?)\b)"
    r"|(?P<numbered>grade\s?[0-3]\b)|(?P<year>(?:19|20)[0-9]{2}\b))"
)
_LETTERED = re.compile(r"(?P<level>\bls1\b)|(?P<scheme>\b(?:schizas)(?:'s)?\s?(?:grade|class|type)?\s?[:=]?\s?[a-d]\b)")
_DICTATED = re.compile(
    r"\b(?:l|el|lumbar|[td])\s(?:one|two|three|four|five|for|to|too|twelve|[1-5]|12)\s?[-,]?\s?"
    r"(?:(?:l|el|lumbar|s)\s)?(?:one|two|three|four|five|for|to|too|won|[1-5])\b"
)
_DICTATED_CUE = re.compile(r"\b(?:l|el|lumbar|[td])\s(?:[1-5ofet])")
_DICTATED_PART = re.compile(r"[a-z]+|[0-9]+")


class Lexer:
    """Cuts text into tokens by one lexicon; it remembers how words it has met are spelled."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._tree = _to_tree(lexicon)
        self._speller = Speller(lexicon)

    def lex(self, text: str) -> list[Token]:
        """The tokens of lower-case text (as ``normalise`` gives it), in order."""
        words: list[_Word] = []
        at = 0
        for special in _read_specials(text):
            self._read_words(text, at, special.start, words)
            words.append(special)
            at = special.end
        self._read_words(text, at, len(text), words)
        return self._match_phrases(self._rewrite(words))

    def _read_words(self, text: str, start: int, end: int, words: list[_Word]) -> None:
        """Append the words and punctuation of a stretch of text; misspelt words come respelled."""
        respell = self._speller.respell
        for match in _WORD.finditer(text, start, end):
            first, last = match.span()
            word = text[first:last]
            if word in _PUNCTUATION:
                words.append(_Word("punctuation", word, first, last))
            else:
                words.append(_Word("word", respell(word.removesuffix("'s")), first, last))

    def _rewrite(self, words: list[_Word]) -> list[_Word]:
        """The words with multi-word misspellings (``for aminal``) put right."""
        starts = self._speller.rewrite_starts
        texts = [w.text for w in words]
        texts.append("")
        if not any(text in starts and after in starts[text] for text, after in pairwise(texts)):
            return words
        out: list[_Word] = []
        at = 0
        while at < len(words):
            found = self._rewrite_at(words, at) if words[at].text in starts else None
            out += found[0] if found else [words[at]]
            at += found[1] if found else 1
        return out

    def _rewrite_at(self, words: list[_Word], at: int) -> tuple[list[_Word], int] | None:
        for length in (4, 3, 2, 1):
            piece = words[at : at + length]
            meant = self._speller.rewrites.get(tuple(w.text for w in piece))
            if meant is not None and len(piece) == length:
                return [_Word("word", word, piece[0].start, piece[-1].end) for word in meant], length
        return None

    def _match_phrases(self, words: list[_Word]) -> list[Token]:
        tokens: list[Token] = []
        at = 0
        while at < len(words):
            word = words[at]
            if word.kind == "word":
                at = self._match_phrase(words, at, tokens)
                continue
            at += 1
            if word.kind == "punctuation":
                if word.text != "-" or _stands_apart(words, at, word):
                    tokens.append(Token(_PUNCTUATION[word.text], "", word.start, word.end))
            elif word.kind in ("level", "bare"):
                if word.kind == "level" or _follows_level(tokens, words, at):
                    tokens.append(_to_level_token(parse_level(word.text), word.start, word.end))
            else:
                tokens += _to_score_token(word, tokens)
        return tokens

    def _match_phrase(self, words: list[_Word], at: int, tokens: list[Token]) -> int:
        """Append the longest phrase that begins at a word; returns the index after it."""
        kind, text, start, end = words[at]
        node = self._tree.get(text)
        after = at + 1
        if node is None:
            if tokens and tokens[-1].concept == "grade" and tokens[-1].end + 1 >= start:
                tokens.append(Token("unknown", "", start, end))
            return after
        entry, look = node.entry, after
        while node.children and look < len(words):
            if words[look].text == "-":
                look += 1
                continue
            child = node.children.get(words[look].text)
            if child is None:
                break
            node = child
            look += 1
            if node.entry is not None:
                entry, after, end = node.entry, look, words[look - 1].end
        if entry is not None:
            tokens.append(_to_token(entry, start, end))
        return after


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


def _to_token(entry: Entry, start: int, end: int) -> Token:
    if entry.concept == "level":
        mask = to_mask(entry.value)
        return Token("disc", tuple(1 << bit for bit in range(6) if mask >> bit & 1), start, end)
    return Token(entry.concept, entry.value, start, end)


def _read_specials(text: str) -> list[_Word]:
    """Levels, scores and years, which are read whole before words are."""
    dictated = _read_dictated(text) if _DICTATED_CUE.search(text) else []
    pattern = _SPECIAL if _DIGIT.search(text) else _LETTERED
    written = [_Word(m.lastgroup or "", m.group(), *m.span()) for m in pattern.finditer(text)]
    if not dictated:
        return written
    taken = {position for word in dictated for position in range(word.start, word.end)}
    return sorted([*dictated, *(w for w in written if w.start not in taken)], key=lambda w: w.start)


def _read_dictated(text: str) -> list[_Word]:
    """``l four five`` and its like as levels."""
    found = ((m, _to_dictated(m.group())) for m in _DICTATED.finditer(text))
    return [_Word("level", level, *m.span()) for m, level in found if level]


def _to_dictated(words: str) -> str | None:
    """``l four five`` as ``l4-5``; None where the numbers are no disc level."""
    parts = _DICTATED_PART.findall(words)
    letter = {"el": "l", "lumbar": "l"}.get(parts[0], parts[0])
    upper, rest = _NUMBERS[parts[1]], parts[2:]
    lower = _NUMBERS[rest[-1]]
    if letter == "l" and (lower == upper + 1 or (upper == 5 and lower == 1)):
        return f"l{upper}-{'s' if lower == 1 else ''}{lower}"
    if letter in ("t", "d") and upper == 12 and lower == 1:
        return "t12-l1"
    return None


def _to_level_token(level: LevelWord, start: int, end: int) -> Token:
    value = (level.rung,) if level.kind == "vertebra" else level.masks
    return Token(level.kind, value, start, end)


def _to_score_token(word: _Word, tokens: list[Token]) -> list[Token]:
    """A year, a named score, or a numbered grade where a Lee score went before."""
    if word.kind == "year":
        return [Token("year", "", word.start, word.end)]
    if word.kind == "numbered":
        lee = any(t.concept == "scheme" and str(t.value).startswith("lee") for t in tokens)
        return [Token("scheme", "lee" + word.text[-1], word.start, word.end)] if lee else []
    name = "lee" if word.text.startswith("lee") else "schizas"
    score = word.text[-1] if name == "lee" else word.text.rstrip("1234")[-1]
    return [Token("scheme", name + score, word.start, word.end)]


def _follows_level(tokens: list[Token], words: list[_Word], at: int) -> bool:
    """A level without its letter counts after another level, after ``at``, or before ``level`` or a colon."""
    if any(t.concept in ("disc", "span") for t in tokens[-3:]):
        return True
    previous = words[at - 2].text if at >= 2 else ""
    following = words[at].text if at < len(words) else ""
    return previous in ("at", "level", "levels", "disc") or following in (":", "level", "levels", "disc", "interspace")


def _stands_apart(words: list[_Word], at: int, word: _Word) -> bool:
    """A hyphen inside a compound is no token; one with room on a side, or after a level, is a dash."""
    if at < 2 or at >= len(words):
        return True
    before, after = words[at - 2], words[at]
    return before.end < word.start or after.start > word.end or before.kind == "level"
