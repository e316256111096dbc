"""The text in lower case with plain punctuation, what is no text of the report blanked: mark-up, reply marks, quotes.

Every step keeps the length of the text, so an offset in the result is an offset in the report.
"""

import re

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

PAD = "\x1f"
"""Stands where a spoken mark was longer than the mark: white space, but no column of a table."""

_MARKS = {"stop": ".", "comma": ",", "colon": ":", "line": "\n"}
_SPOKEN = re.compile(
    r"\s(?:(?P<stop>period|full stop)|(?P<comma>comma)|(?P<colon>colon)|(?P<line>(?:new|next) (?:paragraph|line)))"
    r"(?![a-z])|\bnumber (?:one|two|three|four|five|six|\d)\b(?=\s)"
)
_TAG = re.compile(
    r"</?[a-z][a-z0-9]{0,10}(?:\s[^<>\n]{0,80})?/?>|\[/?(?:b|i|u|bold|italic)\]|&(?:nbsp|amp|lt|gt|quot);"
)
_UNTICKED = re.compile(r"\[\s?\]\s?[a-z]{2}[a-z /-]{0,40}")
_QUOTED = re.compile(r'"[^"]{12,600}"')
_REPLY_MARK = re.compile(r"^[ \t]*>", re.MULTILINE)


def to_plain(text: str) -> str:
    """The text as the grammar reads it but for its layout."""
    return blank_quotes(blank_reply_marks(read_spoken_marks(blank_unticked(blank_tags(normalise(text))))))


def normalise(text: str) -> str:
    """The text in lower case with plain dashes, spaces and quotes; as long as the original, character for character."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if not lowered.isascii() or "\r" in lowered or "\x00" in lowered or "\x0b" in lowered or "\x0c" in lowered:
        lowered = lowered.replace("\r\n", " \n").translate(_PLAIN)
        lowered = lowered.replace(" * ", " | ")
    return lowered


def blank_tags(text: str) -> str:
    """The text with spaces for the mark-up (``<b>``, ``&nbsp;``) that an export left in it."""
    if "<" not in text and "&" not in text and "[/" not in text:
        return text
    return _TAG.sub(lambda m: " " * len(m.group()), text)


def blank_unticked(text: str) -> str:
    """The text with spaces for the words after a box without a tick: ``[ ] none [x] mild [ ] moderate``.

    Not where boxes stand after their words (``none [ ] mild [x]``).
    """
    before, box, _ = text.partition("[")
    if not box or before.rstrip()[-1:].isalpha():
        return text
    return _UNTICKED.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def read_spoken_marks(text: str) -> str:
    """The text with dictated punctuation (``period``, ``new paragraph``) as marks, where it is dictated at all."""
    if text.count(" period") < 2 and "new paragraph" not in text:
        return text
    return _SPOKEN.sub(lambda m: _MARKS.get(m.lastgroup or "", " ").ljust(len(m.group()), PAD), text)


def blank_reply_marks(text: str) -> str:
    """The text with spaces for the ``>`` that mail programs put before each line."""
    if text.count(">") < 3 or len(_REPLY_MARK.findall(text)) < 3:
        return text
    return _REPLY_MARK.sub(lambda m: " " * len(m.group()), text)


def blank_quotes(text: str) -> str:
    """The text with spaces for what it quotes, which others said; a text that is mostly quotes keeps them."""
    if text.count('"') < 2:
        return text
    blanked = _QUOTED.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    return blanked if 2 * len(blanked.split()) > len(text.split()) else text
