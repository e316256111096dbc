"""One sentence from text to reading: tokens, chunks, heading and label, segments, statements.

What a sentence says depends only on its chunks, so readings are remembered by them; offsets and levels are put in
afterwards. Both memos are bounded.
"""

import re
from typing import NamedTuple

from lexicons.load import Lexicon
from reportparse.binding import read_segments
from reportparse.chunk import Chunk, Grade
from reportparse.chunks import to_chunks
from reportparse.lexer import Lexer
from reportparse.policy import Policy
from reportparse.respectively import read_respectively
from reportparse.segment import SITE_BITS
from reportparse.segments import to_segments
from reportparse.statements import Reading, Statement, Value
from reportparse.words import Word, WordReader

LONGEST_CLAUSE = 120
"""Chunks that are read as one clause; no sentence that people write has as many."""

MEMO_SIZE = 20_000
"""Sentences and clauses remembered at most; a full memo starts afresh."""


class Parsed(NamedTuple):
    """A sentence's reading with what its context needs; it holds for every sentence of the same words.

    heading: masks of the level it begins with, set apart by a colon or a dash; heading_alone: it holds nothing else.
    outside: the heading names a level that is not one of the six. label_sites, label_sides: of a label (``Foramina:``),
    -1 for another structure's, None for none. masks: of the ``level`` chunks in order. spans: the first word and the
    word after the last, per chunk. speaks: it says anything at all, be it of another structure.
    """

    heading: tuple[int, ...]
    heading_alone: bool
    outside: bool
    label_sites: int | None
    label_sides: str
    label_alone: bool
    masks: tuple[tuple[int, ...], ...]
    spans: tuple[tuple[int, int], ...]
    reading: Reading
    begins_with_level: bool
    lesser: bool
    speaks: bool


class ReadSentence(NamedTuple):
    """What a sentence says, and the text offsets its words start and end at."""

    parsed: Parsed
    starts: list[int]
    ends: list[int]


_HEADING = re.compile(r"[\s*#-]*(?:level\s)?(?:t|th|d|l)\s?\d{1,2}\s?[-/]\s?[ls]?\s?\d(?:\s(?:level|disc))?\s?:(?=\s)")
_NOTHING = Reading((), 0, "")
_LABEL_KINDS = frozenset(
    "site side letter_side part central and slash comma finding stenosed_site sten levelword or root aspect neural_canal"
    " of open close at quantifier".split()
)
_SIDED = re.compile(r"\b([lr])f(?=[ _]?(?:sten|narr))")
_FOR = re.compile(r"\bfor(?:am|a|s)?\b")
_DROPS = ("drop", "outside_report")


