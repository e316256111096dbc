"""Changes of a report's text that ought to swap, move or keep its labels."""

import re
import textwrap
from collections.abc import Sequence

NAMES = [("T12", "L1"), ("L1", "L2"), ("L2", "L3"), ("L3", "L4"), ("L4", "L5"), ("L5", "S1")]

_OPPOSITE = {"left": "right", "right": "left", "lt": "rt", "rt": "lt", "l": "r", "r": "l"}
_SIDE = re.compile(
    r"\b(?:left|right)(?=ward|\b)|\b(?:lt|rt)\b|(?<!b/)\b[lr]\b(?![\s.-]*\d|/o|\s(?:one|two|three|four|five|for|to|too)\b)",
    re.IGNORECASE,
)
_PAIR = re.compile(r"\b([TD]12|L ?[1-5])(\s?[-/\u2011\u2013\u2014]\s?|\son\s)([LS]?)([1-5])\b(?![-/])", re.IGNORECASE)


def swap_sides(text: str) -> str:
    """The text in a mirror: left for right and right for left, in every written form."""
    return _SIDE.sub(_to_opposite, text)


def _to_opposite(match: re.Match[str]) -> str:
    word = match.group()
    other = _OPPOSITE[word.lower()]
    return other.upper() if word.isupper() else other.capitalize() if word[0].isupper() else other


def rename_levels(text: str, order: Sequence[int]) -> str:
    """The text with each level written as two neighbouring vertebrae renamed: level i becomes level ``order[i]``."""
    return _PAIR.sub(lambda m: _rename(m, order), text)


def _rename(match: re.Match[str], order: Sequence[int]) -> str:
    upper, dash, letter, digit = match.groups()
    upper = upper.upper().replace(" ", "").replace("D", "T")
    index = next((i for i, name in enumerate(NAMES) if name[0] == upper and name[1][1] == digit), -1)
    if index < 0 or (letter.upper() == "S") != (upper == "L5" and letter != ""):
        return match.group()
    new_upper, new_lower = NAMES[order[index]]
    return new_upper + dash + (new_lower if letter or new_lower == "S1" or new_upper == "T12" else new_lower[1])


def change_dashes(text: str, dash: str) -> str:
    """The text with the mark inside its levels changed; as long as before."""
    return _PAIR.sub(lambda m: m.group().replace(m[2], m[2] if " on " in m[2] else re.sub(r"\S", dash, m[2])), text)


_FULL_STOP = re.compile(r"(?<=\.) (?=\S)")


def wrap_lines(text: str, width: int) -> str:
    """The text with its long lines broken at spaces; lines that are columns stay.

    The last line is not broken after a full stop: what follows there may be a closing line, which is about all levels.
    """
    lines = text.split("\n")
    lines[-1] = _FULL_STOP.sub("\x01", lines[-1])
    return "\n".join(_wrap(line, width) for line in lines).replace("\x01", " ")


def _wrap(line: str, width: int) -> str:
    if "|" in line or "   " in line.strip():
        return line
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) or line
