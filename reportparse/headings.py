"""What is set apart at the start of a sentence: a level (``L4-5:``) and a label (``Neural foramina, right:``)."""

from typing import NamedTuple

from reportparse.chunk import Chunk, SIDE_KINDS
from reportparse.segment import CANAL, SITE_BITS

_LABEL_KINDS = frozenset(
    "site side letter_side part central aspect and or of slash comma open close at finding stenosed_site sten levelword"
    " root neural_canal quantifier".split()
)
"""Kinds of chunks that a label may hold."""

_LONGEST_LABEL = 8
_LONGEST_BRACKET = 12

_BEFORE_LEVEL = ("dash", "levelword", "at", "question", "semicolon", "open")
_MOST_BEFORE_LEVEL = 4

OTHER_STRUCTURE = -1
"""Stands for the sites of a label that names none but another structure."""


class Heading(NamedTuple):
    """A sentence without the level set apart at its start.

    level: there is one; alone: nothing follows it; outside: it is not one of the six. body: the chunks after it.
    """

    level: bool
    alone: bool
    outside: bool
    body: list[Chunk]


class Label(NamedTuple):
    """A sentence without the label at its start.

    sites: bit mask, ``OTHER_STRUCTURE``, 0 for a side only, None where there is no label. sides: ``L``, ``R``, ``""``.
    alone: nothing follows it. body: the chunks after it.
    """

    sites: int | None
    sides: str
    alone: bool
    body: list[Chunk]


class Place(NamedTuple):
    """What some words name: bit mask of sites, the side (``B`` for two), whether another structure."""

    sites: int
    sides: str
    other: bool


def begins_with_level(chunks: list[Chunk]) -> bool:
    """Whether a level is among the first three chunks, with nothing but small words and marks before it."""
    for chunk in chunks[:3]:
        if chunk.kind in ("level", "outside"):
            return True
        if chunk.kind not in (*_BEFORE_LEVEL, "part"):
            return False
    return False


def take_heading(chunks: list[Chunk]) -> Heading:
    """The level set apart at the start of a sentence, and the rest.

    ``L4-5:``, ``- At L4-5 level -``, ``L4-5 disc:``, ``L4-5 (axial image 12):``, or a level that is all there is.
    """
    at = 0
    while at < min(len(chunks), _MOST_BEFORE_LEVEL) and chunks[at].kind in _BEFORE_LEVEL:
        at += 1
    if at == len(chunks) or chunks[at].kind not in ("level", "outside"):
        return Heading(False, False, False, chunks)
    of_disc, stop = _end_of_heading(chunks, at + 1)
    alone = stop == len(chunks) or (stop == len(chunks) - 1 and _is_mark(chunks, stop))
    if not alone and not _is_mark(chunks, stop) and chunks[stop].kind != "semicolon":
        return Heading(False, False, False, chunks)
    body = chunks[stop + 1 :]
    if of_disc and [c.kind for c in body] == ["normal"]:
        body = []  # ``L4-5 disc: normal`` speaks of the disc
    return Heading(chunks[at].kind == "level", alone, chunks[at].kind == "outside", body)


def _end_of_heading(chunks: list[Chunk], at: int) -> tuple[bool, int]:
    """Whether a level is set apart for its disc, and the index after what belongs to it."""
    while at < len(chunks) and chunks[at].kind in ("levelword", "aspect"):
        at += 1
    of_disc = at < len(chunks) and chunks[at].kind == "part" and chunks[at].value == "disc" and _is_mark(chunks, at + 1)
    if of_disc:
        at += 1
    if at < len(chunks) and chunks[at].kind == "open":
        reach = range(at, min(len(chunks), at + _LONGEST_BRACKET))
        close = next((i for i in reach if chunks[i].kind == "close"), -1)
        if close >= 0 and (close + 1 == len(chunks) or _is_mark(chunks, close + 1)):
            at = close + 1
    return of_disc, at


def _is_mark(chunks: list[Chunk], at: int) -> bool:
    """Whether a colon or dash stands at an index."""
    return at < len(chunks) and chunks[at].kind in ("colon", "dash")


def take_label(chunks: list[Chunk]) -> Label:
    """The label before a colon or dash at the start of a sentence, and the rest."""
    lead = next((i for i, c in enumerate(chunks) if c.kind not in ("semicolon", "dash")), len(chunks))
    chunks = chunks[lead:]
    reach = chunks[: _LONGEST_LABEL + 1]
    stop = next((i for i, c in enumerate(reach) if c.kind not in _LABEL_KINDS), -1)
    ends_in_dash = stop == len(chunks) - 1 and chunks[-1:] != [] and chunks[-1].kind == "dash"
    if stop < 0 or not _is_mark(chunks, stop) or ends_in_dash:
        return Label(None, "", False, chunks)
    sites, sides, other = read_label(chunks[:stop])
    if not sites and not sides and not other:
        return Label(None, "", False, chunks)
    if not sites and other:
        sites = OTHER_STRUCTURE
    return Label(sites, "" if sides == "B" else sides, stop == len(chunks) - 1, chunks[stop + 1 :])


def read_label(chunks: list[Chunk]) -> Place:
    """The sites and the side that the words of a label name, and whether they name another structure."""
    sites, sides, other = 0, "", False
    for chunk in chunks:
        if chunk.kind == "site" and chunk.value in ("cord", "cauda"):
            other = True
        elif chunk.kind in ("site", "stenosed_site", "neural_canal"):
            sites |= SITE_BITS[str(chunk.value)]
        elif chunk.kind == "central":
            sites |= CANAL
        elif chunk.kind in SIDE_KINDS:
            sides = str(chunk.value) if not sides else "B"
        elif chunk.kind in ("part", "finding", "root"):
            other = True
    return Place(sites, sides, other)
