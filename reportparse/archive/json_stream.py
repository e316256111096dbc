"""The items of one large JSON file, one at a time: an array's, a FHIR Bundle's entries, or the one object."""

import json
from collections.abc import Iterator
from pathlib import Path

from reportparse.archive.encoding import text_blocks
from reportparse.archive.record import FileFault

MAX_ITEM = 1 << 26
"""Longest single value, in characters; attached files stand in them as base64."""

_LOOKAHEAD = 4
"""Characters seen behind a value before it is taken: ``12`` may go on as ``12.5e+3``."""

_BROKEN = "the JSON is cut off or broken here; what came before it was kept"


def stream_items(path: Path) -> Iterator[object]:
    """The items of a top-level array, or of the ``entry`` array of a top-level object, or that object itself.

    Objects that follow one another without an array are items too. FileFault where the file is cut off or broken, after
    all items before that place.
    """
    text = _Text(text_blocks(path))
    while first := text.peek():
        if first == "[":
            yield from _array(text)
        elif first == "{":
            yield from _object(text)
        else:
            yield text.value()


def _array(text: "_Text") -> Iterator[object]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        yield text.value()
        if text.peek() != ",":
            break
        text.take(",")
    text.take("]")


def _object(text: "_Text") -> Iterator[object]:
    """The entries of an object that has some, else the object."""
    text.take("{")
    members: dict[str, object] = {}
    has_entries = False
    while text.peek() not in ("}", ""):
        key = text.value()
        text.take(":" if isinstance(key, str) else "")
        if key == "entry" and text.peek() == "[":
            has_entries = True
            yield from _array(text)
        else:
            members[str(key)] = text.value()
        if text.peek() != ",":
            break
        text.take(",")
    text.take("}")
    if not has_entries:
        yield members


class _Text:
    """A window over a long text from which JSON values are taken one after the other."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self._window = ""
        self._at = 0
        self._decoder = json.JSONDecoder()

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self._at < len(self._window):
                if not self._window[self._at].isspace():
                    return self._window[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        if self.peek() != expected:
            raise FileFault(_BROKEN)
        self._at += 1

    def value(self) -> object:
        """The next value. The window is doubled until it holds the value whole, so the work stays linear."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._window, self._at)
                if end + _LOOKAHEAD <= len(self._window) or not self._more():
                    self._at = end
                    return value
            except (ValueError, RecursionError):
                if len(self._window) - self._at > MAX_ITEM or not self._more():
                    raise FileFault(_BROKEN) from None

    def _more(self) -> bool:
        """Whether the window could be lengthened, to twice its unread length or more."""
        unread = len(self._window) - self._at
        blocks: list[str] = []
        while sum(map(len, blocks)) <= unread and (block := next(self._blocks, "")):
            blocks.append(block)
        if blocks:
            self._window, self._at = "".join((self._window[self._at :], *blocks)), 0
        return bool(blocks)
