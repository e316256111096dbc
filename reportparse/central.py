"""``central``: the canal (``central stenosis``) or a place of a disc (``central protrusion``)."""

from reportparse.chunk import Chunk

NAMES_STENOSIS = ("site", "sten", "stenosed", "stenosed_site", "root", "severe_sten", "neural_canal", "narrows")
"""Kinds of chunks that name a place or its stenosis."""

_STENOSES = ("sten", "stenosed", "stenosed_site", "severe_sten")
_PASSED = frozenset(
    "and or slash comma with central aspect side letter_side grade neg significant hedge level past_grade"
    " unchanged".split()
)


def resolve_central(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks with each ``central`` turned into the site ``canal`` or into an ``aspect`` of something else."""
    return [_resolve(chunks, i) if chunk.kind == "central" else chunk for i, chunk in enumerate(chunks)]


def _resolve(chunks: list[Chunk], i: int) -> Chunk:
    if _is_canal(chunks, i):
        return chunks[i]._replace(kind="site", value="canal")
    return chunks[i]._replace(kind="aspect", value="central")


def _is_canal(chunks: list[Chunk], i: int) -> bool:
    """Whether a stenosis, another site or a colon comes before any other finding or part of the body."""
    seen_site = False
    for chunk in chunks[i + 1 :]:
        if chunk.kind in _STENOSES or chunk.kind == "colon":
            return True
        if chunk.kind in ("finding", "part"):
            return False
        if chunk.kind == "site":
            seen_site = True
        elif chunk.kind not in _PASSED:
            return seen_site
    return seen_site
