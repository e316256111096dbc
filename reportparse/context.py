"""What sentences leave to one another: the level a paragraph is about, the topic of a list, section and region.

Walks the sentences of a report in order and turns their statements into claims: one value for one slot, with its
evidence.
"""

from collections.abc import Iterable
from typing import NamedTuple

from reportparse.finding import Scope, Section
from reportparse.levels import above, ALL_LEVELS, below
from reportparse.segment import FORAMEN, RECESS
from reportparse.sentence import Sentence
from reportparse.statements import LFS, LSS, OPEN, RFS, RSS, SCS, Statement, to_tasks, Value

LEVELS_OF = tuple(tuple(level for level in range(6) if mask >> level & 1) for mask in range(64))
TASKS_OF = tuple(tuple(task for task in (SCS, LFS, RFS, LSS, RSS) if mask & task) for mask in range(32))


class Claim(NamedTuple):
    """One value for one slot. level: bit index; task: bit of SCS..RSS; scope, section: as in a finding."""

    level: int
    task: int
    value: Value
    scope: Scope
    section: Section
    sentence: int
    exception: bool
    unsided: bool
    start: int
    end: int
    rule: str


class Deferred(NamedTuple):
    """A statement about the levels that others leave over."""

    tasks: int
    value: Value
    section: Section
    sentence: int
    within: bool
    whole_level: bool
    start: int
    end: int
    rule: str


class _Context:
    """The state a sentence is read in."""

    def __init__(self) -> None:
        self.levels: tuple[int, ...] = ()
        self.outside = False
        self.level_line = -1
        self.level_indent = 0
        self.level_is_block = False
        self.topic_sites = 0
        self.topic_sides = ""
        self.topic_kind = ""
        self.label_line = -1
        self.block_has_content = False
        self.before: list[tuple[int, Value]] = []
        self.last: list[tuple[int, Value]] = []
        self.said_before = 0

    def forget_levels(self) -> None:
        self.levels, self.outside, self.level_is_block, self.level_line = (), False, False, -1

    def forget_topic(self) -> None:
        self.topic_sites, self.topic_sides, self.topic_kind = 0, "", ""


def to_claims(sentences: list[Sentence], wrapped: bool = False) -> tuple[list[Claim], list[Deferred]]:
    """The claims of a report's sentences, and what is said of remaining levels.

    wrapped: the text was hard wrapped, so that a new line is no sign of a new subject.
    """
    walker = _Walker(sentences, wrapped)
    for index, sentence in enumerate(sentences):
        walker.step(index, sentence)
    return walker.claims, walker.deferred


