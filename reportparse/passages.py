"""The sentences of a report that speak of findings, each read and in its place: line, section, region of the spine."""

import re
from collections.abc import Callable

from lexicons.load import Lexicon
from reportparse.finding import Section
from reportparse.layout import Line
from reportparse.memo import Memo
from reportparse.reader import SentenceReader
from reportparse.sections import Header, HeaderReader
from reportparse.sentence import ReadSentence, Sentence
from reportparse.sentence_cuts import to_sentences
from reportparse.wraps import starts_with_level

MEMO_SIZE = 30_000
"""Lines remembered at most."""

LONGEST_REMEMBERED = 400
"""Longer lines hardly come twice."""


class _Piece:
    """A sentence of a line, offsets counted from the line's start, with the header it begins with; read when needed."""

    __slots__ = ("end", "goes_on", "header", "sentence", "start")

    def __init__(self, line: str, start: int, end: int, header: Header | None) -> None:
        self.goes_on = header is not None and _has_content(line[header.end :])
        self.start = start if header is None else header.end
        self.end = end
        self.header = header
        self.sentence: ReadSentence | None = None


_NO_CONTENT = re.compile(r"\([^)]*\)|for reference|[\s.:,*_=-]+")


def _has_content(rest: str) -> bool:
    """Whether a line goes on after its header; a bracketed date or ``for reference`` is no content."""
    return _NO_CONTENT.sub("", rest) != "" and not rest.rstrip().endswith(":")


class _Place:
    """Where in the report the reader is: section, region, and whether the text here is passed over.

    skipping: ``skip`` in a section that tells no findings, ``prior`` in an earlier report, ``""`` elsewhere.
    skip_sentence: this sentence only is passed over. skip_inline: the skipped section may end with its line.
    """

    def __init__(self) -> None:
        self.section = Section.BODY
        self.region = ""
        self.skipping = ""
        self.skip_sentence = False
        self.skip_inline = False
        self._last_findings: int | None = None

    def enter_line(self, words: str, line: Line, number: int, last_findings: Callable[[], int]) -> None:
        """A passed-over section ends at its line's end, or goes on to the findings header where there is one."""
        if self.skipping != "skip":
            return
        if self.skip_inline:
            if self._last_findings is None:
                self._last_findings = last_findings()
            if number > self._last_findings or starts_with_level(words):
                self.skipping = ""
        if line.after_blank:
            self.skip_inline = True

    def enter_sentence(self, header: Header | None, has_content: bool) -> None:
        """Take in the header a sentence begins with, if any; has_content: the line goes on after it."""
        self.skip_sentence = False
        if header is not None:
            self._take_header(header, has_content)

    def _take_header(self, header: Header, has_content: bool) -> None:
        if header.concept == "region":
            if self.skipping != "prior":
                self.region, self.skipping = header.value, ""
        elif header.value in ("skip", "legend"):
            if header.bare or header.value == "legend":
                self.skip_sentence = True
            elif self.skipping != "prior":
                self.skipping, self.skip_inline = "skip", has_content
        elif header.value == "prior" and has_content and self.skipping != "prior":
            self.skipping, self.skip_inline = "skip", True
        elif header.value == "prior":
            self.skipping = "prior"
        elif self.skipping != "prior" or header.value in ("addendum", "current"):
            self.skipping = ""
            self.section = Section.FINDINGS if header.value == "current" else Section(header.value)


class PassageReader:
    """Cuts reports into sentences by the headers of one lexicon."""

    def __init__(self, lexicon: Lexicon, reader: SentenceReader) -> None:
        self._headers = HeaderReader(lexicon)
        self._reader = reader
        self._memo: Memo[str, list[_Piece]] = Memo(MEMO_SIZE)

    def read(self, text: str, lines: list[Line], tables: dict[int, list[Sentence]]) -> list[Sentence]:
        """The sentences of a text whose wraps are undone; what is no finding (history, technique) is left out.

        tables: sentences that stand for whole lines, by line number.
        """
        place = _Place()
        found: list[Sentence] = []
        for number, line in enumerate(lines):
            words = text[line.start : line.end]
            if place.skipping:
                place.enter_line(words, line, number, lambda: self._last_findings(text, lines))
            if number in tables:
                found += [s._replace(section=place.section, region=place.region) for s in tables[number]]
            else:
                found += self._read_line(number, line, words, place)
        return found

    def _read_line(self, number: int, line: Line, words: str, place: _Place) -> list[Sentence]:
        """The sentences of one line that are not passed over and say anything, the first of it in any case."""
        found: list[Sentence] = []
        for n, piece in enumerate(self._pieces(words)):
            place.enter_sentence(piece.header, piece.goes_on)
            if place.skipping or place.skip_sentence or piece.start >= piece.end:
                continue
            read = piece.sentence
            if read is None:
                read = piece.sentence = self._reader.read(words[piece.start : piece.end])
            if n == 0 or read.parsed.speaks:
                start = line.start + piece.start
                found.append(
                    Sentence(number, n == 0, line.after_blank, place.section, place.region, start, line.indent, *read)
                )
        return found

    def _last_findings(self, text: str, lines: list[Line]) -> int:
        """The number of the last line that begins with a findings header, -1 where there is none."""
        for number in range(len(lines) - 1, -1, -1):
            line = text[lines[number].start : lines[number].end]
            pieces = self._memo.get(line)
            header = pieces[0].header if pieces else self._headers.read(line, 0, len(line))
            if header is not None and header.value == "findings" and not header.bare:
                return number
        return -1

    def _pieces(self, line: str) -> list[_Piece]:
        pieces = self._memo.get(line)
        if pieces is None:
            found = to_sentences(line, 0, len(line))
            pieces = [_Piece(line, start, end, self._headers.read(line, start, end)) for start, end in found]
            if len(line) <= LONGEST_REMEMBERED:
                self._memo.remember(line, pieces)
        return pieces
