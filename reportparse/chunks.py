"""Tokens to chunks: runs of tokens that act as one word are joined before any clause is read.

Ranges of grades (``mild to moderate``), lists and ranges of levels, comparisons of sides (``left greater than right``),
grades of another time (``previously severe``), named scores (``Lee 2``).
"""

from typing import NamedTuple

from reportparse.levels import above, ALL_LEVELS, below, span_mask
from reportparse.lexer import Token


class Chunk(NamedTuple):
    """One word of the grammar.

    kind: a concept, ``grade`` and ``level`` among them. value: the concept's value; for ``grade`` a (low, high, grade)
    triple; for ``level`` the number of discs named, as a string (their masks are kept apart, so that a clause reads
    the same at any level). first, last: indices of the first and last token.
    """

    kind: str
    value: object
    first: int
    last: int


class Chunked(NamedTuple):
    """The chunks of a sentence; masks holds, for each ``level`` chunk in order, one bit mask per disc named."""

    chunks: list[Chunk]
    masks: list[tuple[int, ...]]


Grade = tuple[int, int, int | None]

_SCHEMES: dict[str, tuple[int, Grade]] = {
    "lee0": (0, (0, 0, 0)), "lee1": (0, (1, 1, 1)), "lee2": (0, (2, 2, 2)), "lee3": (0, (3, 3, 3)),
    "schizasa": (1, (0, 1, None)), "schizasb": (1, (2, 2, 2)),
    "schizasc": (1, (3, 3, 3)), "schizasd": (1, (3, 3, 3)),
}  # fmt: skip
"""Named scores: the site a score itself names (1 the canal, 0 none) and its grade (LABELS.md, settled cases)."""
_LEVEL_KINDS = ("disc", "span", "outside")
_JOIN_LEVELS = ("comma", "and", "or", "slash", "levelword", "at", "of", "part", "semicolon")
_SIDE_KINDS = ("side", "letter_side")


def to_chunks(tokens: list[Token], minimal: Grade = (1, 1, 1), schemes: bool = True) -> Chunked:
    """The chunks of a sentence's tokens; ``minimal`` is what the policy takes ``minimal`` to mean."""
    if is_pick_list(tokens):
        return Chunked([], [])
    chunks: list[Chunk] = []
    masks: list[tuple[int, ...]] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.concept in ("grade", "large"):
            if _starts_change(tokens, at):
                chunks.append(Chunk("past_grade", "", at, at))
                at += 2
            chunk, at = _read_grade(tokens, at, minimal)
            chunks.append(chunk)
        elif token.concept in _LEVEL_KINDS or token.concept == "vertebra":
            at = _read_levels(tokens, at, chunks, masks)
        elif token.concept == "scheme":
            if schemes:
                chunks.append(Chunk("scheme", _SCHEMES[str(token.value)], at, at))
            at += 1
        elif token.concept in _SIDE_KINDS:
            chunk, at = _read_side(tokens, at)
            chunks.append(chunk)
        elif token.concept == "narrows" and _is_predicate(tokens, at):
            chunks.append(Chunk("stenosed", "", at, at))
            at += 1
        elif token.concept == "from":
            known = at + 1 < len(tokens) and tokens[at + 1].concept in (*_LEVEL_KINDS, "vertebra", "grade", "past")
            chunks.append(Chunk("from" if known else "because", "", at, at))
            at += 1
        else:
            chunks.append(Chunk(token.concept, token.value, at, at))
            at += 1
    return _drop_likened(_open_grades(_drop_past(chunks)), masks)


def _open_grades(chunks: list[Chunk]) -> list[Chunk]:
    """``relevant (moderate) narrowing``: a grade or side in brackets before its noun needs no brackets."""
    out = list(chunks)
    for i in range(len(chunks) - 3, -1, -1):
        kinds = [c.kind for c in out[i : i + 4]] + [""]
        after_grade = i > 0 and out[i - 1].kind == "grade" and kinds[1] in _SIDE_KINDS
        wrapped = kinds[0] == "open" and kinds[1] in ("grade", *_SIDE_KINDS) and kinds[2] == "close"
        if wrapped and (after_grade or kinds[3] in ("sten", "site", "side", "central", "stenosed")):
            del out[i + 2], out[i]
    return out


