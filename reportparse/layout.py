"""The text as the grammar reads it: lower case, plain punctuation, hard wraps undone, cut into lines and sentences.

Every step keeps the length of the text, so an offset in the result is an offset in the report.
"""

import re
from typing import NamedTuple

_PLAIN = str.maketrans(
    {
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
        "\u00ad": "-", "\ufe63": "-", "\uff0d": "-", "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u2009": " ",
        "\u200a": " ", "\u2002": " ", "\u2003": " ", "\u3000": " ", "\ufeff": " ", "\u200b": " ", "\u2028": "\n",
        "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\r": "\n", "\u2018": "'", "\u2019": "'",
        "\u201c": '"', "\u201d": '"', "\u2022": "*", "\u25cf": "*", "\u25aa": "*", "\u00b7": "*", "\u2023": "*",
        "\u2192": ">", "\u25b8": "*", "\u25b6": "*", "\u2460": " ", "\u2461": " ", "\u2462": " ", "\u2463": " ",
        "\u2464": " ", "\u2044": "/", "\uff0f": "/", "\x00": " ", "\uff1a": ":", "\uff0c": ",", "\u2215": "/",
    }
)  # fmt: skip

_FURNITURE = re.compile(
    r"^[ \t]*(?:[-=_*.#~]{4,}[ \t]*$|[-=_* ]*continued on (?:next )?page|.*\bpage\s+\d+\s*$|page\s+\d+\s+(?:of|/)\s+\d+|\(?electronically\s+signed|pt:\s|patient\s*(?:name|id)\b"
    r"|mrn\b|dob\b|dictated\s+by|transcribed\s+by|accession\b|\(?continued\)?\s*$).*$",
    re.MULTILINE,
)

_FURNITURE_CUE = re.compile(r"[-=_*.#~]{4}|page \d|signed|patient|[pmd][rto][nb:]|dictated|transcr|accession|continued")

_BULLET = re.compile(r"[ \t]*(?:[-*#>]+(?=[a-z])|(?:[-*#>]+|\(?\d{1,2}[.)]|\(?[a-h][.)])[ \t]+)")
_LEVEL_START = re.compile(r"[ \t*#-]*(?:at |level |the )?(?:[ltd](?:1[0-2]|[1-9])|l\s?[-.]?\s?\d)\s?[-/ ls]{0,4}\d?\b")
_LEVEL_HEADING = re.compile(
    r"[ \t*#-]*(?:at |level )?[ltd]\s?(?:1[0-2]|[1-9])\s?[-/]\s?[ls]?\s?\d\b(?:\s*[:.)-]|\s{2,}|\s*$)"
)
_LEVEL_LABEL = re.compile(
    r"[ \t*#-]*(?:at |level )?[ltd]\s?(?:1[0-2]|[1-9])\s?[-/]\s?[ls]?\s?\d(?: (?:level|disc))?\s?:"
)
_LABEL_START = re.compile(r"[ \t*#-]*[a-z][a-z /,&()]{0,40}:")
_ENDS = tuple(".:!?|")

_SENTENCE_END = re.compile(r"[.!?](?![0-9.!?])(?=[\s\"')\]*]|[a-z*]|$)")

ABBREVIATIONS = frozenset(
    "mod sev min lat approx bilat lt rt dr mr mrs vs eg ie cf fig no st ant post inf sup cent resp sig incl gr ht wt"
    " max rec prev esp poss prob mins degen assoc".split()
)
"""Words that end in a full stop in the middle of a sentence."""

_SITE_SHORT = re.compile(r"\b(?:nfs?|ccs?|lrs?|nfn)\b")
_LABEL_NEXT = re.compile(r"\s+(?:[a-z][a-z ]{0,24}:|[ltd]\s?\d{1,2}\s?[-/]?\s?[ls]?\s?\d)")
WIDEST_WRAP = 100
"""Lines longer than this are taken for hard wrapped only where there are two of about the same length."""

_LAST_WORD = re.compile(r"([a-z]+)$")


class Line(NamedTuple):
    """A line after hard wraps are undone: offsets, whether a blank line precedes it, and its indent.

    indent: columns before its first letter or digit, a bullet counted in.
    """

    start: int
    end: int
    after_blank: bool
    indent: int


