"""Which tasks a statement speaks of: its own, or, where it names no place, those of the label or topic before it."""

from functools import reduce
from operator import or_

from reportparse.context import Context, Said
from reportparse.segment import FORAMEN, RECESS
from reportparse.sentence import Sentence
from reportparse.statements import LFS, OPEN, RFS, SCS, Statement, to_tasks

_WHOLE_LEVEL = SCS | LFS | RFS
"""What a level called normal says: nothing of the recesses (docs/labels.md)."""


def tasks_of(c: Context, s: Sentence, st: Statement) -> list[Said]:
    """The tasks a statement speaks of, each with its value; empty where it cannot be known.

    A bare ``stenosis`` is the canal's and leaves the foramina open.
    """
    if st.tasks:
        return [(_sided_by_label(c, st), st.value)]
    if c.is_labelled and c.topic_sites:
        return [] if c.topic_sites < 0 else [(_topic_tasks(c, st), st.value)]
    if st.bare == "stenosis":
        return [(SCS, st.value), (LFS | RFS, OPEN)]
    if st.bare == "normal-study" or (st.bare == "normal" and _is_whole_level(c, s, st)):
        return [(_WHOLE_LEVEL, st.value)]
    if c.topic_kind == "sentence" and c.topic_sites > 0 and _points_back(s, st):
        return [(_topic_tasks(c, st) & _said_last(c, st), st.value)]
    if st.bare in ("value", "it") and not st.sides and c.topic_sites == 0 and not st.levels and s.parsed.heading:
        return [(SCS, st.value)]
    return []


def _topic_tasks(c: Context, st: Statement) -> int:
    return to_tasks(c.topic_sites, st.sides or c.topic_sides)


def _said_last(c: Context, st: Statement) -> int:
    """What ``this is moderate`` can be of: the tasks that were spoken of, so that it keeps their side."""
    if st.bare != "it" or st.sides or st.value.high == 0 or not c.said:
        return ~0
    return reduce(or_, (tasks for tasks, _ in c.said))


def _sided_by_label(c: Context, st: Statement) -> int:
    """The statement's own tasks, on the side of the label where it names none (``Right: foramen is narrowed``)."""
    sided = st.unsided and c.is_labelled and c.topic_sides and c.topic_sites in (0, FORAMEN, RECESS)
    return st.tasks & (to_tasks(FORAMEN | RECESS, c.topic_sides) | SCS) if sided else st.tasks


def _is_whole_level(c: Context, s: Sentence, st: Statement) -> bool:
    """Whether ``normal`` alone is said of a level: after its heading, beside its name, or of all levels."""
    opens_block = c.level_is_block and not c.block_has_content
    quantified = st.quantifier in ("all", "remaining", "these", "this")
    return opens_block or s.parsed.begins_with_level or bool(st.levels) or quantified


def _points_back(s: Sentence, st: Statement) -> bool:
    """Whether a value with no place is of the topic before: ``It is severe at L4-5.``, ``Mild on the left.``"""
    if st.bare == "normal":
        return False
    return st.bare in ("it", "narrowing") or bool(st.sides or st.levels or st.quantifier or s.parsed.heading)
