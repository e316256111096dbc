"""Chunks to segments: stretches of a sentence that hold at most one value.

A sentence is cut at commas, conjunctions, relatives, verbs and cause words, and where something begins that the segment
already has. Each segment collects what it says (a value), of what (sites, sides, levels) and how it hangs on the one
before (its joiner). What a segment lacks is filled in by ``binding``.
"""

from reportparse.central import resolve_central
from reportparse.chunk import Chunk, SIDE_KINDS
from reportparse.segment import Segment
from reportparse.segment_words import add_chunk, kind_before

_JOINERS = {
    "comma": ",", "and": "and", "or": "or", "slash": "/", "with": "with", "contrast": "contrast", "except": "except",
    "cause": "cause", "because": "because", "semicolon": ";", "relative": "rel", "open": "(", "close": ")",
    "dash": "-", "colon": ":", "question": "?", "arrow": ":",
}  # fmt: skip
"""Kinds of chunks that end a segment -> how the next one hangs on it."""

_WEAK = ("start", ",", ")", "(")
_STRONG = (";", "contrast", "except", "rel", "cause", "because")

_LEADS_UP = frozenset("grade large significant hedge side letter_side bound_low bound_high neg double_neg".split())
"""Adverbs and adjectives that belong to the word after them."""

_SITES = ("site", "stenosed_site")
_PLACES = ("site", "stenosed_site", "root")
_ENDS_STATEMENT = frozenset("sten normal site stenosed zero stenosed_site side".split())
_BEGINS_STATEMENT = frozenset("grade neg site finding normal side part".split())


def to_segments(chunks: list[Chunk]) -> list[Segment]:
    """The segments of a sentence, in order; empty ones are kept out."""
    return _Cutter(resolve_central(chunks)).cut()


class _Cutter:
    """Walks the chunks of one sentence and cuts segments; ``now`` is the one being filled."""

    def __init__(self, chunks: list[Chunk]) -> None:
        self.chunks = chunks
        self.segments: list[Segment] = []
        self.now = Segment("start", 0, -1)
        self.depth = 0

    def cut(self) -> list[Segment]:
        """The segments of the sentence."""
        for i, chunk in enumerate(self.chunks):
            joiner = self._joiner(i, chunk)
            if joiner is None:
                self._cut_before(i, chunk)
                add_chunk(self.now, self.chunks, i)
            else:
                self._end(joiner, i + 1)
                self.depth += (joiner == "(") - (joiner == ")")
                self.now.depth = self.depth
        self._end("end", len(self.chunks))
        return self.segments

    def _joiner(self, i: int, chunk: Chunk) -> str | None:
        """The joiner a chunk stands for, if any; ``no significant effect`` joins nothing."""
        if chunk.kind == "cause" and kind_before(self.chunks, i) in ("neg", "significant"):
            return None
        return _JOINERS.get(chunk.kind)

    def _end(self, joiner: str, first: int) -> None:
        """End the segment; connecting words with nothing between them count as the stronger of the two."""
        now = self.now
        if (
            now.has_content or now.levels or now.quantifier or now.outside or now.more or now.past_grade
            or now.otherwise
        ):  # fmt: skip
            self.segments.append(now)
            self.now = Segment(joiner, first, first - 1)
            return
        replaces = joiner in _STRONG or (self.segments and now.joiner in _WEAK and joiner != "start")
        self.now = Segment(
            joiner if replaces else now.joiner, first, first - 1,
            multilevel=now.multilevel, hedge=now.hedge and joiner != ",", central=now.central,
        )  # fmt: skip

    def _cut_before(self, i: int, chunk: Chunk) -> None:
        """Cut where a chunk begins something that the segment already has."""
        now, kind = self.now, chunk.kind
        if kind == "neg" and now.has_content and not self._is_copular():
            self._end("neg", i)
        elif kind in ("narrows", "contact") and (now.names_place or now.finding or now.part or now.verb):
            self._cut_with_adverbs(i)
        elif kind in _PLACES and (now.finding or now.is_complete or now.zero):
            if not self._lies_in(i):
                self._cut_with_adverbs(i, with_noun=True)
        elif kind in _SITES and now.part and not now.names_place and now.normal:
            self._end("next", i)
        elif kind == "finding" and now.is_complete and (now.sten or now.normal or now.zero or now.stenosed):
            self._cut_with_adverbs(i)
        elif (
            self._begins_other_value(kind)
            or (kind in SIDE_KINDS and self._begins_other_side(chunk))
            or (kind == "level" and self._begins_level(i))
        ):
            self._end("next", i)

    def _is_copular(self) -> bool:
        """``the canal is not narrowed``: the negation belongs to what went before."""
        now = self.now
        names_topic = now.names_place or (now.be and now.sides in ("L", "R"))
        return names_topic and not now.has_value and not now.finding and not (now.sten and (now.grade or now.neg))

    def _lies_in(self, i: int) -> bool:
        """``protrusion in the foramen``, ``root in the left foramen``: the site only says where that lies.

        Not so after a noun of stenosis: ``bulge narrowing both foramina``.
        """
        if self.now.sten_at >= 0 and all(c.kind in SIDE_KINDS for c in self.chunks[self.now.sten_at + 1 : i]):
            return False
        return bool(self.now.finding or self.now.roots) and kind_before(self.chunks, i) in ("at", "of", "on", "side")

    def _begins_other_value(self, kind: str) -> bool:
        """``foraminal stenosis mild severe ...``, ``left mild moderate ...``: a second value of the same place."""
        now = self.now
        if kind in ("grade", "large") and now.is_complete and (now.grade or now.normal):
            return True
        return kind == "grade" and now.grade is not None and now.sides in ("L", "R") and not now.finding

    def _begins_other_side(self, chunk: Chunk) -> bool:
        """``L mod R sev``: a second side after a grade begins another segment."""
        now = self.now
        both = {now.sides, str(chunk.value)} == {"L", "R"}
        return both and now.grade is not None and not now.finding and not now.more

    def _begins_level(self, i: int) -> bool:
        """``... stenosis l2/3 mild ...``: in text without points a level begins what follows it."""
        now = self.now
        said = now.names_place and (now.is_complete or now.normal or (now.neg and now.sten))
        if not said or i + 1 >= len(self.chunks):
            return False
        before, after = kind_before(self.chunks, i), self.chunks[i + 1].kind
        return after in _BEGINS_STATEMENT and before in _ENDS_STATEMENT

    def _cut_with_adverbs(self, i: int, with_noun: bool = False) -> None:
        """Cut before the adverbs and modifiers that lead up to chunk i: the segment so far is filled anew without them.

        with_noun: a stenosis noun before a site goes with the site (``bulge, stenosis of the canal``).
        """
        noun = ("sten",) if with_noun and self.now.finding else ()
        first, lead = self.now.first, i
        while lead > first and (self.chunks[lead - 1].kind in _LEADS_UP or self.chunks[lead - 1].kind in noun):
            lead -= 1
        if lead < i:
            self.now = Segment(self.now.joiner, first, first - 1)
            self._fill(first, lead)
        self._end("verb", lead)
        self._fill(lead, i)

    def _fill(self, first: int, stop: int) -> None:
        for i in range(first, stop):
            add_chunk(self.now, self.chunks, i)
