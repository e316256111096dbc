"""Headers at the start of a sentence: which part of the report, and which part of the spine, begins here."""

import re
from typing import NamedTuple

from lexicons.load import Entry, Lexicon

_WORD = re.compile(r"[a-z]+")
_FIRST_WORD = re.compile(r"[\s*#_>.\-=(]{0,40}+(?:\d{1,2}[.)][\s*#_]{0,20})?([a-z]+)")
_COLON = re.compile(r"(?:\s?#?[\d/.-]{1,10})?[\s*_)]*(?:\([^()\n]{0,60}\)\s*)?(?::|>>|={1,2}|-{1,2}\s|\s-)")
_WIDE_GAP = re.compile(r"[\s*_]*(?:\t|[ ]{2,}|$|\n)")
_LONGEST = 6
"""Words of the longest header phrase, and of what is looked at behind it."""

_TELLING = ("impression", "findings", "addendum")
_BARE_TELLING = ("findings", "impression", "conclusion", "addendum")

_GOES_ON = frozenset(
    "suggest suggests are is was were consistent compatible discussed in of as may on with noted described and or which"
    " that has have to from reveal show given made at shows radiographs there it".split()
)
"""A word that shows the header word before it to be part of a sentence (``Findings are ...``)."""

_BARE_SKIPS = frozenset("history indication indications comparison technique reason hx clinical tech procedure".split())
"""Skipped sections whose header may stand without a colon, for one sentence."""


class Header(NamedTuple):
    """A header read.

    concept: ``section`` or ``region``. end: offset after it. bare: it had no colon and no line of its own.
    """

    concept: str
    value: str
    end: int
    bare: bool


class HeaderReader:
    """Finds the headers of one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._headers = lexicon.headers
        self._starts = {phrase[0] for phrase in lexicon.headers}

    def read(self, text: str, start: int, end: int) -> Header | None:
        """The header that text[start:end], a sentence, begins with, or None."""
        first = _FIRST_WORD.match(text, start, end)
        if first is None or first.group(1) not in self._starts:
            return None
        words, stops = _leading_words(text, first.start(1), end)
        for length in range(len(words), 0, -1):
            entry = self._headers.get(tuple(words[:length]))
            if entry is not None:
                return _judge(text, entry, words, length, stops[length - 1], end)
        return None


def _leading_words(text: str, at: int, end: int) -> tuple[list[str], list[int]]:
    """Up to ``_LONGEST`` words from an offset on, and the offsets they end at."""
    words: list[str] = []
    stops: list[int] = []
    while len(words) < _LONGEST and (word := _WORD.match(text, at, end)):
        words.append(word.group())
        at = word.end()
        stops.append(at)
        while at < end and text[at] in " /&'-*_,":
            at += 1
    return words, stops


def _judge(text: str, entry: Entry, words: list[str], length: int, stop: int, end: int) -> Header | None:
    """A header phrase is a header before a colon, alone, before a wide gap, or where the sentence does not go on."""
    colon = _COLON.match(text, stop, end)
    if colon:
        return Header(entry.concept, entry.value, colon.end(), False)
    if not text[stop:end].strip(" .*_:)\t\n"):
        return Header(entry.concept, entry.value, end, False)
    if entry.concept == "section" and _WIDE_GAP.match(text, stop, end):
        return Header(entry.concept, entry.value, stop, False)
    following = words[length] if length < len(words) else ""
    if entry.value == "prior" and following not in _GOES_ON:
        return Header(entry.concept, entry.value, stop, False)
    is_telling = entry.concept == "section" and entry.value in _TELLING and words[0] in _BARE_TELLING
    if is_telling and following and following not in _GOES_ON:
        return Header(entry.concept, entry.value, stop, True)
    if entry.value == "skip" and words[0] in _BARE_SKIPS:
        return Header(entry.concept, entry.value, stop, True)
    return None