def normalise(text: str) -> str:
    """The text in lower case with plain dashes, spaces and quotes; as long as the original, character for character."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if not lowered.isascii() or "\r" in lowered or "\x00" in lowered or "\x0b" in lowered or "\x0c" in lowered:
        lowered = lowered.replace("\r\n", " \n").translate(_PLAIN)
        lowered = lowered.replace(" * ", " | ")
    return lowered


_SPOKEN = re.compile(
    r"\s(?:(?P<stop>period|full stop)|(?P<comma>comma)|(?P<colon>colon)|(?P<line>(?:new|next) (?:paragraph|line)))(?![a-z])"
    r"|\bnumber (?:one|two|three|four|five|six|\d)\b(?=\s)"
)
_PAD = "\x1f"
"""Stands where a spoken mark was longer than the mark: white space, but no column of a table."""

_MARKS = {"stop": ".", "comma": ",", "colon": ":", "line": "\n"}


def read_spoken_marks(text: str) -> str:
    """The text with dictated punctuation (``period``, ``new paragraph``) as marks, where it is dictated at all."""
    if text.count(" period") < 2 and "new paragraph" not in text:
        return text
    return _SPOKEN.sub(lambda m: _MARKS.get(m.lastgroup or "", " ").ljust(len(m.group()), _PAD), text)


_QUOTED = re.compile(r'"[^"]{12,600}"')


_REPLY_MARK = re.compile(r"^[ \t]*>", re.MULTILINE)


def blank_reply_marks(text: str) -> str:
    """The text with spaces for the ``>`` that mail programs put before each line."""
    if text.count(">") < 3 or len(_REPLY_MARK.findall(text)) < 3:
        return text
    return _REPLY_MARK.sub(lambda m: " " * len(m.group()), text)


_TAG = re.compile(
    r"</?[a-z][a-z0-9]{0,10}(?:\s[^<>\n]{0,80})?/?>|\[/?(?:b|i|u|bold|italic)\]|&(?:nbsp|amp|lt|gt|quot);"
)


def blank_tags(text: str) -> str:
    """The text with spaces for the mark-up (``<b>``, ``&nbsp;``) that an export left in it."""
    if "<" not in text and "&" not in text and "[/" not in text:
        return text
    return _TAG.sub(lambda m: " " * len(m.group()), text)


def blank_quotes(text: str) -> str:
    """The text with spaces for what it quotes, which others said; a text that is mostly quotes keeps them."""
    if text.count('"') < 2:
        return text
    blanked = _QUOTED.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    return blanked if 2 * len(blanked.split()) > len(text.split()) else text


def undo_layout(lowered: str, original: str) -> tuple[str, list[Line], bool]:
    """The normalised text with page furniture blanked and hard wraps undone, its lines, and whether it was wrapped."""
    if _FURNITURE_CUE.search(lowered):
        lowered = _FURNITURE.sub(_blank_furniture, lowered)
    rows = lowered.split("\n")
    shape = _read_shape(rows, original, lowered)
    wraps: list[int] = []
    lines: list[Line] = []
    at, before, blank = 0, "", True
    for row in rows:
        stripped = row.strip()
        if not stripped:
            before, blank = "", True
        elif stripped[0] == "\x01":
            if before and before[-1] not in _ENDS:
                wraps.append(at - 1)
        else:
            if before and _is_wrapped(before, row, original, at, shape):
                wraps.append(at - 1)
                lines[-1] = lines[-1]._replace(end=at + len(row))
            else:
                lines.append(Line(at, at + len(row), blank, len(row) - len(row.lstrip(" \t-*>|."))))
            before, blank = stripped, False
        at += len(row) + 1
    return (_blank(lowered, wraps) if wraps or "\x01" in lowered else lowered), lines, len(wraps) > 1


def _blank(text: str, wraps: list[int]) -> str:
    """The text with spaces for furniture and for the line breaks of wraps."""
    characters = list(text.replace("\x01", " "))
    for at in wraps:
        characters[at] = " "
    return "".join(characters)


def _blank_furniture(match: re.Match[str]) -> str:
    return "\x01" * len(match.group())


class _Shape(NamedTuple):
    """What the lines of a text tell of its wrapping.

    width: of the longest line, or more than any where nothing shows the lines to be wrapped. several: more than one
    line is about that long. broken: a line about that long ends in the middle of a sentence. cased: the text is neither
    all capitals nor all small letters.
    """

    width: int
    several: bool
    broken: bool
    cased: bool


def _read_shape(rows: list[str], original: str, lowered: str) -> _Shape:
    width = max(map(len, rows))
    full = [row.rstrip() for row in rows if len(row) >= width - 12]
    several = len(full) > 1
    broken = several and any(row and row[-1] not in _ENDS for row in full)
    cased = original != original.upper() and original != lowered
    return _Shape(10_000 if width > WIDEST_WRAP and not several else width, several, broken, cased)


def _is_wrapped(before: str, line: str, original: str, at: int, shape: _Shape) -> bool:
    """Whether a line goes on from the one before: no new item begins here, and no room was left there.

    before: the line before, stripped; at: where the line starts in the original text.
    """
    if before[-1] == ":" and ". " in before and not _LABEL_START.match(line) and not _BULLET.match(line):
        return not _LEVEL_HEADING.match(line)
    ended = before[-1] in _ENDS or before.rstrip("\"')*")[-1:] in _ENDS
    if ended and not shape.broken:
        return False
    if _BULLET.match(line) or "|" in line or "\t" in line or "   " in line.strip() or _LEVEL_LABEL.match(line):
        return False
    first_word = line.split(None, 1)[0]
    room = shape.width - len(before) - 1 - len(first_word)
    no_room = room < 12 and shape.width >= 40
    begins = _LEVEL_START.match(line) is not None or _LABEL_START.match(line) is not None
    if ended:
        return room < 0 and shape.width >= 40 and not begins and not _LEVEL_HEADING.match(line)
    if begins or _LEVEL_HEADING.match(line):
        lower = not shape.cased or original[at : at + len(line)].lstrip()[:1].islower()
        if no_room and lower and not _LEVEL_START.match(line) and _needs_more(before):
            return True
        return (no_room and (before[-1] in ",-/" or line.lstrip().startswith("at "))) or _awaits_level(before)
    if _needs_more(before) or first_word in _NEVER_FIRST:
        return True
    indent = len(line) - len(line.lstrip())
    word = original[at + indent : at + indent + len(first_word)].strip("(),.;:")
    if shape.cased and word[:1].isupper() and not word.isupper():
        return False
    if shape.cased and word[:1].islower():
        return shape.width < 40 or before[-1] == ";" or (no_room and (shape.several or first_word not in _OFTEN_FIRST))
    return no_room and len(before.strip()) > 30


_NEVER_FIRST = frozenset("is are and or of which with respectively".split())
"""A line that begins with one of these goes on from the one before."""

_OFTEN_FIRST = frozenset("the no adequate there normal diffuse small evidence features feature mild both".split())
"""Words that begin a note's next line as often in small letters as in capitals."""