class SentenceReader:
    """Reads sentences by one lexicon."""

    def __init__(self, lexicon: Lexicon, policy: Policy) -> None:
        self._words = WordReader(lexicon)
        self._lexer = Lexer(lexicon)
        self._minimal: Grade = (1, 1, 1) if policy.minimal == "mild" else (0, 0, 0)
        self._schemes = policy.schemes == "read"
        self._by_heading: dict[str, tuple[tuple[int, ...], int | None, str]] = {}
        self._by_text: tuple[dict[str, ReadSentence], ...] = ({}, {})
        self._by_words: tuple[dict[tuple[Word, ...], Parsed], ...] = ({}, {})
        self._by_chunks: dict[tuple[bool, tuple[tuple[str, object], ...]], Reading] = {}

    def read(self, text: str) -> ReadSentence:
        """The reading of one sentence in lower case."""
        heading = _HEADING.match(text)
        if heading is None or heading.end() == len(text.rstrip()):
            return self._read_text(text, False)
        return self._read_headed(text, heading.end())

    def _read_headed(self, text: str, cut: int) -> ReadSentence:
        """The reading of a sentence that begins with a level and a colon, its rest read as at any level."""
        level = self._read_text(text[:cut], False)
        if not (level.parsed.heading_alone and (level.parsed.heading or level.parsed.outside)):
            return self._read_text(text, False)
        parsed, starts, ends = self._read_text(text[cut:], True)
        if parsed.heading or parsed.outside:
            return self._read_text(text, False)
        headed = parsed._replace(
            heading=level.parsed.heading, outside=level.parsed.outside, begins_with_level=True, speaks=True
        )
        return ReadSentence(headed, [cut + start for start in starts], [cut + end for end in ends])

    def _read_text(self, text: str, headed: bool) -> ReadSentence:
        memo = self._by_text[headed]
        sentence = memo.get(text)
        if sentence is None:
            if len(memo) >= MEMO_SIZE:
                memo.clear()
            words, starts, ends = self._words.read(text)
            sentence = memo[text] = ReadSentence(self._read_words(words, headed), starts, ends)
        return sentence

    def _read_words(self, words: tuple[Word, ...], headed: bool) -> Parsed:
        memo = self._by_words[headed]
        parsed = memo.get(words)
        if parsed is None:
            if len(memo) >= MEMO_SIZE:
                memo.clear()
            parsed = memo[words] = self._parse(words, headed)
        return parsed

    def _parse(self, words: tuple[Word, ...], headed: bool) -> Parsed:
        tokens = self._lexer.lex(words)
        chunks, masks = to_chunks(tokens, self._minimal, self._schemes)
        begins = _begins_with_level(chunks)
        chunks = _drop_clauses(chunks)
        if chunks and chunks[-1].kind == "question":
            chunks = [c for c in chunks if c.kind in ("level", "site", "stenosed_site", "outside")]
        heading, heading_alone, outside, body = _take_heading(chunks)
        own_masks = masks[1:] if heading else masks
        label_sites, label_sides, label_alone, body = _take_label(body)
        if body and body[-1].kind == "neg" and tokens[body[-1].last].end == len(words) and len(body) < 4:
            body = [*body[:-1], body[-1]._replace(kind="zero")]
        spans = tuple((tokens[c.first].start, tokens[c.last].end) for c in body)
        reading = self._read_chunks(body, heading or headed)
        speaks = bool(begins or heading or outside or label_sites is not None or own_masks or reading != _NOTHING)
        return Parsed(
            masks[0] if heading else (), heading_alone, outside, label_sites, label_sides, label_alone,
            tuple(own_masks), spans, reading, begins, any(c.kind == "lesser" for c in body), speaks,
        )  # fmt: skip

    def read_place(self, text: str) -> tuple[tuple[int, ...], int | None, str]:
        """What a table heading names: masks of levels, bit mask of sites (-1 for another structure), side.

        Words that hold a value are no heading and name nothing.
        """
        place = self._by_heading.get(text)
        if place is None:
            if len(self._by_heading) >= MEMO_SIZE:
                self._by_heading.clear()
            chunks, masks = to_chunks(
                self._lexer.lex(self._words.read(_SIDED.sub(r"\1 nf ", _FOR.sub("nf ", text))).words),
                self._minimal,
                True,
            )
            if any(c.kind in ("grade", "normal", "zero", "neg") for c in chunks):
                chunks, masks = [], []
            sites, sides, other = _places(chunks)
            place = (masks[0] if masks else ()), (sites or (-1 if other else None)), sides
            self._by_heading[text] = place
        return place

    def _read_chunks(self, chunks: list[Chunk], headed: bool) -> Reading:
        key = (headed, tuple((c.kind, c.value) for c in chunks))
        reading = self._by_chunks.get(key)
        if reading is None:
            if len(self._by_chunks) >= MEMO_SIZE:
                self._by_chunks.clear()
            reading = self._by_chunks[key] = read_chunks(chunks, headed)
        return reading


def read_chunks(chunks: list[Chunk], headed: bool = False) -> Reading:
    """The reading of a sentence's chunks; headed: a level was set apart before them."""
    if not chunks:
        return _NOTHING
    if any(c.kind == "normal_study" for c in chunks) and not any(c.kind in ("site", "part", "finding") for c in chunks):
        value = Value(0, 0, 0, "graded", "normal-study")
        at = next(i for i, c in enumerate(chunks) if c.kind == "normal_study")
        statement = Statement(0, value, "", (), -1, "all", False, False, False, "normal-study", at, at, "normal-study")
        return Reading((statement,), 0, "")
    paired = read_respectively(chunks)
    if paired is not None:
        return Reading(paired, 0, "")
    if len(chunks) <= LONGEST_CLAUSE:
        return read_segments(to_segments(chunks), headed)
    return _read_in_pieces(chunks, headed)


def _read_in_pieces(chunks: list[Chunk], headed: bool) -> Reading:
    """The reading of a sentence that goes on and on, a stretch at a time, so that time grows with its length only."""
    statements: list[Statement] = []
    passing: list[int] = []
    levels = 0
    last = _NOTHING
    for start in range(0, len(chunks), LONGEST_CLAUSE):
        piece = chunks[start : start + LONGEST_CLAUSE]
        last = read_segments(to_segments(piece), headed)
        statements += [
            s._replace(first=s.first + start, last=s.last + start, levels=tuple(n + levels for n in s.levels))
            for s in last.statements
        ]
        passing += [n + levels for n in last.passing]
        levels += sum(c.kind == "level" for c in piece)
    return Reading(tuple(statements), last.topic_sites, last.topic_sides, tuple(passing))


def _begins_with_level(chunks: list[Chunk]) -> bool:
    for chunk in chunks[:3]:
        if chunk.kind in ("level", "outside"):
            return True
        if chunk.kind not in ("dash", "at", "levelword", "part", "open", "question", "semicolon"):
            return False
    return False


