"""One sentence from text to reading: tokens, chunks, heading and label, segments, statements.

What a sentence says depends only on its chunks, so readings are remembered by them; offsets and levels are put in
afterwards. All memos are bounded.
"""

import re
from typing import NamedTuple

from lexicons.load import Lexicon
from reportparse.chunk import Chunk, Grade
from reportparse.chunks import to_chunks
from reportparse.drops import drop_clauses
from reportparse.headings import begins_with_level, OTHER_STRUCTURE, read_label, take_heading, take_label
from reportparse.lexer import Lexer, Token
from reportparse.memo import Memo
from reportparse.policy import Policy
from reportparse.readings import read_chunks
from reportparse.relevance import Relevance
from reportparse.sentence import Parsed, ReadSentence
from reportparse.statements import NOTHING, Reading
from reportparse.words import Word, WordReader

MEMO_SIZE = 20_000
"""Sentences and clauses remembered at most."""

_HEADING = re.compile(r"[\s*#-]*(?:level\s)?(?:t|th|d|l)\s?\d{1,2}\s?[-/]\s?[ls]?\s?\d(?:\s(?:level|disc))?\s?:(?=\s)")
_SIDED = re.compile(r"\b([lr])f(?=[ _]?(?:sten|narr))")
_FOR = re.compile(r"\bfor(?:am|a|s)?\b")


_OTHER_FINDINGS = Parsed(
    (), False, False, None, "", False, (), (), Reading((), OTHER_STRUCTURE), False, False, speaks=True
)  # fmt: skip
"""What a sentence says that only speaks of other findings: the topic is theirs."""


class HeadingPlace(NamedTuple):
    """What a table heading names: masks of levels; bit mask of sites, -1 for another structure, None for none; side."""

    levels: tuple[int, ...]
    sites: int | None
    sides: str


class SentenceReader:
    """Reads sentences by one lexicon and one policy."""

    def __init__(self, lexicon: Lexicon, policy: Policy) -> None:
        self._words = WordReader(lexicon)
        self._lexer = Lexer(lexicon)
        self._relevance = Relevance(lexicon)
        self._minimal: Grade = (1, 1, 1) if policy.minimal == "mild" else (0, 0, 0)
        self._schemes = policy.schemes == "read"
        self._by_heading: Memo[str, HeadingPlace] = Memo(MEMO_SIZE)
        self._by_text: tuple[Memo[str, ReadSentence], ...] = (Memo(MEMO_SIZE), Memo(MEMO_SIZE))
        self._by_words: tuple[Memo[tuple[Word, ...], Parsed], ...] = (Memo(MEMO_SIZE), Memo(MEMO_SIZE))
        self._by_chunks: Memo[tuple[bool, tuple[tuple[str, object], ...]], Reading] = Memo(MEMO_SIZE)

    def read(self, text: str) -> ReadSentence:
        """The reading of one sentence in lower case."""
        heading = _HEADING.match(text)
        if heading is None or heading.end() == len(text.rstrip()):
            return self._read_text(text, False)
        return self._read_headed(text, heading.end())

    def read_place(self, text: str) -> HeadingPlace:
        """What a table heading names; words that hold a value are no heading and name nothing."""
        place = self._by_heading.get(text)
        return self._by_heading.remember(text, self._parse_place(text)) if place is None else place

    def _read_headed(self, text: str, cut: int) -> ReadSentence:
        """The reading of a sentence that begins with a level and a colon, its rest read as at any level."""
        level = self._read_text(text[:cut], False).parsed
        if not (level.heading_alone and (level.heading or level.outside)):
            return self._read_text(text, False)
        parsed, starts, ends = self._read_text(text[cut:], True)
        if parsed.heading or parsed.outside:
            return self._read_text(text, False)
        headed = parsed._replace(heading=level.heading, outside=level.outside, begins_with_level=True, speaks=True)
        return ReadSentence(headed, [cut + start for start in starts], [cut + end for end in ends])

    def _read_text(self, text: str, headed: bool) -> ReadSentence:
        memo = self._by_text[headed]
        sentence = memo.get(text)
        if sentence is None:
            words, starts, ends = self._words.read(text)
            sentence = memo.remember(text, ReadSentence(self._read_words(words, headed), starts, ends))
        return sentence

    def _read_words(self, words: tuple[Word, ...], headed: bool) -> Parsed:
        memo = self._by_words[headed]
        parsed = memo.get(words)
        if parsed is None:
            is_other = self._relevance.only_other_findings(words)
            parsed = memo.remember(words, _OTHER_FINDINGS if is_other else self._parse(words, headed))
        return parsed

    def _parse(self, words: tuple[Word, ...], headed: bool) -> Parsed:
        tokens = self._lexer.lex(words)
        chunks, masks = to_chunks(tokens, self._minimal, self._schemes)
        begins = begins_with_level(chunks)
        heading = take_heading(drop_clauses(chunks))
        label = take_label(heading.body)
        body = _end_in_none(label.body, tokens, len(words))
        own_masks = tuple(masks[1:] if heading.level else masks)
        reading = self._read_chunks(body, heading.level or headed)
        sets_apart = heading.level or heading.outside or label.sites is not None
        return Parsed(
            masks[0] if heading.level else (), heading.alone, heading.outside, label.sites, label.sides, label.alone,
            own_masks, tuple((tokens[c.first].start, tokens[c.last].end) for c in body), reading,
            begins_with_level=begins,
            lesser=any(c.kind == "lesser" for c in body),
            speaks=begins or sets_apart or own_masks != () or reading != NOTHING,
        )  # fmt: skip

    def _parse_place(self, text: str) -> HeadingPlace:
        spelt = _SIDED.sub(r"\1 nf ", _FOR.sub("nf ", text))
        chunks, masks = to_chunks(self._lexer.lex(self._words.read(spelt).words), self._minimal, True)
        if any(c.kind in ("grade", "normal", "zero", "neg") for c in chunks):
            return HeadingPlace((), None, "")
        sites, sides, other = read_label(chunks)
        return HeadingPlace(masks[0] if masks else (), sites or (OTHER_STRUCTURE if other else None), sides)

    def _read_chunks(self, chunks: list[Chunk], headed: bool) -> Reading:
        key = (headed, tuple((c.kind, c.value) for c in chunks))
        reading = self._by_chunks.get(key)
        return self._by_chunks.remember(key, read_chunks(chunks, headed)) if reading is None else reading


def _end_in_none(body: list[Chunk], tokens: list[Token], length: int) -> list[Chunk]:
    """``Canal stenosis: no``: a short sentence whose last word is a negation says that there is none."""
    if 0 < len(body) < 4 and body[-1].kind == "neg" and tokens[body[-1].last].end == length:
        return [*body[:-1], body[-1]._replace(kind="zero")]
    return body
