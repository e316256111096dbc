"""What a sentence names without meaning it here and now: grades of another time, levels of a comparison."""

from reportparse.chunk import Chunk, Chunked

_TIMES = ("was", "past", "from_past", "rather", "year", "change")
"""Kinds of chunks of which one must be there for a grade to be of another time."""


def set_past_aside(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks with grades of another time turned into ``past_grade``: ``previously severe``, ``mild in 2019``."""
    kinds = {c.kind for c in chunks}
    if kinds.isdisjoint(_TIMES):
        return chunks
    present = "now" in kinds
    out: list[Chunk] = []
    for i, chunk in enumerate(chunks):
        was = present and chunk.kind == "grade" and i > 0 and chunks[i - 1].kind == "was"
        if was or (chunk.kind in ("grade", "severe_sten", "normal") and _is_past(chunks, i)):
            out.append(chunk._replace(kind="past_grade"))
        else:
            out.append(chunk._replace(kind="be") if chunk.kind == "was" else chunk)
    return out


def _is_past(chunks: list[Chunk], i: int) -> bool:
    """Whether the words around a grade put it into another time."""
    before = [c.kind for c in chunks[max(0, i - 2) : i]]
    after = [c.kind for c in chunks[i + 1 : i + 4]]
    return (
        before[-1:] in (["past"], ["from_past"], ["rather"])
        or before == ["past", "be"]
        or after[:1] in (["past"], ["year"], ["change"])
        or after[:2] in (["at", "year"], ["be", "past"], ["stenosed", "past"])
        or after == ["stenosed", "at", "year"]
    )


def drop_likened(chunks: list[Chunk], masks: list[tuple[int, ...]]) -> Chunked:
    """The chunks and masks without levels that only serve a comparison (``as at L4-5``)."""
    likened = {i for i in range(1, len(chunks)) if chunks[i].kind == "level" and chunks[i - 1].kind == "like"}
    if not likened:
        return Chunked(chunks, masks)
    levels = [i for i, c in enumerate(chunks) if c.kind == "level"]
    kept = [mask for i, mask in zip(levels, masks, strict=True) if i not in likened]
    return Chunked([c for i, c in enumerate(chunks) if i not in likened], kept)