def _drop_clauses(chunks: list[Chunk]) -> list[Chunk]:
    """Without what is only considered, advised, asked or told of another study: up to the next semicolon."""
    if _tells_of_the_past(chunks) or (chunks and chunks[0].kind in ("query", "question")):
        return [c for c in chunks if c.kind == "level"]
    if not any(c.kind in _DROPS or c.kind == "retract" for c in chunks):
        return chunks
    out: list[Chunk] = []
    clause: list[Chunk] = []
    dropping = False
    for chunk in [*chunks, None]:
        if chunk is None or chunk.kind == "semicolon":
            if any(c.kind == "retract" for c in clause):
                clause = [c for c in clause if c.kind in ("level", "site", "outside")]
            out += clause + ([chunk] if chunk is not None else [])
            clause, dropping = [], False
            continue
        if chunk.kind in _DROPS:
            dropping = True
        if not dropping or chunk.kind == "level":
            clause.append(chunk)
    return out


def _tells_of_the_past(chunks: list[Chunk]) -> bool:
    """``Previously this was a small protrusion with moderate narrowing``: nothing of the present."""
    return (
        len(chunks) > 1
        and chunks[0].kind == "past"
        and chunks[1].kind in ("pronoun", "there", "be", "colon")
        and not any(c.kind in ("now", "unchanged") for c in chunks)
    )


def _take_heading(chunks: list[Chunk]) -> tuple[bool, bool, bool, list[Chunk]]:
    """A level set apart at the start: whether there is one, whether it stands alone, whether it is outside the grid."""
    at = 0
    while (
        at < len(chunks) and chunks[at].kind in ("dash", "levelword", "at", "question", "semicolon", "open") and at < 4
    ):
        at += 1
    if at >= len(chunks) or chunks[at].kind not in ("level", "outside"):
        return False, False, False, chunks
    level = chunks[at]
    rest = at + 1
    while rest < len(chunks) and chunks[rest].kind in ("levelword", "aspect"):
        rest += 1
    of_disc = False
    if rest < len(chunks) and chunks[rest].kind == "part" and chunks[rest].value == "disc" and rest + 1 < len(chunks):
        if chunks[rest + 1].kind in ("colon", "dash"):
            of_disc = True
            rest += 1
    if rest < len(chunks) and chunks[rest].kind == "open":
        close = next((i for i in range(rest, min(len(chunks), rest + 12)) if chunks[i].kind == "close"), -1)
        if (close > 0 and close + 1 < len(chunks) and chunks[close + 1].kind in ("colon", "dash")) or close == len(
            chunks
        ) - 1:
            rest = close + 1
    alone = rest >= len(chunks) or (rest == len(chunks) - 1 and chunks[rest].kind in ("colon", "dash"))
    if alone or chunks[rest].kind in ("colon", "dash", "semicolon"):
        body = chunks[rest + 1 :]
        if of_disc and [c.kind for c in body] == ["normal"]:
            body = []
        return level.kind == "level", alone, level.kind == "outside", body
    return False, False, False, chunks


def _take_label(chunks: list[Chunk]) -> tuple[int | None, str, bool, list[Chunk]]:
    """A label before a colon or dash (``Neural foramina, right:``): its sites, its side, whether it stands alone."""
    lead = next((i for i, c in enumerate(chunks) if c.kind not in ("semicolon", "dash")), len(chunks))
    chunks = chunks[lead:]
    stop = next(
        (
            i
            for i, c in enumerate(chunks[:9])
            if (c.kind in ("colon", "dash", "semicolon") and i > 0)
            or (c.kind not in _LABEL_KINDS and not (c.kind == "dash" and i == 0))
        ),
        -1,
    )
    if (
        stop < 0
        or chunks[stop].kind not in ("colon", "dash")
        or (chunks[stop:] == chunks[-1:] and chunks[-1].kind == "dash")
    ):
        return None, "", False, chunks
    sites, sides, other = _places(chunks[:stop])
    if not sites and not sides and not other:
        return None, "", False, chunks
    if not sites and other:
        sites = -1
    return sites, "" if sides == "B" else sides, stop == len(chunks) - 1, chunks[stop + 1 :]


def _places(chunks: list[Chunk]) -> tuple[int, str, bool]:
    """The sites and the side a label names, and whether it names another structure."""
    sites, sides, other = 0, "", False
    for chunk in chunks:
        if chunk.kind == "site" and chunk.value in ("cord", "cauda"):
            other = True
        elif chunk.kind in ("site", "stenosed_site", "neural_canal"):
            sites |= SITE_BITS[str(chunk.value)]
        elif chunk.kind == "central":
            sites |= 1
        elif chunk.kind in ("side", "letter_side"):
            sides = str(chunk.value) if not sides else "B"
        elif chunk.kind in ("part", "finding", "root"):
            other = True
    return sites, sides, other
