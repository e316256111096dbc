"""A sentence that has been read, by itself and in its place in the report."""

from typing import NamedTuple

from reportparse.finding import Section
from reportparse.statements import Reading


class Parsed(NamedTuple):
    """A sentence's reading with what its context needs; it holds for every sentence of the same words.

    heading: masks of the level it begins with, set apart by a colon or a dash; heading_alone: it holds nothing else.
    outside: the heading names a level that is not one of the six. label_sites, label_sides: of a label (``Foramina:``),
    -1 for another structure's, None for none; label_alone: nothing follows the label. masks: of the ``level`` chunks in
    order. spans: the first word and the word after the last, per chunk. begins_with_level: set apart or not. lesser:
    it says ``to a lesser degree``. speaks: it says anything at all, be it of another structure.
    """

    heading: tuple[int, ...]
    heading_alone: bool
    outside: bool
    label_sites: int | None
    label_sides: str
    label_alone: bool
    masks: tuple[tuple[int, ...], ...]
    spans: tuple[tuple[int, int], ...]
    reading: Reading
    begins_with_level: bool
    lesser: bool
    speaks: bool

    @property
    def named(self) -> list[int]:
        """The masks of the discs named after the heading, one by one."""
        return [mask for masks in self.masks for mask in masks]


class ReadSentence(NamedTuple):
    """What a sentence says, and the text offsets its words start and end at."""

    parsed: Parsed
    starts: list[int]
    ends: list[int]


class Sentence(NamedTuple):
    """A sentence read, in its place: line, section, region of the spine, and the text offset it starts at.

    after_blank: a blank line precedes its line. indent: of its line, a bullet counted in. starts, ends: offsets of its
    words, counted from start.
    """

    line: int
    opens_line: bool
    after_blank: bool
    section: Section
    region: str
    start: int
    indent: int
    parsed: Parsed
    starts: list[int]
    ends: list[int]
