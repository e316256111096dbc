"""HL7 v2 lines to messages of segments, and the escapes in their fields."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reportparse.archive.encoding import decode

_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_STARTS_MESSAGE = re.compile(r"MSH[^A-Za-z0-9\s]")
_BATCH = ("FHS", "BHS", "BTS", "FTS")
_FRAME = "\x0b\x1c"
_CODES = r"(F|S|T|R|E|P|H|N|X(?:[0-9A-F]{2})+|\.(?:br|fi|nf|ce|sp|sk|in|ti)[+-]?\d{0,3})"
MAX_MESSAGE = 1 << 26
"""Longest message kept, in characters; the text of a longer one is over the limit anyway."""


class Message(NamedTuple):
    """One HL7 message: the four signs it is written with, and its segments as lists of fields (field 0 is the name).

    ``is_cut_off``: it began with an MLLP start byte and the file ended before its end byte.
    """

    component: str
    repetition: str
    escape: str
    subcomponent: str
    segments: list[list[str]]
    is_cut_off: bool


NO_MESSAGE = Message("^", "~", "\\", "&", [], False)


def split_messages(lines: Iterable[str]) -> Iterator[Message]:
    """The messages in the lines of a file; each begins at its MSH segment, MLLP bytes and batch headers are dropped.

    A line that is no segment goes on with the field before it: some senders break a report's lines with bare newlines.
    """
    segments: list[list[str]] = []
    framed = ended = False
    size = 0
    for line in lines:
        text = line.rstrip("\r\n").strip(_FRAME)
        if _STARTS_MESSAGE.match(text):
            if segments:
                yield _to_message(segments, False)
            segments, framed, ended, size = [[text]], line.startswith("\x0b"), False, 0
        elif segments and text[:3] not in _BATCH and size < MAX_MESSAGE:
            size += len(line)
            if _SEGMENT.fullmatch(text[:3]) and text[3:4] == segments[0][0][3]:
                segments.append([text])
            else:
                segments[-1].append(text)
        ended = ended or "\x1c" in line
    if segments:
        yield _to_message(segments, framed and not ended)


def _to_message(lines: list[list[str]], is_cut_off: bool) -> Message:
    """``lines``: those of each segment."""
    separator = lines[0][0][3]
    fields = ["\n".join(segment).rstrip("\n").split(separator) for segment in lines]
    signs = fields[0][1] if len(fields[0]) > 1 else ""
    component, repetition, escape, subcomponent = tuple((signs + "^~\\&"[len(signs) :])[:4])
    fields[0].insert(1, separator)
    return Message(component, repetition, escape, subcomponent, fields, is_cut_off)


def field(segment: list[str], number: int) -> str:
    """Field ``number`` of a segment as HL7 counts them (MSH-1 is the separator); empty where there is none."""
    return segment[number] if number < len(segment) else ""


def unescape(message: Message, text: str) -> str:
    """A field with its escapes read: ``\\.br\\`` is a new line, ``\\F\\`` a bar, ``\\X0D\\`` a byte, and so on.

    What looks like an escape and is none (``L4\\L5``) stays as it is.
    """
    if message.escape not in text:
        return text
    sign = re.escape(message.escape)
    return re.sub(
        sign + _CODES + sign, lambda found: _escaped(message, found.group(1).upper()), text, flags=re.IGNORECASE
    )


def _escaped(message: Message, code: str) -> str:
    signs = {"F": message.segments[0][1], "S": message.component, "T": message.subcomponent, "R": message.repetition}
    if code in signs:
        return signs[code]
    if code == "E":
        return message.escape
    if code.startswith("X"):
        return decode(bytes.fromhex(code[1:]))[0].replace("\r\n", "\n").replace("\r", "\n")
    if code.startswith((".BR", ".SP", ".CE")):
        return "\n" * min(_count(code), 9)
    return " " * min(_count(code), 99) if code.startswith(".SK") else ""


def _count(code: str) -> int:
    """The number behind a formatting command; 1 where there is none."""
    return int(code[3:].strip("+-") or 1)
