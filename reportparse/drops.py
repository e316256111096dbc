"""Clauses that say nothing of this study: considered, advised, asked, withdrawn, or told of another time.

Of most of them the levels are kept, since the next sentence may be about these.
"""

from reportparse.chunk import Chunk

_DROPS = ("drop", "outside_report")


def drop_clauses(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks without what is only considered, asked, advised or told of another study."""
    if _tells_of_the_past(chunks) or (chunks and chunks[0].kind in ("query", "question")):
        return [c for c in chunks if c.kind == "level"]
    if any(c.kind in _DROPS or c.kind == "retract" for c in chunks):
        chunks = [c for clause in _to_clauses(chunks) for c in _drop_from(clause)]
    if chunks and chunks[-1].kind == "question":
        return [c for c in chunks if c.kind in ("level", "site", "stenosed_site", "outside")]
    return chunks


def _tells_of_the_past(chunks: list[Chunk]) -> bool:
    """``Previously this was a small protrusion with moderate narrowing``: nothing of the present."""
    return (
        len(chunks) > 1
        and chunks[0].kind == "past"
        and chunks[1].kind in ("pronoun", "there", "be", "colon")
        and not any(c.kind in ("now", "unchanged") for c in chunks)
    )


def _to_clauses(chunks: list[Chunk]) -> list[list[Chunk]]:
    """The chunks cut after each semicolon."""
    clauses: list[list[Chunk]] = [[]]
    for chunk in chunks:
        clauses[-1].append(chunk)
        if chunk.kind == "semicolon":
            clauses.append([])
    return clauses


def _drop_from(clause: list[Chunk]) -> list[Chunk]:
    """A clause without what follows a drop (``to exclude ...``); of a withdrawn one only its places are left."""
    drop = next((i for i, c in enumerate(clause) if c.kind in _DROPS), len(clause))
    kept = [c for i, c in enumerate(clause) if i < drop or c.kind in ("level", "semicolon")]
    if any(c.kind == "retract" for c in kept):
        return [c for c in kept if c.kind in ("level", "site", "outside", "semicolon")]
    return kept
