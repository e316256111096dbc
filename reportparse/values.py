"""What a segment says by itself: grade, negation, bound, hedge or mere presence, as an interval of grades."""

from reportparse.segment import Segment
from reportparse.statements import LARGE, NEGATED, NORMAL, OPEN, PRESENT, Value


def value_of(s: Segment) -> Value | None:
    """What the segment itself says, or None where it says nothing of its own."""
    neg = (s.neg and not s.double_neg) or (s.zero and s.grade is not None)
    if s.not_assessed and not s.grade:
        return OPEN._replace(rule="not-assessed")
    if s.grade is not None:
        return _graded(s, neg)
    if s.zero:
        return NEGATED if not neg else None
    if s.normal:
        if neg:
            return PRESENT if s.neg_at == s.value_at - 1 else None
        return _hedged(NORMAL, s)
    if neg and s.verb == "contact":
        return OPEN
    if neg and (s.sten or s.stenosed or s.verb or s.severe):
        if s.severe:
            return None
        return NEGATED._replace(rule="negated-verb") if s.verb else NEGATED
    if s.severe:
        return _hedged(Value(3, 3, 3, "graded", "complete"), s)
    if s.verb == "contact":
        return OPEN
    if s.sten or s.stenosed or s.verb:
        return _hedged(LARGE if s.large or s.significant else PRESENT, s)
    return None


def _graded(s: Segment, neg: bool) -> Value:
    assert s.grade is not None
    low, high, grade = s.grade
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


def _hedged(value: Value, s: Segment) -> Value:
    if not s.hedge or value.high == 0:
        return value
    return Value(0, value.high, None, "uncertain", "hedged")
