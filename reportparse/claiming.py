"""Sentences to claims: each statement of a report is given its tasks and levels by the context it stands in."""

from reportparse.claims import Claim, Deferred, LEVELS_OF, TASKS_OF
from reportparse.context import Context
from reportparse.context_levels import levels_of
from reportparse.context_tasks import tasks_of
from reportparse.levels import ALL_LEVELS, union
from reportparse.segment import FORAMEN, RECESS
from reportparse.sentence import Sentence
from reportparse.statements import LFS, LSS, OPEN, RFS, RSS, Statement, to_tasks, Value


def to_claims(sentences: list[Sentence], wrapped: bool) -> tuple[list[Claim], list[Deferred]]:
    """The claims of a report's sentences, and what is said of remaining levels.

    wrapped: the text was hard wrapped, so that a new line is no sign of a new subject.
    """
    walker = _Walker(Context(sentences, wrapped))
    for index, sentence in enumerate(sentences):
        walker.context.enter(sentence)
        for statement in sentence.parsed.reading.statements:
            walker.claim(index, sentence, statement)
        walker.context.leave(sentence)
    return walker.claims, walker.deferred


class _Walker:
    """Collects claims as it goes from sentence to sentence."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.claims: list[Claim] = []
        self.deferred: list[Deferred] = []

    def claim(self, index: int, s: Sentence, st: Statement) -> None:
        """Claim what a statement says; in the part of another region only of levels it names."""
        if st.outside or (s.region not in ("", "lumbar") and not st.levels):
            return
        if st.bare == "same":
            self._copy(index, s, st)
            return
        for tasks, value in tasks_of(self.context, s, st):
            if tasks:
                self._put(index, s, st, tasks, value)
                self.context.said.append((tasks, value))

    def _put(self, index: int, s: Sentence, st: Statement, tasks: int, value: Value) -> None:
        """Claim a value for each task and level, or put it off until it is known which levels are left over."""
        start, end = _offsets(s, st)
        rule = st.rule
        if st.quantifier in ("remaining", "otherwise"):
            within = st.quantifier == "otherwise"
            whole_level = not st.tasks and st.bare == "normal" and not self.context.is_labelled
            levels = union(self.context.levels) if within and self._is_under_heading(s, st) else ALL_LEVELS
            self.deferred.append(
                Deferred(tasks, value, s.section, index, within, whole_level, levels, start, end, rule)
            )
            return
        mask, scope = levels_of(self.context, s, st, value)
        for level in LEVELS_OF[mask]:
            for task in TASKS_OF[tasks]:
                self.claims.append(
                    Claim(level, task, value, scope, s.section, index, st.exception, st.unsided, start, end, rule)
                )

    def _is_under_heading(self, s: Sentence, st: Statement) -> bool:
        """``L4-5: mild right foraminal narrowing. The foramina are otherwise patent.``: what is left over at L4-5."""
        c = self.context
        return (
            c.level_is_heading
            and bool(st.tasks)
            and not s.parsed.masks
            and (c.level_is_block or s.line == c.level_line)
        )

    def _copy(self, index: int, s: Sentence, st: Statement) -> None:
        """``similar at L5-S1``: what was said last again, at another level; ``to a lesser degree`` leaves it open.

        The sentence's own statements come before those of the sentences before it.
        """
        c = self.context
        latest = c.said[-1:] if st.sides else c.said[c.said_before :] or c.said
        for tasks, value in latest or c.said_earlier:
            if st.sides in ("L", "R"):
                tasks = _onto_side(tasks, st.sides)
            again = st._replace(bare="", tasks=tasks)
            self._put(index, s, again, tasks, OPEN if s.parsed.lesser else value)


def _offsets(s: Sentence, st: Statement) -> tuple[int, int]:
    """The text offsets of a statement's evidence."""
    spans = s.parsed.spans
    first_word, _ = spans[st.first]
    _, after = spans[min(st.last, len(spans) - 1)]
    return s.start + s.starts[first_word], s.start + s.ends[after - 1]


def _onto_side(tasks: int, side: str) -> int:
    """The foramina and recesses among some tasks, on one side; the canal has none and drops out."""
    foramen = FORAMEN if tasks & (LFS | RFS) else 0
    recess = RECESS if tasks & (LSS | RSS) else 0
    return to_tasks(foramen | recess, side)
