"""From the text of a sentence to tokens: words of the lexicon, levels and the punctuation that binds them."""

import re
from collections.abc import Callable
from typing import NamedTuple

from lexicons.load import Entry, Lexicon
from reportparse.levels import BARE_PAIR_PATTERN, LEVEL_PATTERN, LevelWord, parse_level, to_mask
from reportparse.spelling import Speller


class Token(NamedTuple):
    """A word or phrase with a meaning.

    concept: a name of ``lexicons.concepts`` or one of ``disc span vertebra outside comma slash colon semicolon
    open close dash year question``. value: the concept's value, or the bit masks of a level expression.
    start, end: offsets in the text that was lexed.
    """

    concept: str
    value: str | tuple[int, ...]
    start: int
    end: int


_PUNCTUATION = {
    ",": "comma", "/": "slash", "\\": "slash", ":": "colon", ";": "semicolon", "|": "semicolon", "¦": "semicolon",
    "(": "open", ")": "close", "[": "open", "]": "close", "-": "dash", "+": "and", "&": "and", "=": "colon",
    ">": "than", "<": "than", "?": "question", "//": "semicolon", ">>": "colon", "->": "colon", "--": "dash",
    "*": "dash", "~": "aspect",
}  # fmt: skip

_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "for": 4, "to": 2, "too": 2, "twelve": 12, "won": 1,
    "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "12": 12,
}  # fmt: skip

_TOKEN = re.compile(
    rf"(?P<level>{LEVEL_PATTERN})|(?P<bare>{BARE_PAIR_PATTERN})"
    r"|(?P<scheme>\b(?:lee|schizas)(?:'s)?\s?(?:grade|class|type|grading|score|g)?\s?[:=]?\s?(?:[0-3]|[a-d][1-4]?)\b)"
    r"|(?P<numbered>\bgrade\s?[0-3]\b)"
    r"|(?P<word>at(?=l[1-5][-/])|\b(?:b/l|w/o|w/|r/o|s/p|h/o|c/o|d/t)|[a-z]+)(?:'s)?"
    r"|(?P<year>\b(?:19|20)[0-9]{2}\b)|(?P<number>[0-9]+)|(?P<punctuation>//|>>|->|--|[-,/\\:;|¦()\[\]+&=><?*~])"
)

_DICTATED = re.compile(
    r"\b(?:l|el|lumbar|[td])\s(?:one|two|three|four|five|for|to|too|twelve|[1-5]|12)\s?[-,]?\s?"
    r"(?:(?:l|el|lumbar|s)\s)?(?:one|two|three|four|five|for|to|too|won|[1-5])\b"
)
_DICTATED_PART = re.compile(r"[a-z]+|[0-9]+")


