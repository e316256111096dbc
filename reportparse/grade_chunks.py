"""Grades: ranges of two to one chunk, named scores, changes from one grade to another, lists to pick from."""

from reportparse.chunk import Chunk, Grade, SIDE_KINDS
from reportparse.lexer import Token

SCHEMES: dict[str, Grade] = {
    "lee0": (0, 0, 0), "lee1": (1, 1, 1), "lee2": (2, 2, 2), "lee3": (3, 3, 3),
    "schizasa": (0, 1, None), "schizasb": (2, 2, 2), "schizasc": (3, 3, 3), "schizasd": (3, 3, 3),
}  # fmt: skip
"""Named scores as grades (docs/labels.md)."""


def read_grade(tokens: list[Token], at: int, minimal: Grade) -> tuple[Chunk, int]:
    """A grade or a range of them, and the index after it.

    ``mild``, ``mild to moderate``, ``moderate/severe``, ``mild moderate``. Two grades side by side are a range only
    where no word stands between them that the lexicon does not know.
    """
    first = at
    grade = _to_grade(tokens[at], minimal)
    at += 1
    while at < len(tokens):
        step = 1 if tokens[at].concept in ("through", "slash", "dash", "or") else 0
        is_grade = at + step < len(tokens) and tokens[at + step].concept == "grade"
        if not is_grade or (step == 0 and tokens[at].start > tokens[at - 1].end):
            break
        grade = _span(grade, _to_grade(tokens[at + step], minimal))
        at += step + 1
    return Chunk(tokens[first].concept, grade, first, at - 1), at


def _to_grade(token: Token, minimal: Grade) -> Grade:
    """The grade of a lexicon value such as ``1-2-2``; ``minimal`` is the policy's to say."""
    value = str(token.value)
    if value == "minimal":
        return minimal
    low, high, grade = value.split("-")
    return int(low), int(high), int(grade) if grade else None


def _span(a: Grade, b: Grade) -> Grade:
    """The range of two grades; its grade is the higher, as in DeepSPINE."""
    low, high = min(a[0], b[0]), max(a[1], b[1])
    return low, high, None if a[2] is None or b[2] is None else high


def starts_change(tokens: list[Token], at: int) -> bool:
    """Whether a grade is of another time, the next being of now: ``from mild to moderate``, ``mild > severe``."""
    following = [t.concept for t in tokens[at + 1 : at + 3]]
    if following in (["arrow", "grade"], ["than", "grade"]):
        return True
    return at > 0 and tokens[at - 1].concept in ("from", "from_past") and following == ["through", "grade"]


def is_pick_list(tokens: list[Token]) -> bool:
    """Whether three or more grades are offered (``none / mild / moderate``): a template nobody filled in."""
    run, graded = 0, False
    for i, token in enumerate(tokens):
        if token.concept in ("grade", "zero", "normal", "finding"):
            follows = i > 0 and tokens[i - 1].concept == "slash"
            run = run + 1 if follows else 1
            graded = (graded and follows) or token.concept != "finding"
            if run >= 3 and graded:
                return True
        elif token.concept != "slash":
            run, graded = 0, False
    return False


def open_grades(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks without brackets around a grade or side before its noun: ``relevant (moderate) narrowing``."""
    if not any(c.kind == "open" for c in chunks):
        return chunks
    out = list(chunks)
    for i in range(len(chunks) - 3, -1, -1):
        kinds = [c.kind for c in out[i : i + 4]] + [""]
        is_side = kinds[1] in SIDE_KINDS
        wrapped = kinds[0] == "open" and (is_side or kinds[1] == "grade") and kinds[2] == "close"
        after_grade = is_side and i > 0 and out[i - 1].kind == "grade"
        if wrapped and (after_grade or kinds[3] in ("sten", "site", "side", "central", "stenosed")):
            del out[i + 2], out[i]
    return out
