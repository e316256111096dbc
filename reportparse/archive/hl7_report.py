"""The report text of HL7 observations: repeated lines, corrections, deletions and addenda, over several messages."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reportparse.archive.hl7_segments import field, Message, unescape

_TEXT_TYPES = ("TX", "FT", "ST", "")
_WITHDRAWN = ("D", "W", "X")
_PRELIMINARY = ("P", "R", "S", "I")

_HEADINGS = (
    ("ADDENDUM", ("&ADT", "55107-7", "ADDEND")),
    ("IMPRESSION", ("&IMP", "19005-8", "IMPRESSION", "CONCLUSION")),
    ("RECOMMENDATION", ("&REC", "18783-1", "RECOMMENDATION")),
    ("COMPARISON", ("18834-2", "COMPARISON")),
    ("TECHNIQUE", ("55111-9", "TECHNIQUE")),
    ("HISTORY", ("11329-0", "18785-6", "HISTORY", "INDICATION", "REASON FOR")),
    ("FINDINGS", ("&GDT", "59776-5", "FINDINGS")),
)


class Block(NamedTuple):
    """Observations (OBX) of one message that follow one another with one identifier, sub-id and status: lines of text.

    ``key`` is (OBX-3 identifier, OBX-4); ``heading`` the section that OBX-3 names, empty where it names none.
    """

    key: tuple[str, str]
    status: str
    heading: str
    lines: list[str]


def to_blocks(message: Message, segments: Iterable[list[str]]) -> list[Block]:
    """The text blocks among segments, in their order."""
    blocks: list[Block] = []
    for segment in segments:
        if segment[0] != "OBX" or field(segment, 2).strip().upper() not in _TEXT_TYPES:
            continue
        key, status = _key(message, segment), field(segment, 11).strip().upper()
        lines = [unescape(message, part) for part in field(segment, 5).split(message.repetition)]
        if blocks and (blocks[-1].key, blocks[-1].status) == (key, status):
            blocks[-1].lines.extend(lines)
        else:
            blocks.append(Block(key, status, _heading(field(segment, 3)), lines))
    return blocks


def merge_blocks(messages: Iterable[list[Block]]) -> tuple[str, bool]:
    """The report text that stands after all messages of a study, oldest first, and whether any of it is preliminary.

    By OBX-11: C replaces what had the same OBX-3 and OBX-4; so does a block sent again in a later message, unless it is
    preliminary and the one that stands is final; D, W and X withdraw it. A, or an OBX-3 that says addendum, is appended
    under a line ``ADDENDUM:``.
    """
    standing: dict[tuple[str, str], Block] = {}
    addenda: dict[tuple[str, str], dict[tuple[str, ...], Block]] = {}
    for blocks in messages:
        fresh: set[tuple[str, str]] = set()
        for block in blocks:
            if block.heading == "ADDENDUM" or block.status == "A":
                _add(addenda, block, block.key in fresh)
            else:
                _put(standing, block, block.key in fresh)
            fresh.add(block.key)
    preliminary = any(block.status in _PRELIMINARY for block in standing.values())
    added = (block._replace(heading="ADDENDUM") for of_key in addenda.values() for block in of_key.values())
    return _to_text([*standing.values(), *added]), preliminary


def _put(standing: dict[tuple[str, str], Block], block: Block, is_fresh: bool) -> None:
    """Let a block stand after, or in place of, what has its key; ``is_fresh``: that is of the same message."""
    before = standing.get(block.key)
    if block.status in _WITHDRAWN:
        standing.pop(block.key, None)
    elif before is not None and is_fresh and (block.status != "C" or before.status == "C"):
        before.lines.extend(block.lines)
    elif before is None or block.status not in _PRELIMINARY or before.status in _PRELIMINARY:
        standing[block.key] = block._replace(lines=list(block.lines))


def _add(addenda: dict[tuple[str, str], dict[tuple[str, ...], Block]], block: Block, is_fresh: bool) -> None:
    """Append an addendum, once; a correction or withdrawal takes away those of its key in earlier messages."""
    if block.status in ("C", *_WITHDRAWN) and not is_fresh:
        addenda.pop(block.key, None)
    if block.status not in _WITHDRAWN:
        addenda.setdefault(block.key, {})[tuple(block.lines)] = block


def _to_text(blocks: list[Block]) -> str:
    parts: list[str] = []
    last: Block | None = None
    for block in blocks:
        text = "\n".join(block.lines).strip("\n")
        starts_section = last is None or last.key[0] != block.key[0] or last.heading != block.heading
        if starts_section and parts:
            parts.append("")
        if block.heading and (starts_section or block.heading == "ADDENDUM") and not _has_heading(text, block.heading):
            parts.append(f"{block.heading}:")
        parts.append(text)
        last = block
    return "\n".join(parts)


def _has_heading(text: str, heading: str) -> bool:
    return text.lstrip()[: len(heading)].upper() == heading


def _key(message: Message, segment: list[str]) -> tuple[str, str]:
    parts = field(segment, 3).split(message.component)
    return next((part for part in parts if part), ""), field(segment, 4).strip()


def _heading(identifier: str) -> str:
    upper = identifier.upper()
    return next((heading for heading, marks in _HEADINGS if any(mark in upper for mark in marks)), "")


def order_groups(message: Message) -> Iterator[list[list[str]]]:
    """The segments of each order of a message: an OBR and what follows it, with the ORC before it."""
    group: list[list[str]] = []
    has_order = False
    for segment in message.segments[1:]:
        if has_order and segment[0] in ("ORC", "OBR"):
            yield group
            group, has_order = [], False
        group.append(segment)
        has_order = has_order or segment[0] == "OBR"
    if has_order:
        yield group
