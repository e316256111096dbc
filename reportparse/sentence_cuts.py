"""A line cut into sentences: at full stops that end one, not at those of abbreviations and numbers."""

import re

ABBREVIATIONS = frozenset(
    "mod sev min lat approx bilat lt rt dr mr mrs vs eg ie cf fig no st ant post inf sup cent resp sig incl gr ht wt"
    " max rec prev esp poss prob mins degen assoc".split()
)
"""Words that end in a full stop in the middle of a sentence."""

_SENTENCE_END = re.compile(r"[.!?](?![0-9.!?])(?=[\s\"')\]*]|[a-z*]|$)")
_LAST_WORD = re.compile(r"([a-z]+)$")
_SITE_SHORT = re.compile(r"\b(?:nfs?|ccs?|lrs?|nfn)\b")
_LABEL_NEXT = re.compile(r"\s+(?:[a-z][a-z ]{0,24}:|[lr][a-z]{1,3}\s-\s|[ltd]\s?\d{1,2}\s?[-/]?\s?[ls]?\s?\d)")
_SIDES = ("l", "r", "lt", "rt")
_NO_SIDE_NEXT = re.compile(r"\s+(?:the|rest|other|remaining|there|both|canal|central|spinal|thecal)\b")

_LONGEST_WORD = 12
_REACH_OF_SITE = 200


def to_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets of the sentences of one line, text[start:end]."""
    found: list[tuple[int, int]] = []
    at = start
    for match in _SENTENCE_END.finditer(text, start, end):
        stop = match.end()
        if _is_abbreviation(text, at, stop, end) or _is_uncertain(text, stop, end):
            continue
        if stop - 1 > at:
            found.append((at, stop))
        at = stop
    if text[at:end].strip():
        found.append((at, end))
    return found


def _is_abbreviation(text: str, at: int, stop: int, end: int) -> bool:
    """Whether the full stop before ``stop`` ends an abbreviation (``mod. stenosis``, ``on the l. side``).

    Not before a label or level, nor between two short names of sites (``mild ccs, no nf. nf ...``), nor between a side
    and what has none (``mild stenosis l. canal ok``). at: where the sentence starts.
    """
    word = _LAST_WORD.search(text, max(at, stop - _LONGEST_WORD), stop - 1)
    if text[stop - 1] != "." or word is None:
        return False
    letters = word.group()
    glued = stop < end and text[stop].isalpha()
    is_letter = len(letters) == 1 and (glued or letters in "lr")
    if not is_letter and (letters not in ABBREVIATIONS or glued):
        return False
    if _SITE_SHORT.search(text, max(at, stop - _REACH_OF_SITE), stop) and _SITE_SHORT.match(text, stop + 1, end):
        return False
    if letters in _SIDES and _NO_SIDE_NEXT.match(text, stop, end):
        return False
    return not _LABEL_NEXT.match(text, stop, end)


def _is_uncertain(text: str, stop: int, end: int) -> bool:
    """``?stenosis``: a question mark that hedges the word it is glued to."""
    return text[stop - 1] == "?" and stop < end and text[stop].isalpha()