class _Walker:
    def __init__(self, sentences: list[Sentence], wrapped: bool) -> None:
        self.sentences = sentences
        self.claims: list[Claim] = []
        self.deferred: list[Deferred] = []
        self.context = _Context()
        self.section = Section.BODY
        self.region = ""
        self.last_level_line = max((s.line for s in sentences if s.parsed.begins_with_level), default=-1)
        self.block_style = wrapped or _is_block_style(sentences)

    def step(self, index: int, s: Sentence) -> None:
        parsed = s.parsed
        if s.opens_line or s.section is not self.section or s.region != self.region:
            self._enter(s)
        if parsed.heading or parsed.outside:
            self._take_heading(s)
        if parsed.label_sites is not None:
            self._take_label(s)
        before = self.context.said_before = len(self.context.last)
        for statement in parsed.reading.statements:
            self._claim(index, s, statement)
        if parsed.masks and len(self.context.last) > before:
            del self.context.last[:before]
        if parsed.speaks:
            self._leave(s)

    def _enter(self, s: Sentence) -> None:
        c = self.context
        if s.section != self.section or s.region != self.region:
            c.forget_levels()
            c.forget_topic()
            self.section, self.region = s.section, s.region
        if s.after_blank and s.opens_line:
            if not (c.level_is_block and not c.block_has_content):
                c.forget_levels()
            if not (c.topic_kind == "block" and not c.block_has_content):
                c.forget_topic()
        if s.opens_line:
            if self.section is Section.IMPRESSION and not c.level_is_block:
                c.forget_levels()
            if c.topic_kind == "line":
                c.forget_topic()

    def _take_heading(self, s: Sentence) -> None:
        c = self.context
        c.before, c.last = c.last or c.before, []
        c.levels, c.outside = s.parsed.heading, s.parsed.outside
        c.level_line, c.level_indent = s.line, s.indent
        c.level_is_block = s.parsed.heading_alone
        c.block_has_content = False

    def _take_label(self, s: Sentence) -> None:
        c = self.context
        if s.parsed.label_sites == 0 and c.topic_kind:
            c.topic_sides = s.parsed.label_sides
        else:
            c.topic_sites, c.topic_sides = s.parsed.label_sites or 0, s.parsed.label_sides
            c.topic_kind = "block" if s.parsed.label_alone else "line"
            if s.parsed.label_alone:
                c.block_has_content = False
        c.label_line = s.line

    def _leave(self, s: Sentence) -> None:
        c = self.context
        if s.parsed.reading.statements:
            c.block_has_content = True
        if c.topic_kind == "line" and s.parsed.label_sites is None and c.topic_sites > 0:
            if any(x.tasks & ~to_tasks(c.topic_sites, "") for x in s.parsed.reading.statements):
                c.forget_topic()
        if c.topic_kind not in ("line", "block") and s.parsed.reading.topic_sites:
            c.topic_sites, c.topic_sides, c.topic_kind = s.parsed.reading.topic_sites, "", "sentence"
        if s.parsed.masks and not s.parsed.heading:
            self._take_levels(s)

    def _take_levels(self, s: Sentence) -> None:
        """The levels a sentence names are what the next is about, but inside a block those of its heading are."""
        c = self.context
        passing = s.parsed.reading.passing
        inside = tuple(mask for n, masks in enumerate(s.parsed.masks) if n not in passing for mask in masks)
        if inside and not (c.level_is_block and set(inside) <= set(c.levels)):
            c.levels, c.outside = inside, False
            c.level_line, c.level_indent, c.level_is_block = s.line, s.indent, False

    def _claim(self, index: int, s: Sentence, st: Statement) -> None:
        if s.region not in ("", "lumbar") and not st.levels:
            return
        if st.outside:
            return
        if st.bare == "same":
            self._copy(index, s, st)
            return
        for tasks, value in self._places(s, st):
            if tasks:
                self._put(index, s, st, tasks, value)
                self.context.last.append((tasks, value))

    def _places(self, s: Sentence, st: Statement) -> list[tuple[int, Value]]:
        """The tasks a statement speaks of; a bare one takes the label's or the last sentence's topic."""
        c = self.context
        if st.tasks:
            if (
                st.unsided
                and c.topic_kind in ("line", "block")
                and c.topic_sides
                and c.topic_sites in (0, FORAMEN, RECESS)
            ):
                return [(st.tasks & to_tasks(FORAMEN | RECESS, c.topic_sides) | st.tasks & SCS, st.value)]
            return [(st.tasks, st.value)]
        labelled = c.topic_kind in ("line", "block")
        if labelled and c.topic_sites:
            return [] if c.topic_sites < 0 else [(to_tasks(c.topic_sites, st.sides or c.topic_sides), st.value)]
        if st.bare == "stenosis":
            return [(SCS, st.value), (LFS | RFS, OPEN)]
        fresh = c.level_is_block and not c.block_has_content
        if st.bare == "normal" and (
            fresh or s.parsed.begins_with_level or st.levels or st.quantifier in ("all", "remaining", "these", "this")
        ):
            return [(SCS | LFS | RFS, st.value)]
        if st.bare == "normal-study":
            return [(SCS | LFS | RFS, st.value)]
        points_back = (
            st.bare == "it" or st.sides or st.levels or st.quantifier or s.parsed.heading or st.bare == "narrowing"
        )
        if c.topic_kind == "sentence" and c.topic_sites > 0 and st.bare != "normal" and points_back:
            return [(to_tasks(c.topic_sites, st.sides or c.topic_sides), st.value)]
        if st.bare in ("value", "it") and c.topic_sites == 0 and st.levels == () and s.parsed.heading:
            return [(SCS, st.value)]
        return []

    def _put(self, index: int, s: Sentence, st: Statement, tasks: int, value: Value) -> None:
        spans = s.parsed.spans
        start = s.start + s.starts[spans[st.first][0]]
        end = s.start + s.ends[spans[min(st.last, len(spans) - 1)][1] - 1]
        if st.quantifier in ("remaining", "otherwise"):
            within = st.quantifier == "otherwise"
            whole = not st.tasks and st.bare == "normal" and self.context.topic_kind not in ("line", "block")
            self.deferred.append(Deferred(tasks, value, s.section, index, within, whole, start, end, st.rule))
            return
        mask, scope = self._levels(s, st, value)
        for level in LEVELS_OF[mask]:
            for task in TASKS_OF[tasks]:
                self.claims.append(
                    Claim(level, task, value, scope, s.section, index, st.exception, st.unsided, start, end, st.rule)
                )

    def _levels(self, s: Sentence, st: Statement, value: Value) -> tuple[int, Scope]:
        c = self.context
        if st.levels and st.pick >= 0:
            return s.parsed.masks[st.levels[0]][st.pick], Scope.STATED
        if st.levels and st.quantifier == "more" and c.level_is_block and set(_flat(s)) <= set(c.levels):
            return _union(c.levels), Scope.CARRIED
        if st.levels:
            mask = 0
            for ordinal in st.levels:
                for each in s.parsed.masks[ordinal]:
                    mask |= each
            return mask, Scope.STATED
        ctx = 0
        for each in c.levels:
            ctx |= each
        q = st.quantifier
        if q in ("these", "this") and s.parsed.masks:
            named = 0
            for masks in s.parsed.masks:
                for each in masks:
                    named |= each
            return named, Scope.STATED
        if q in ("these", "this") and not ctx:
            return 0, Scope.STATED
        if q == "all" and value.status == "uncertain":
            return 0, Scope.STUDY
        if q == "all":
            return (ALL_LEVELS, Scope.STUDY)
        if q in ("above", "below"):
            return (above(ctx) if q == "above" else below(ctx)), Scope.STATED
        if q in ("former", "latter"):
            inside = [mask for masks in s.parsed.masks for mask in masks] or list(c.levels)
            return (inside[0 if q == "former" else -1] if inside else 0), Scope.STATED
        if q == "none":
            return 0, Scope.STATED
        if s.parsed.heading and not s.parsed.outside:
            return ctx, Scope.STATED
        if c.outside:
            return 0, Scope.CARRIED
        if ctx and not self._is_closing(s, value):
            return ctx, Scope.CARRIED
        if value.low == 0 and value.status != "uncertain" and value.rule != "negated-verb":
            return ALL_LEVELS, Scope.STUDY
        return 0, Scope.STUDY

    def _is_closing(self, s: Sentence, value: Value) -> bool:
        """A negative on a line of its own after the last level, under no heading line, speaks of the whole study."""
        c = self.context
        return (
            value.low == 0
            and s.line > c.level_line
            and not c.level_is_block
            and not self.block_style
            and s.line > self.last_level_line
            and s.indent <= c.level_indent
        )

    def _copy(self, index: int, s: Sentence, st: Statement) -> None:
        """``similar at L5-S1``: the last statement again, at another level."""
        c = self.context
        here = c.last[c.said_before :]
        source = (c.last[-1:] if st.sides else here or c.last) or c.before
        for tasks, value in source:
            if st.sides in ("L", "R"):
                tasks = to_tasks(
                    (FORAMEN if tasks & (LFS | RFS) else 0) | (RECESS if tasks & (LSS | RSS) else 0), st.sides
                )
            again = st._replace(bare="", tasks=tasks)
            self._put(index, s, again, tasks, OPEN if s.parsed.lesser else value)


def _flat(s: Sentence) -> list[int]:
    """The masks of the discs a sentence names, one by one."""
    return [mask for masks in s.parsed.masks for mask in masks]


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _is_block_style(sentences: list[Sentence]) -> bool:
    """Whether some level's paragraph goes on over further lines before the next level begins."""
    last_level, going_on = -1, False
    for s in sentences:
        if s.parsed.begins_with_level:
            if going_on and last_level >= 0:
                return True
            last_level, going_on = s.line, False
        elif (
            last_level >= 0
            and s.line > last_level
            and s.opens_line
            and not s.after_blank
            and s.parsed.reading.statements
        ):
            going_on = True
    return False
