"""What sentences leave to one another: the level a paragraph is about, the topic of a list, section and region."""

from reportparse.finding import Section
from reportparse.sentence import Sentence
from reportparse.statements import to_tasks, Value

Said = tuple[int, Value]
"""What was said of some tasks: their bit mask and the value."""


class Context:
    """The state a sentence is read in.

    levels: masks of the levels spoken of; outside: they are none of the six; level_line, level_indent: of the line that
    named them; level_is_heading: they were set apart before what is said of them; level_is_block: and stood alone on
    their line, as a heading of the block below.
    topic_sites, topic_sides: of the label or sentence before, ``OTHER_STRUCTURE`` for another; topic_kind: ``block`` (a
    label alone on its line), ``line`` (a label), ``sentence``, ``""`` for no topic.
    block_has_content: something was said since the heading.
    said: what was said since the last heading, said_earlier: before it, said_before: how much of ``said`` is of earlier
    sentences.
    last_level_line, block_style: of the whole report: the last line that begins with a level; whether paragraphs of a
    level go on over several lines, so that a new line is no sign of a new subject.
    """

    def __init__(self, sentences: list[Sentence], wrapped: bool) -> None:
        self.section = Section.BODY
        self.region = ""
        self.levels: tuple[int, ...] = ()
        self.outside = False
        self.level_line = -1
        self.level_indent = 0
        self.level_is_block = False
        self.level_is_heading = False
        self.topic_sites = 0
        self.topic_sides = ""
        self.topic_kind = ""
        self.block_has_content = False
        self.said: list[Said] = []
        self.said_earlier: list[Said] = []
        self.said_before = 0
        self.last_level_line = max((s.line for s in sentences if s.parsed.begins_with_level), default=-1)
        self.block_style = wrapped or _is_block_style(sentences)

    @property
    def is_labelled(self) -> bool:
        """Whether a label names the topic."""
        return self.topic_kind in ("line", "block")

    def enter(self, s: Sentence) -> None:
        """Take in a sentence before its statements are read: its place, its heading, its label."""
        if s.section is not self.section or s.region != self.region:
            self._forget_levels()
            self._forget_topic()
            self.section, self.region = s.section, s.region
        if s.opens_line:
            self._enter_line(s)
        if s.parsed.heading or s.parsed.outside:
            self._take_heading(s)
        if s.parsed.label_sites is not None:
            self._take_label(s, s.parsed.label_sites)
        self.said_before = len(self.said)

    def leave(self, s: Sentence) -> None:
        """Take in what a sentence leaves to the next: its topic and its levels."""
        if s.parsed.masks and len(self.said) > self.said_before:
            del self.said[: self.said_before]
        if not s.parsed.speaks:
            return
        reading = s.parsed.reading
        if reading.statements:
            self.block_has_content = True
        if self.topic_kind == "line" and s.parsed.label_sites is None and self._is_off_topic(s):
            self._forget_topic()
        if not self.is_labelled and reading.topic_sites:
            self.topic_sites, self.topic_sides, self.topic_kind = reading.topic_sites, "", "sentence"
        if s.parsed.masks and not s.parsed.heading:
            self._take_levels(s)

    def _enter_line(self, s: Sentence) -> None:
        """A blank line ends levels and topics, unless nothing was said under their heading yet."""
        if s.after_blank:
            if not self.level_is_block or self.block_has_content:
                self._forget_levels()
            if self.topic_kind != "block" or self.block_has_content:
                self._forget_topic()
        if self.section is Section.IMPRESSION and not self.level_is_block:
            self._forget_levels()
        if self.topic_kind == "line":
            self._forget_topic()

    def _take_heading(self, s: Sentence) -> None:
        self.said_earlier, self.said = self.said or self.said_earlier, []
        self.levels, self.outside = s.parsed.heading, s.parsed.outside
        self.level_line, self.level_indent = s.line, s.indent
        self.level_is_block, self.level_is_heading = s.parsed.heading_alone, True
        self.block_has_content = False

    def _take_label(self, s: Sentence, sites: int) -> None:
        """A label names the topic; one with a side only (``Right:``) keeps the topic there is."""
        self.topic_sides = s.parsed.label_sides
        if sites == 0 and self.topic_kind:
            return
        self.topic_sites = sites
        self.topic_kind = "block" if s.parsed.label_alone else "line"
        if s.parsed.label_alone:
            self.block_has_content = False

    def _is_off_topic(self, s: Sentence) -> bool:
        """Whether a sentence after a label speaks of other sites than the label's."""
        topic = to_tasks(self.topic_sites, "")
        return self.topic_sites > 0 and any(st.tasks & ~topic for st in s.parsed.reading.statements)

    def _take_levels(self, s: Sentence) -> None:
        """The levels a sentence names are what the next is about, but inside a block those of its heading are."""
        passing = s.parsed.reading.passing
        named = tuple(mask for n, masks in enumerate(s.parsed.masks) if n not in passing for mask in masks)
        if named and not (self.level_is_block and set(named) <= set(self.levels)):
            self.levels, self.outside = named, False
            self.level_line, self.level_indent = s.line, s.indent
            self.level_is_block = self.level_is_heading = False

    def _forget_levels(self) -> None:
        self.levels, self.outside, self.level_line = (), False, -1
        self.level_is_block = self.level_is_heading = False

    def _forget_topic(self) -> None:
        self.topic_sites, self.topic_sides, self.topic_kind = 0, "", ""


def _is_block_style(sentences: list[Sentence]) -> bool:
    """Whether some level's paragraph goes on over further lines before the next level begins."""
    level_line, goes_on = -1, False
    for s in sentences:
        if s.parsed.begins_with_level:
            if goes_on:
                return True
            level_line = s.line
        elif s.opens_line and not s.after_blank and s.parsed.reading.statements:
            goes_on = goes_on or 0 <= level_line < s.line
    return False
