"""The chunks of a sentence to its reading: a normal study, lists told off with ``respectively``, else its segments."""

from reportparse.binding import read_segments
from reportparse.chunk import Chunk
from reportparse.respectively import read_respectively
from reportparse.segments import to_segments
from reportparse.statements import NORMAL_STUDY, NOTHING, Reading, Statement

LONGEST_CLAUSE = 120
"""Chunks that are read as one clause; no sentence that people write has as many."""


def read_chunks(chunks: list[Chunk], headed: bool) -> Reading:
    """The reading of a sentence's chunks; headed: a level was set apart before them."""
    if not chunks:
        return NOTHING
    kinds = {c.kind for c in chunks}
    if "normal_study" in kinds and kinds.isdisjoint(("site", "part", "finding")):
        return Reading((_read_normal_study(chunks),))
    paired = read_respectively(chunks) if "respectively" in kinds else None
    if paired is not None:
        return Reading(paired)
    if len(chunks) <= LONGEST_CLAUSE:
        return read_segments(to_segments(chunks), headed)
    return _read_in_pieces(chunks, headed)


def _read_normal_study(chunks: list[Chunk]) -> Statement:
    """``Normal MRI of the lumbar spine.``: no stenosis anywhere."""
    at = [c.kind for c in chunks].index("normal_study")
    return Statement(0, NORMAL_STUDY, "", at, at, quantifier="all", bare="normal-study")


def _read_in_pieces(chunks: list[Chunk], headed: bool) -> Reading:
    """The reading of a sentence that goes on and on, a stretch at a time, so that time grows with its length only."""
    statements: list[Statement] = []
    passing: list[int] = []
    levels = 0
    last = NOTHING
    for start in range(0, len(chunks), LONGEST_CLAUSE):
        piece = chunks[start : start + LONGEST_CLAUSE]
        last = read_segments(to_segments(piece), headed)
        statements += [
            s._replace(first=s.first + start, last=s.last + start, levels=tuple(n + levels for n in s.levels))
            for s in last.statements
        ]
        passing += [n + levels for n in last.passing]
        levels += sum(c.kind == "level" for c in piece)
    return Reading(tuple(statements), last.topic_sites, tuple(passing))
