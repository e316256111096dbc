"""The sentences of a report that speak of findings, each with its place: line, section and region of the spine."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lexicons.load import Lexicon
from reportparse.finding import Section
from reportparse.layout import Line, starts_with_level, to_sentences
from reportparse.sections import Header, HeaderReader

MEMO_SIZE = 20_000
"""Lines remembered at most; a full memo starts afresh."""


class Passage(NamedTuple):
    """A sentence to be read. line: its number; opens_line: it is the first of its line. start, end: text offsets."""

    line: int
    opens_line: bool
    after_blank: bool
    section: Section
    region: str
    start: int
    end: int


class _Piece(NamedTuple):
    """A sentence of a line, offsets counted from the line's start, and the header it begins with."""

    start: int
    end: int
    header: Header | None


class PassageReader:
    """Cuts reports into passages by the headers of one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._headers = HeaderReader(lexicon)
        self._memo: dict[str, tuple[_Piece, ...]] = {}

    def read(self, text: str, lines: list[Line]) -> Iterator[Passage]:
        """The passages of a text whose wraps are undone; what is no finding (history, technique) is left out."""
        place = _Place()
        for number, line in enumerate(lines):
            pieces = self._pieces(text[line.start : line.end])
            if place.skipping:
                place.enter_line(text, line, number, lambda: self._last_findings(text, lines))
            for piece in pieces:
                start, end = piece.start + line.start, piece.end + line.start
                if piece.header is not None:
                    place.take_header(piece.header, bool(text[line.start + piece.header.end : line.end].strip(" .:*_")))
                    start = line.start + piece.header.end
                elif place.skip_sentence:
                    place.skip_sentence = False
                if start < end and not place.skipping and not place.skip_sentence:
                    yield Passage(
                        number, piece.start == 0, line.after_blank, place.section, place.region, start, end
                    )  # fmt: skip

    def _last_findings(self, text: str, lines: list[Line]) -> int:
        """The number of the last line that begins with a findings header, -1 where there is none."""
        for number in range(len(lines) - 1, -1, -1):
            pieces = self._pieces(text[lines[number].start : lines[number].end])
            header = pieces[0].header if pieces else None
            if header is not None and header.value == "findings" and not header.bare:
                return number
        return -1

    def _pieces(self, line: str) -> tuple[_Piece, ...]:
        pieces = self._memo.get(line)
        if pieces is None:
            if len(self._memo) >= MEMO_SIZE:
                self._memo.clear()
            found = to_sentences(line, 0, len(line))
            pieces = tuple(_Piece(start, end, self._headers.read(line, start, end)) for start, end in found)
            self._memo[line] = pieces
        return pieces


class _Place:
    """Where in the report the reader is: section, region, and whether the text here is passed over."""

    def __init__(self) -> None:
        self.section = Section.BODY
        self.region = ""
        self.skipping = ""
        self.skip_sentence = False
        self.skip_inline = False
        self._last_findings: int | None = None

    def enter_line(self, text: str, line: Line, number: int, last_findings: Callable[[], int]) -> None:
        """A passed-over section ends at its line's end, or goes on to the findings header where there is one."""
        if self.skipping != "skip":
            return
        if self.skip_inline:
            if self._last_findings is None:
                self._last_findings = last_findings()
            if number > self._last_findings or starts_with_level(text, line):
                self.skipping = ""
        if line.after_blank:
            self.skip_inline = True

    def take_header(self, header: Header, has_content: bool) -> None:
        """Take in a header; has_content: the line goes on after it."""
        self.skip_sentence = False
        if header.concept == "region":
            if self.skipping != "prior":
                self.region, self.skipping = header.value, ""
        elif header.value in ("skip", "legend"):
            if header.bare or header.value == "legend":
                self.skip_sentence = True
            elif self.skipping != "prior":
                self.skipping, self.skip_inline = "skip", has_content
        elif header.value == "prior":
            self.skipping = "prior"
        elif self.skipping != "prior" or header.value == "addendum":
            self.skipping = ""
            self.section = Section(header.value)
