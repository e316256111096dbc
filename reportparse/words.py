"""From the text of a sentence to its words: respelled, levels read whole, everything that means nothing left out.

A word is a string of the lexicon, a punctuation mark, ``""`` for a run of unknown words, or a ``Special``. Sentences
that differ only in unknown words, spelling and spacing come out the same, which is what makes them cheap to remember.
"""

import re
from typing import NamedTuple

from lexicons.load import Lexicon
from lexicons.phrases import SLASHED
from reportparse.levels import BARE_PAIR_PATTERN, LEVEL_PATTERN, LevelWord, parse_level
from reportparse.memo import Memo
from reportparse.spelling import Speller

UNKNOWN = ""
"""Stands for a run of words that the lexicon does not hold."""

MEMO_SIZE = 100_000
"""Written words remembered at most."""


class Special(NamedTuple):
    """An expression read whole.

    kind: ``level``, ``bare`` (a level without its letter), ``scheme`` (a named score), ``sided`` (one of a side),
    ``numbered`` (``grade 2``), ``year``. text: ``lee2``, ``L2``, ``2``, ... for scores.
    """

    kind: str
    level: LevelWord | None
    text: str


Word = str | Special


class Words(NamedTuple):
    """The words of a sentence with the text offsets each starts and ends at."""

    words: tuple[Word, ...]
    starts: list[int]
    ends: list[int]


_SLASHED = "|".join(sorted(SLASHED, key=len, reverse=True))
_WORD = re.compile(rf"(?:{_SLASHED})(?![a-z])|[a-z]+(?:'s)?|//|>>|->|--|[-,/\\:;|¦()\[\]+&=><?*~]")
_DIGIT = re.compile(r"[0-9]")
_SCORE = r"(?:'s)?\s?(?:grade|class|type|grading|score|g)?\s?[:=]?\s?"
_SPECIAL = re.compile(
    rf"(?:\b|(?<=\bat))(?=[ltdcs1-5g])(?:(?=[ltdcs])(?P<level>{LEVEL_PATTERN})|(?=[1-5])(?P<bare>{BARE_PAIR_PATTERN})"
    r"|(?P<sided>lee\s?(?:grade\s?)?(?:l|r|left|right)\s?[:=]?\s?[0-3]\b)"
    rf"|(?P<scheme>(?:lee{_SCORE}[0-3]|schizas{_SCORE}[a-d][1-4]?)\b)"
    r"|(?P<numbered>grade\s?[0-3]\b)|(?P<year>(?:19|20)[0-9]{2}\b))"
)
_LETTERED = re.compile(r"\b(?:(?P<level>ls1)|(?P<scheme>schizas(?:'s)?\s?(?:grade|class|type)?\s?[:=]?\s?[a-d]))\b")
_LETTERED_CUE = ("ls1", "schizas")

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "for": 4, "to": 2, "too": 2, "twelve": 12, "won": 1,
    "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "12": 12,
}  # fmt: skip
_DICTATED = re.compile(
    r"\b(?:l|el|lumbar|[td])\s(?:one|two|three|four|five|for|to|too|twelve|[1-5]|12)\s?[-,]?\s?"
    r"(?:(?:l|el|lumbar|s)\s)?(?:one|two|three|four|five|for|to|too|won|[1-5])\b"
)
_DICTATED_CUE = re.compile(r"\b(?:l|el|lumbar|[td])\s(?:[1-5ofet])")
_DICTATED_PART = re.compile(r"[a-z]+|[0-9]+")

_Piece = tuple[str, int, int]


class WordReader:
    """Reads words by one lexicon; it remembers how what it has met is written."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._speller = Speller(lexicon)
        self._known = {word for phrase in (*lexicon.phrases, *lexicon.rewrites) for word in phrase}
        self._memo: Memo[str, tuple[_Piece, ...]] = Memo(MEMO_SIZE)

    def read(self, text: str) -> Words:
        """The words of lower-case text (as ``normalise`` gives it)."""
        words: list[Word] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for special, start, end in _read_specials(text):
            if start > at:
                self._read_plain(text, at, start, words, starts, ends)
            words.append(special)
            starts.append(start)
            ends.append(end)
            at = end
        self._read_plain(text, at, len(text), words, starts, ends)
        return Words(tuple(words), starts, ends)

    def _read_plain(
        self, text: str, start: int, end: int, words: list[Word], starts: list[int], ends: list[int]
    ) -> None:
        """Append the words of text[start:end], which holds nothing special."""
        memo = self._memo
        at = start
        last = words[-1] if words else None
        for written in text[start:end].split():
            at = text.index(written, at)
            pieces = memo.get(written)
            if pieces is None:
                pieces = memo.remember(written, tuple(self._cut(written)))
            for word, first, after in pieces:
                if word or last != UNKNOWN:
                    words.append(word)
                    starts.append(at + first)
                    ends.append(at + after)
                    last = word
            at += len(written)

    def _cut(self, written: str) -> list[_Piece]:
        """The words and marks of what stands between two spaces; hyphens inside a compound are none."""
        pieces: list[_Piece] = []
        for match in _WORD.finditer(written):
            first, after = match.span()
            word = match.group()
            if word == "-" and first > 0 and after < len(written):
                continue
            if word[0].isalpha():
                word = self._speller.respell(word.removesuffix("'s"))
                word = word if word in self._known else UNKNOWN
            pieces.append((word, first, after))
        return pieces


def _read_specials(text: str) -> list[tuple[Special, int, int]]:
    """Levels, scores and years, with their offsets, in order."""
    dictated = _read_dictated(text) if _DICTATED_CUE.search(text) else []
    if _DIGIT.search(text):
        matches = _SPECIAL.finditer(text)
    elif any(cue in text for cue in _LETTERED_CUE):
        matches = _LETTERED.finditer(text)
    else:
        return dictated
    written = [(_to_special(m.lastgroup or "", m.group()), *m.span()) for m in matches]
    if not dictated:
        return written
    taken = {position for _, start, end in dictated for position in range(start, end)}
    return sorted([*dictated, *(w for w in written if w[1] not in taken)], key=lambda w: w[1])


def _to_special(kind: str, text: str) -> Special:
    """What a match of ``_SPECIAL`` or ``_LETTERED`` stands for; kind: the name of the group that matched."""
    if kind in ("level", "bare"):
        return Special(kind, parse_level(text), "")
    if kind == "scheme":
        name = "lee" if text.startswith("lee") else "schizas"
        return Special(kind, None, name + (text[-1] if name == "lee" else text.rstrip("1234")[-1]))
    if kind == "sided":
        return Special(kind, None, ("L" if re.match(r"lee\s?(?:grade\s?)?l", text) else "R") + text[-1])
    return Special(kind, None, text[-1] if kind == "numbered" else "")


def _read_dictated(text: str) -> list[tuple[Special, int, int]]:
    """``l four five`` and its like as levels."""
    found = ((m, _to_dictated(m.group())) for m in _DICTATED.finditer(text))
    return [(Special("level", parse_level(level), ""), *m.span()) for m, level in found if level]


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