def _drop_likened(chunks: list[Chunk], masks: list[tuple[int, ...]]) -> Chunked:
    """Without levels that only serve a comparison (``as at L4-5``)."""
    likened = [i for i, c in enumerate(chunks) if c.kind == "level" and i and chunks[i - 1].kind == "like"]
    if not likened:
        return Chunked(chunks, masks)
    ordinals = [n for n, i in enumerate(i for i, c in enumerate(chunks) if c.kind == "level") if i in likened]
    kept = [m for n, m in enumerate(masks) if n not in ordinals]
    return Chunked([c for i, c in enumerate(chunks) if i not in likened], kept)


def _is_predicate(tokens: list[Token], at: int) -> bool:
    """``the canal is slightly narrow``: the verb's form as an adjective."""
    before = at - 1
    while before >= 0 and tokens[before].concept in ("grade", "neg", "hedge", "significant", "large"):
        before -= 1
    ends = at + 1 == len(tokens) or tokens[at + 1].concept in ("comma", "semicolon", "at", "and", "with", "because")
    return before >= 0 and tokens[before].concept in ("be", "was", "site", "root") and ends


def is_pick_list(tokens: list[Token]) -> bool:
    """Three or more grades offered with slashes (``none / mild / moderate``): a template nobody filled in."""
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


def _starts_change(tokens: list[Token], at: int) -> bool:
    """``from mild to moderate``: the first grade is of another time."""
    if [t.concept for t in tokens[at + 1 : at + 3]] in (["arrow", "grade"], ["than", "grade"]):
        return True
    return (
        at > 0
        and tokens[at - 1].concept in ("from", "from_past")
        and [t.concept for t in tokens[at + 1 : at + 3]] == ["through", "grade"]
    )


def to_grade(value: str, minimal: Grade) -> Grade:
    """The (low, high, grade) of a lexicon value such as ``1-2-2``."""
    if value == "minimal":
        return minimal
    low, high, grade = value.split("-")
    return int(low), int(high), int(grade) if grade else None


def _read_grade(tokens: list[Token], at: int, minimal: Grade) -> tuple[Chunk, int]:
    """A grade or a range of two: ``mild``, ``mild to moderate``, ``moderate/severe``, ``mild moderate``."""
    first = at
    token = tokens[at]
    grade = to_grade(str(token.value), minimal)
    kind = token.concept
    at += 1
    while at < len(tokens):
        step = 1 if tokens[at].concept in ("through", "slash", "dash", "or") else 0
        nearby = at + step < len(tokens) and tokens[at + step].concept == "grade"
        if not nearby or (step == 0 and tokens[at].start > tokens[at - 1].end):
            break
        other = to_grade(str(tokens[at + step].value), minimal)
        grade = _span(grade, other)
        at += step + 1
    return Chunk(kind, grade, first, at - 1), at


def _span(a: Grade, b: Grade) -> Grade:
    """The range of two grades; its grade is the higher, as in DeepSPINE."""
    low, high = min(a[0], b[0]), max(a[1], b[1])
    return low, high, None if a[2] is None or b[2] is None else high


def _read_side(tokens: list[Token], at: int) -> tuple[Chunk, int]:
    """A side, two sides joined (``left and right``), or a comparison of sides, which speaks of both."""
    sides = {str(tokens[at].value)}
    end = at + 1
    look = at + 1
    if look < len(tokens) and tokens[look].concept in ("more", "than", "and", "or", "slash", "comma", "be"):
        compared = tokens[look].concept in ("than", "more")
        while look < len(tokens) and tokens[look].concept in ("more", "than", "grade", "on") and compared:
            look += 1
        if not compared and tokens[look].concept in ("and", "slash", "or"):
            look += 1
        if look < len(tokens) and tokens[look].concept in _SIDE_KINDS:
            other = str(tokens[look].value)
            if (compared and look - at >= 2) or (not compared and other != str(tokens[at].value)):
                if compared:
                    return Chunk("asym", "B", at, look), look + 1
                return Chunk("side", str(tokens[at].value) + other if other in "LR" else "B", at, look), look + 1
    kind = "side" if tokens[at].concept == "side" else "letter_side"
    return Chunk(kind, sides.pop(), at, end - 1), end


