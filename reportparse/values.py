"""What a segment says by itself: grade, negation, bound, hedge or mere presence, as an interval of grades."""

from reportparse.segment import Segment
from reportparse.statements import LARGE, NEGATED, NORMAL, OPEN, PRESENT, Value

_COMPLETE = Value(3, 3, 3, "graded", "complete")
_NOT_COMPLETE = Value(0, 2, None, "bounded", "negated-grade")


def value_of(s: Segment) -> Value | None:
    """What the segment itself says, or None where it says nothing of its own."""
    neg = (s.neg and not s.double_neg) or (s.zero and s.grade is not None)
    if s.not_assessed and not s.grade:
        return OPEN._replace(rule="not-assessed")
    if s.grade is not None:
        return _graded(s, s.grade, neg)
    if s.zero:
        return None if neg else NEGATED
    if s.normal:
        return _not_normal(s) if neg else _hedged(NORMAL, s)
    if neg:
        return _negated(s)
    if s.severe:
        return _hedged(_COMPLETE, s)
    if s.verb == "contact":
        return OPEN
    if s.sten or s.stenosed or s.verb:
        return _hedged(LARGE if s.large or s.significant else PRESENT, s)
    return None


def _graded(s: Segment, words: tuple[int, int, int | None], neg: bool) -> Value:
    """The value of a grade; negated it is an upper bound (``no severe``), with no grade of its own a borderline."""
    low, high, grade = words
    if neg:
        bound = max(low - 1, 0)
        return Value(0, bound, 0 if bound == 0 else None, "graded" if bound == 0 else "bounded", "negated-grade")
    if s.bound_low:
        return Value(low, 3, None, "bounded", "at-least")
    if s.bound_high:
        return Value(0, high, None, "bounded", "at-most")
    if s.verb == "contact" and not s.sten:
        return OPEN
    if grade is None:
        return Value(low, high, None, "bounded", "borderline")
    return _hedged(Value(low, high, grade, "graded", "graded"), s)


def _not_normal(s: Segment) -> Value | None:
    """``not patent`` is a stenosis, where the negation stands right before the word."""
    return PRESENT if s.neg_at == s.value_at - 1 else None


def _negated(s: Segment) -> Value | None:
    """No stenosis; but ``no contact`` leaves it open, ``not obliterated`` is but not severe."""
    if s.verb == "contact":
        return OPEN
    if s.severe:
        return _NOT_COMPLETE
    if not (s.sten or s.stenosed or s.verb):
        return None
    return NEGATED._replace(rule="negated-verb") if s.verb else NEGATED


def _hedged(value: Value, s: Segment) -> Value:
    """The value with none at all made possible, where a hedge reaches it."""
    if not s.hedge or value.high == 0:
        return value
    return Value(0, value.high, None, "uncertain", "hedged")
