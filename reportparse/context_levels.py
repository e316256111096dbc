"""Which levels a statement speaks of: those it names, or, where it names none, those the context is about."""

from reportparse.context import Context
from reportparse.finding import Scope
from reportparse.levels import above, ALL_LEVELS, below, union
from reportparse.sentence import Sentence
from reportparse.statements import Statement, Value


def levels_of(c: Context, s: Sentence, st: Statement, value: Value) -> tuple[int, Scope]:
    """The mask of the levels a statement speaks of, 0 for none, and how they are known.

    Where nothing names a level, that there is no stenosis is said of the whole study, and that there is one of no
    level at all.
    """
    if st.levels:
        return _stated(c, s, st)
    quantified = _quantified(c, s, st, value) if st.quantifier else None
    if quantified is not None:
        return quantified
    spoken_of = union(c.levels)
    if s.parsed.heading and not s.parsed.outside:
        return spoken_of, Scope.STATED
    if c.outside:
        return 0, Scope.CARRIED
    if spoken_of and not _is_closing(c, s, value):
        return spoken_of, Scope.CARRIED
    negative = value.low == 0 and value.status != "uncertain" and value.rule != "negated-verb"
    return ALL_LEVELS if negative else 0, Scope.STUDY


def _stated(c: Context, s: Sentence, st: Statement) -> tuple[int, Scope]:
    """The levels the statement names; the worst of a block's levels speaks for all of them."""
    masks = s.parsed.masks
    if st.pick >= 0:
        return masks[st.levels[0]][st.pick], Scope.STATED
    if st.quantifier == "more" and c.level_is_block and set(s.parsed.named) <= set(c.levels):
        return union(c.levels), Scope.CARRIED
    return union(mask for ordinal in st.levels for mask in masks[ordinal]), Scope.STATED


def _quantified(c: Context, s: Sentence, st: Statement, value: Value) -> tuple[int, Scope] | None:
    """What ``all``, ``these``, ``above``, ``the latter`` mean here; None where they leave it to the context."""
    quantifier, named = st.quantifier, s.parsed.named
    if quantifier == "all":
        return 0 if value.status == "uncertain" else ALL_LEVELS, Scope.STUDY
    if quantifier == "none":
        return 0, Scope.STATED
    if quantifier in ("these", "this"):
        return (union(named), Scope.STATED) if named or not c.levels else None
    if quantifier in ("above", "below"):
        spoken_of = union(c.levels)
        return above(spoken_of) if quantifier == "above" else below(spoken_of), Scope.STATED
    if quantifier in ("former", "latter"):
        masks = named or list(c.levels) or [0]
        return masks[0 if quantifier == "former" else -1], Scope.STATED
    return None


def _is_closing(c: Context, s: Sentence, value: Value) -> bool:
    """Whether a negative on a line of its own after the last level, under no heading line, is of the whole study."""
    after_levels = s.line > c.level_line and s.line > c.last_level_line and s.indent <= c.level_indent
    return value.low == 0 and after_levels and not c.level_is_block and not c.block_style