_AWAITS_LEVEL = re.compile(r"(?:\b(?:at|and|or|to|through|from|of|between)|[&+,])$")


def _awaits_level(before: str) -> bool:
    """Whether a line breaks off where a level must follow (``... stenosis at``)."""
    return _AWAITS_LEVEL.search(before) is not None and len(before.split()) > 2


_OPEN_END = re.compile(
    r"\b(?:and|or|of|the|with|at|to|without|mild|mildly|moderate|moderately|severe|severely|left|right|bilateral|no|not|nor|neither|central|neural"
    r"|foraminal|lateral|greater|than|is|are|by|from|in|on|due|a|an|for|both|causing|compressing|encroaching|narrowing of|spinal|,)[ \t]*,?$|,[ \t]*$"
)


_ON_SIDE = re.compile(r"\bon (?:the |both )?(?:left|right)$|\bmore (?:to|on) (?:the )?(?:left|right)$")


def _needs_more(before: str) -> bool:
    """Whether a line breaks off in the middle of a phrase."""
    return _OPEN_END.search(before) is not None and _ON_SIDE.search(before) is None and len(before.split()) > 2


def starts_with_level(line: str) -> bool:
    """Whether a line begins with a level set apart (``L4-5:``, ``L4-5  Disc bulge``)."""
    return _LEVEL_HEADING.match(line) is not None


def to_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets of the sentences of one line."""
    found: list[tuple[int, int]] = []
    at = start
    for match in _SENTENCE_END.finditer(text, start, end):
        stop = match.end()
        word = _LAST_WORD.search(text, max(at, stop - 12), stop - 1)
        if text[stop - 1] == "." and word is not None:
            letters = word.group()
            glued = stop < end and text[stop].isalpha()
            side = len(letters) == 1 and (glued or letters in "lr")
            short = _SITE_SHORT.search(text, max(at, stop - 200), stop) and _SITE_SHORT.match(text, stop + 1, end)
            kept = side or (letters in ABBREVIATIONS and not glued)
            if kept and not short and not _LABEL_NEXT.match(text, stop, end):
                continue
        if text[stop - 1] == "?" and stop < end and text[stop].isalpha():
            continue
        if stop - 1 > at:
            found.append((at, stop))
        at = stop
    if text[at:end].strip():
        found.append((at, end))
    return found