class Lexer:
    """Cuts text into tokens by one lexicon; it remembers how words it has met are spelled."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._tree = _to_tree(lexicon)
        self._speller = Speller(lexicon)

    def lex(self, text: str) -> list[Token]:
        """The tokens of lower-case text (as ``normalise`` gives it), in order."""
        words = self._read_words(text)
        return self._match_phrases(words)

    def _read_words(self, text: str) -> list[tuple[str, str, int, int]]:
        """(kind, word, start, end); dictated levels are read first, misspelt words come back respelled."""
        dictated = {m.start(): m for m in _DICTATED.finditer(text)} if " " in text else {}
        found: list[tuple[str, str, int, int]] = []
        skip = 0
        respell = self._speller.respell
        for match in _TOKEN.finditer(text):
            start, end = match.span()
            if start < skip:
                continue
            kind = match.lastgroup or ""
            word = match.group(kind)
            if start in dictated and (level := _to_dictated(dictated[start].group())):
                skip = dictated[start].end()
                found.append(("level", level, start, skip))
            elif kind == "word":
                found.append(("word", respell(word), start, end))
            else:
                found.append((kind, word, start, end))
        return self._rewrite(found)

    def _rewrite(self, words: list[tuple[str, str, int, int]]) -> list[tuple[str, str, int, int]]:
        """The words with multi-word misspellings (``for aminal``) put right."""
        rewrites = self._speller.rewrites
        if not any(w[1] in self._speller.rewrite_starts for w in words):
            return words
        out: list[tuple[str, str, int, int]] = []
        at = 0
        while at < len(words):
            for length in (4, 3, 2, 1):
                piece = words[at : at + length]
                key = tuple(w[1] for w in piece)
                if len(piece) == length and key in rewrites:
                    out += [("word", new, piece[0][2], piece[-1][3]) for new in rewrites[key]]
                    at += length
                    break
            else:
                out.append(words[at])
                at += 1
        return out

    def _match_phrases(self, words: list[tuple[str, str, int, int]]) -> list[Token]:
        tokens: list[Token] = []
        at = 0
        count = len(words)
        tree = self._tree
        while at < count:
            kind, word, start, end = words[at]
            at += 1
            if kind == "word":
                node = tree.get(word)
                if node is None:
                    if tokens and tokens[-1].concept == "grade" and tokens[-1].end + 1 >= start:
                        tokens.append(Token("unknown", "", start, end))
                    continue
                entry, after = node.entry, at
                look = at
                while node.children and look < count:
                    next_kind, next_word, _, next_end = words[look]
                    if next_kind == "punctuation" and next_word == "-":
                        look += 1
                        continue
                    node = node.children.get(next_word)  # type: ignore[assignment]
                    if node is None:
                        break
                    look += 1
                    if node.entry is not None:
                        entry, after, end = node.entry, look, next_end
                if entry is not None:
                    value = (to_mask(entry.value),) if entry.concept == "level" else entry.value
                    tokens.append(Token("disc" if entry.concept == "level" else entry.concept, value, start, end))
                    at = after
            elif kind == "level" or kind == "bare":
                level = parse_level(word)
                if kind == "level" or _follows_level(tokens, words, at):
                    tokens.append(_to_level_token(level, start, end))
            elif kind == "punctuation":
                if word != "-" or _stands_apart(words, at, start, end):
                    tokens.append(Token(_PUNCTUATION[word], word, start, end))
            elif kind == "scheme":
                name = "lee" if word.startswith("lee") else "schizas"
                tokens.append(Token("scheme", name + word.rstrip("1234")[-1] if name == "schizas" else name + word[-1], start, end))
            elif kind == "numbered":
                if any(t.concept == "scheme" and str(t.value).startswith("lee") for t in tokens):
                    tokens.append(Token("scheme", "lee" + word[-1], start, end))
            elif kind == "year":
                tokens.append(Token("year", "", start, end))
        return tokens


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


def _to_level_token(level: LevelWord, start: int, end: int) -> Token:
    value = (level.rung,) if level.kind == "vertebra" else level.masks
    return Token(level.kind, value, start, end)


def _follows_level(tokens: list[Token], words: list[tuple[str, str, int, int]], at: int) -> bool:
    """A level without its letter counts after another level, or after ``at`` or before ``level`` or a colon."""
    before = [t.concept for t in tokens[-3:]]
    if any(c in ("disc", "span") for c in before):
        return True
    previous = words[at - 2][1] if at >= 2 else ""
    following = words[at][1] if at < len(words) else ""
    return previous in ("at", "level", "levels", "disc") or following in (":", "level", "levels", "disc", "interspace")


def _stands_apart(words: list[tuple[str, str, int, int]], at: int, start: int, end: int) -> bool:
    """A hyphen inside a compound is no token; one with room on a side, or after a level, is a dash."""
    before = words[at - 2] if at >= 2 else None
    after = words[at] if at < len(words) else None
    if before is None or after is None:
        return True
    return before[3] < start or after[2] > end or before[0] == "level"


def _to_dictated(words: str) -> str | None:
    """``l four five`` as ``l4-5``; None where the numbers are no disc level."""
    parts = _DICTATED_PART.findall(words)
    letter = {"el": "l", "lumbar": "l"}.get(parts[0], parts[0])
    upper = _NUMBER_WORDS[parts[1]]
    rest = parts[2:]
    second = "s" if rest[0] == "s" else ""
    lower = _NUMBER_WORDS[rest[-1]]
    if letter == "l" and (lower == upper + 1 or (upper == 5 and lower == 1)):
        return f"l{upper}-{'s' if lower == 1 else second}{lower}"
    if letter in ("t", "d") and upper == 12 and lower == 1:
        return "t12-l1"
    return None


LexFunction = Callable[[str], list[Token]]
