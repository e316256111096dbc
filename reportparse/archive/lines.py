"""The lines of a text file, decoded, in bounded memory."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from reportparse.archive.encoding import decode, utf8_blocks

MAX_LINE_BYTES = 1 << 24
"""Longest line kept; of a longer one the rest is dropped, and its text is refused by length or by a broken quote."""


class Lines:
    """An iterator over the lines of a file, their ends kept; ``\\n``, ``\\r\\n`` and a lone ``\\r`` end a line.

    ``recoded`` counts the lines so far that were not UTF-8 and were read as Windows-1252.
    """

    def __init__(self, path: Path) -> None:
        self.recoded = 0
        self._lines = self._decoded(_split(utf8_blocks(path)))

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _decoded(self, groups: Iterable[list[bytes]]) -> Iterator[str]:
        for group in groups:
            try:
                lines = [line.decode("utf-8") for line in group]
            except UnicodeDecodeError:
                yield from self._recoded(group)
            else:
                yield from lines

    def _recoded(self, group: list[bytes]) -> Iterator[str]:
        for line in group:
            text, recoded = decode(line)
            self.recoded += recoded
            yield text


def _split(blocks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Whole lines, a group per block; a line that is over the limit is cut, its rest dropped."""
    tail, dropping = b"", False
    for block in blocks:
        lines = (tail + block).splitlines(keepends=True)
        tail = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        if dropping and lines:
            lines, dropping = lines[1:], False
        if dropping:
            tail = b""
        elif len(tail) > MAX_LINE_BYTES:
            lines.append(tail[:MAX_LINE_BYTES] + b"\n")
            tail, dropping = b"", True
        yield lines
    if tail:
        yield [tail]