def _read_levels(tokens: list[Token], at: int, chunks: list[Chunk], masks: list[tuple[int, ...]]) -> int:
    """A level, a list or a range of them as one chunk; returns the index after it."""
    first = at
    named, end, outside = _read_range(tokens, at)
    if named is None:
        chunks.append(Chunk(tokens[at].concept, "", at, at))
        return at + 1
    levels = list(named)
    while True:
        look = end
        joiners = 0
        while look < len(tokens) and tokens[look].concept in _JOIN_LEVELS and joiners < 4:
            if tokens[look].concept in ("part", "semicolon") or tokens[look].concept == "of":
                break
            joiners += 1
            look += 1
        if look == end and not (look < len(tokens) and tokens[look].concept in _LEVEL_KINDS):
            break
        if look >= len(tokens) or tokens[look].concept not in _LEVEL_KINDS:
            break
        joining = [t.concept for t in tokens[end:look]]
        if "comma" in joining and "at" in joining:
            break
        more, end, out = _read_range(tokens, look)
        levels += more or ()
        outside &= out
    mask = 0
    for each in levels:
        mask |= each
    if chunks and chunks[-1].kind == "direction" and chunks[-1].value in ("above", "below") and mask:
        levels = [above(mask) if chunks[-1].value == "above" else below(mask)]
        first = chunks.pop().first
    elif end < len(tokens) and tokens[end].concept == "direction" and tokens[end].value in ("up", "down"):
        levels = [mask | (above(mask) if tokens[end].value == "up" else below(mask))]
        end += 1
    kept = tuple(dict.fromkeys(level for level in levels if level))
    if not kept:
        chunks.append(Chunk("outside", "", first, end - 1))
        return end
    chunks.append(Chunk("level", str(len(kept)), first, end - 1))
    masks.append(kept)
    return end


def _read_range(tokens: list[Token], at: int) -> tuple[tuple[int, ...] | None, int, bool]:
    """The masks of one level or of a range of levels, the index after it, and whether it lies outside the grid."""
    token = tokens[at]
    through = at + 2 < len(tokens) and tokens[at + 1].concept in ("through", "dash")
    if token.concept == "vertebra":
        if through and tokens[at + 2].concept == "vertebra":
            mask = span_mask(int(token.value[0]), int(tokens[at + 2].value[0]))
            return _split(mask), at + 3, not mask
        return None, at + 1, False
    if token.concept == "outside":
        if token.value != "" and through and tokens[at + 2].concept in ("disc", "span"):
            lowest = max(tokens[at + 2].value)  # type: ignore[type-var]
            return _split((int(lowest) << 1) - 1), at + 3, False
        return (), at + 1, True
    masks = tuple(int(v) for v in token.value)
    if through and tokens[at + 2].concept in ("disc", "span"):
        other = tuple(int(v) for v in tokens[at + 2].value)
        low, high = min(masks + other), max(masks + other)
        return _split((high << 1) - low & ALL_LEVELS), at + 3, False
    return masks, at + 1, False


def _split(mask: int) -> tuple[int, ...]:
    return tuple(1 << bit for bit in range(6) if mask >> bit & 1)


def _drop_past(chunks: list[Chunk]) -> list[Chunk]:
    """Grades of another time are turned into ``past_grade``: ``previously severe``, ``mild in 2019``."""
    out = [c._replace(kind="be") if c.kind == "was" else c for c in chunks]
    if any(c.kind == "now" for c in chunks):
        for i, chunk in enumerate(chunks[1:], start=1):
            if chunk.kind == "grade" and chunks[i - 1].kind == "was":
                out[i] = chunk._replace(kind="past_grade")
    for i, chunk in enumerate(chunks):
        if chunk.kind in ("grade", "severe_sten", "normal") and _is_past(
            [c.kind for c in chunks[max(0, i - 2) : i]], [c.kind for c in chunks[i + 1 : i + 4]]
        ):
            out[i] = chunk._replace(kind="past_grade")
    return out


def _is_past(before: list[str], after: list[str]) -> bool:
    return (
        before[-1:] in (["past"], ["from_past"], ["rather"])
        or before == ["past", "be"]
        or after[:1] in (["past"], ["year"], ["change"])
        or after[:2] in (["at", "year"], ["be", "past"], ["stenosed", "past"])
        or after == ["stenosed", "at", "year"]
    )
