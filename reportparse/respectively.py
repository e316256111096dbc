"""``mild and severe stenosis at L3-4 and L4-5 respectively``: values and places told off against each other."""

from reportparse.chunk import Chunk, grade_of, SIDE_KINDS
from reportparse.segment import SITE_BITS
from reportparse.statements import Statement, to_tasks, Value

_VALUES = ("grade", "zero", "normal")


def read_respectively(chunks: list[Chunk]) -> tuple[Statement, ...] | None:
    """One statement per pair of a sentence with ``respectively``, or None where the lists do not match in length.

    Values are told off against the levels of one chunk, else against two sides.
    """
    clause, at = _find_lists(chunks, [c.kind for c in chunks].index("respectively"))
    values = [i for i in clause if chunks[i].kind in _VALUES]
    sites = _sites_of(chunks, clause)
    if len(values) < 2 or not sites:
        return None
    ordinals = _level_ordinals(chunks, clause)
    matching = [ordinal for i, ordinal in ordinals.items() if int(str(chunks[i].value)) == len(values)]
    if matching:
        return tuple(
            _statement(chunks[i], i, sites, _side_of(chunks, values, n, at), matching[-1], n, at)
            for n, i in enumerate(values)
        )
    paired = next((str(chunks[i].value) for i in clause if chunks[i].value in ("LR", "RL")), "")
    if len(values) == 2 and paired:
        ordinal = next(iter(ordinals.values()), -1)
        return tuple(_statement(chunks[i], i, sites, paired[n], ordinal, -1, at) for n, i in enumerate(values))
    return None


def _find_lists(chunks: list[Chunk], at: int) -> tuple[range, int]:
    """The clause that holds the lists, and where its evidence ends: before ``respectively``, else after it."""
    start = max((i for i in range(at) if chunks[i].kind == "semicolon"), default=-1) + 1
    if any(chunks[i].kind in _VALUES for i in range(start, at)):
        return range(start, at), at
    stop = next((i for i in range(at, len(chunks)) if chunks[i].kind == "semicolon"), len(chunks))
    return range(start, stop), min(stop, len(chunks) - 1)


def _sites_of(chunks: list[Chunk], clause: range) -> int:
    """The bits of all sites a clause names; ``central`` counts as the canal here."""
    sites = 0
    for i in clause:
        if chunks[i].kind in ("site", "stenosed_site", "neural_canal"):
            sites |= SITE_BITS[str(chunks[i].value)]
        elif chunks[i].kind == "central":
            sites |= SITE_BITS["canal"]
    return sites


def _level_ordinals(chunks: list[Chunk], clause: range) -> dict[int, int]:
    """Index of each ``level`` chunk of the clause -> its ordinal in the sentence."""
    before = sum(c.kind == "level" for c in chunks[: clause.start])
    inside = [i for i in clause if chunks[i].kind == "level"]
    return {i: before + n for n, i in enumerate(inside)}


def _side_of(chunks: list[Chunk], values: list[int], n: int, at: int) -> str:
    """The side between a value and the next, else one that speaks for all of them."""
    stop = values[n + 1] if n + 1 < len(values) else at
    for i in range(values[n], stop):
        if chunks[i].kind in SIDE_KINDS:
            return str(chunks[i].value)
    sides = {str(c.value) for c in chunks[:at] if c.kind in SIDE_KINDS}
    side = sides.pop() if len(sides) == 1 else ""
    return "B" if len(side) == 2 else side


def _statement(chunk: Chunk, i: int, sites: int, side: str, ordinal: int, pick: int, at: int) -> Statement:
    """The statement of one pair; its evidence reaches from the value, chunk i, to ``at``."""
    low, high, grade = grade_of(chunk) if chunk.kind == "grade" else (0, 0, 0)
    value = Value(low, high, grade, "graded" if grade is not None else "bounded", "respectively")
    levels = (ordinal,) if ordinal >= 0 else ()
    return Statement(to_tasks(sites, side), value, side, i, at, levels, pick, unsided=not side)
