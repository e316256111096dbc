"""Chunks to segments: stretches of a sentence that hold at most one value.

A sentence is cut at commas, conjunctions, relatives, verbs and cause words. Each segment collects what it says (a value),
of what (sites, sides, levels) and how it hangs on the one before (its joiner). What a segment lacks is filled in by
``binding``.
"""

from dataclasses import dataclass, field

from reportparse.chunks import Chunk, Grade

CANAL, FORAMEN, RECESS = 1, 2, 4

SITE_BITS = {"canal": CANAL, "foramen": FORAMEN, "recess": RECESS, "sac": CANAL, "cauda": CANAL, "cord": CANAL}

JOINERS = {
    "comma": ",", "and": "and", "or": "or", "slash": "/", "with": "with", "contrast": "contrast", "except": "except",
    "cause": "cause", "because": "because", "semicolon": ";", "relative": "rel", "open": "(", "close": ")",
    "dash": "-", "colon": ":", "question": "?", "arrow": ":",
}  # fmt: skip

LIST_JOINERS = (",", "and", "or", "/")


@dataclass(slots=True)
class Segment:
    """A stretch of a sentence and what it says; see the module docstring."""

    joiner: str
    first: int
    last: int
    grade: Grade | None = None
    large: bool = False
    normal: str = ""
    zero: bool = False
    sten: str = ""
    stenosed: bool = False
    verb: str = ""
    severe: bool = False
    not_assessed: bool = False
    neg: bool = False
    double_neg: bool = False
    significant: bool = False
    hedge: bool = False
    bound_low: bool = False
    bound_high: bool = False
    sites: int = 0
    soft_site: str = ""
    roots: set[str] = field(default_factory=set)
    place: int = 0
    sides: str = ""
    side_after: bool = False
    asym: bool = False
    more: bool = False
    more_side: str = ""
    finding: str = ""
    finding_took_site: bool = False
    part: bool = False
    levels: list[int] = field(default_factory=list)
    level_first: bool = False
    quantifier: str = ""
    outside: bool = False
    multilevel: bool = False
    otherwise: bool = False
    same: bool = False
    past_grade: bool = False
    unchanged: bool = False
    be: bool = False
    pronoun: bool = False
    value_at: int = -1
    site_at: int = -1
    scheme: bool = False
    also: bool = False
    central: bool = False
    now: bool = False
    neg_of_unknown: bool = False
    depth: int = 0
    neg_at: int = -1
    sten_at: int = -1

    @property
    def has_value(self) -> bool:
        """Whether the segment itself says how its site is."""
        return bool(
            self.grade or self.normal or self.zero or self.stenosed or self.verb or self.severe or self.not_assessed
        )

    @property
    def names_place(self) -> bool:
        """Whether the segment names a canal, foramen, recess or root."""
        return bool(self.sites or self.roots)

    @property
    def absorbed(self) -> bool:
        """Whether what the segment says belongs to another finding or another part of the body."""
        return bool(self.finding) or (self.part and not self.names_place)

    @property
    def has_content(self) -> bool:
        """Whether the segment holds more than levels and connecting words."""
        return bool(
            self.has_value or self.names_place or self.finding or self.sten or self.part or self.neg or self.sides
            or self.same
        )  # fmt: skip

    @property
    def is_complete(self) -> bool:
        """Whether the segment has both a site and an explicit value, so that another value begins another."""
        return bool(self.names_place and (self.grade or self.normal or self.zero or (self.neg and self.sten)))


def to_segments(chunks: list[Chunk]) -> list[Segment]:
    """The segments of a sentence, in order; empty ones are kept out."""
    builder = _Builder(_resolve_central(chunks))
    return builder.build()


def _resolve_central(chunks: list[Chunk]) -> list[Chunk]:
    """``central`` names the canal before a stenosis or beside another site, else the place of a disc."""
    out = list(chunks)
    for i, chunk in enumerate(chunks):
        if chunk.kind == "central":
            out[i] = (
                (
                chunk._replace(kind="site", value="canal")
                if _is_canal(chunks, i)
                else chunk._replace(kind="aspect", value="central")
            )
            )
    return out


_NAMES_STENOSIS = ("site", "sten", "stenosed", "stenosed_site", "root", "severe_sten", "neural_canal", "narrows")

_PASSED = ("and", "or", "slash", "comma", "central", "aspect", "side", "letter_side", "grade", "neg", "significant",
           "hedge", "level", "past_grade", "unchanged", "with")  # fmt: skip


def _is_canal(chunks: list[Chunk], i: int) -> bool:
    seen_site = False
    for chunk in chunks[i + 1 :]:
        if chunk.kind in ("sten", "stenosed", "stenosed_site", "severe_sten"):
            return True
        if chunk.kind == "site":
            seen_site = True
        elif chunk.kind in ("finding", "part"):
            return False
        elif chunk.kind == "colon":
            return True
        elif chunk.kind not in _PASSED:
            return seen_site
    return seen_site


class _Builder:
    """Walks the chunks of one sentence and cuts segments."""

    def __init__(self, chunks: list[Chunk]) -> None:
        self.chunks = chunks
        self.segments: list[Segment] = []
        self.now = Segment("start", 0, -1)
        self.level_number = 0
        self.depth = 0

    def build(self) -> list[Segment]:
        for i, chunk in enumerate(self.chunks):
            joiner = JOINERS.get(chunk.kind)
            if joiner == "cause" and i and self.chunks[i - 1].kind in ("neg", "significant"):
                joiner = None
            if joiner is not None:
                self._cut(joiner, i + 1)
                self.depth += (joiner == "(") - (joiner == ")")
                self.now.depth = self.depth
                continue
            self._cut_before(i, chunk)
            self.now.last = i
            handler = getattr(self, f"_on_{chunk.kind}", None)
            if handler is not None:
                handler(i, chunk)
        self._cut("end", len(self.chunks))
        return self.segments

    def _cut(self, joiner: str, first: int) -> None:
        """End the segment; connecting words with nothing between them count as the stronger of the two."""
        now = self.now
        if (
            now.has_content
            or now.levels
            or now.quantifier
            or now.outside
            or now.more
            or now.past_grade
            or now.otherwise
        ):
            self.segments.append(now)
            self.now = Segment(joiner, first, first - 1)
        else:
            weak = ("start", ",", ")", "(") if joiner != "start" else ()
            keep = joiner if now.joiner in weak and self.segments else now.joiner
            keep = joiner if joiner in (";", "contrast", "except", "rel", "cause", "because") else keep
            self.now = Segment(
                keep,
                first,
                first - 1,
                multilevel=now.multilevel,
                hedge=now.hedge and joiner != ",",
                unchanged=now.unchanged,
                central=now.central,
            )

    def _cut_before(self, i: int, chunk: Chunk) -> None:
        now, kind = self.now, chunk.kind
        if kind == "neg" and (now.has_content and not self._is_copular(i)):
            self._cut("neg", i)
        elif kind in ("narrows", "contact") and (now.names_place or now.finding or now.part or now.verb):
            self._cut_with_adverbs(i)
        elif kind in ("site", "stenosed_site", "root") and (now.finding or now.is_complete or now.zero):
            if not ((now.finding or now.roots) and self.chunks[i - 1].kind in ("at", "of", "on", "side")):
                self._cut_with_adverbs(i, with_noun=True)
        elif kind in ("site", "stenosed_site") and now.part and not now.names_place and now.normal:
            self._cut("next", i)
        elif kind == "finding" and now.is_complete and (now.sten or now.normal or now.zero or now.stenosed):
            self._cut_with_adverbs(i)
        elif (
            (kind in ("grade", "large") and now.is_complete and (now.grade or now.normal))
            or (kind == "grade" and now.grade and now.sides in ("L", "R") and not now.finding)
            or (kind in ("side", "letter_side") and self._begins_other_side(chunk))
            or (kind == "level" and self._begins_level(i))
        ):
            self._cut("next", i)

    def _begins_level(self, i: int) -> bool:
        """``... stenosis l2/3 mild ...``: in text without points a level begins what follows it."""
        now = self.now
        said = now.names_place and (now.is_complete or now.normal != "" or (now.neg and now.sten != ""))
        if not said or i == 0 or i + 1 >= len(self.chunks):
            return False
        after = self.chunks[i + 1].kind in ("grade", "neg", "site", "finding", "normal", "side", "part")
        return after and self.chunks[i - 1].kind in ("sten", "normal", "site", "stenosed", "zero", "stenosed_site", "side")

    def _begins_other_side(self, chunk: Chunk) -> bool:
        """``L mod R sev``: a second side after a grade begins another segment."""
        now = self.now
        both = {now.sides, str(chunk.value)} == {"L", "R"}
        return both and now.grade is not None and not now.finding and not now.more

    def _is_copular(self, i: int) -> bool:
        """``the canal is not narrowed``: the negation belongs to what went before."""
        now = self.now
        return now.names_place and not now.has_value and not now.finding and not (now.sten and (now.grade or now.neg))

    def _cut_with_adverbs(self, i: int, with_noun: bool = False) -> None:
        """Cut before the adverbs and modifiers that lead up to chunk i."""
        lead = i
        kinds: tuple[str, ...] = (
            "grade", "large", "significant", "hedge", "side", "letter_side", "bound_low", "bound_high", "neg", "double_neg",
        )  # fmt: skip
        kinds += ("sten",) if with_noun and self.now.finding else ()
        while lead > self.now.first and self.chunks[lead - 1].kind in kinds:
            lead -= 1
        if lead == i:
            self._cut("verb", i)
            return
        moved = self.chunks[lead:i]
        kept = self.chunks[self.now.first : lead]
        joiner, first = self.now.joiner, self.now.first
        self.level_number -= sum(c.kind == "level" for c in self.chunks[first:i])
        self.now = Segment(joiner, first, first - 1)
        self._replay(first, kept)
        self._cut("verb", lead)
        self._replay(lead, moved)

    def _replay(self, first: int, chunks: list[Chunk]) -> None:
        for i, chunk in enumerate(chunks, start=first):
            self.now.last = i
            handler = getattr(self, f"_on_{chunk.kind}", None)
            if handler is not None:
                handler(i, chunk)

    def _mark_value(self, i: int) -> None:
        if self.now.value_at < 0:
            self.now.value_at = i

    def _on_grade(self, i: int, chunk: Chunk) -> None:
        low, high, grade = chunk.value  # type: ignore[misc]
        if self.now.scheme:
            self.now.grade, self.now.scheme = None, False
        if self.now.grade is not None and self.now.neg:
            self.now.grade = (min(low, self.now.grade[0]), high, grade)
        elif self.now.grade is None or not self.now.finding:
            self.now.grade = (low, high, grade)
        self._mark_value(i)

    def _on_unknown(self, i: int, chunk: Chunk) -> None:
        """A grade or negation before a word that is no place and no stenosis belongs to that word."""
        if self.chunks[i - 1].kind == "neg":
            self.now.neg_of_unknown = self.now.names_place and not self.now.sten
            return
        for later in self.chunks[i + 1 :]:
            if later.kind in _NAMES_STENOSIS:
                return
            if later.kind not in ("unknown", "of", "aspect", "side", "letter_side", "and", "level", "comma", "grade"):
                break
        if not self.now.names_place and not self.now.sten:
            self.now.finding = self.now.finding or "other"
            self.now.grade = None

    def _on_large(self, i: int, chunk: Chunk) -> None:
        self.now.large = True

    def _on_significant(self, i: int, chunk: Chunk) -> None:
        self.now.significant = True

    def _on_bound_low(self, i: int, chunk: Chunk) -> None:
        self.now.bound_low = True

    def _on_bound_high(self, i: int, chunk: Chunk) -> None:
        self.now.bound_high = True

    def _on_zero(self, i: int, chunk: Chunk) -> None:
        self.now.zero = True
        self._mark_value(i)

    def _on_normal(self, i: int, chunk: Chunk) -> None:
        self.now.normal = str(chunk.value)
        self._mark_value(i)

    def _on_sten(self, i: int, chunk: Chunk) -> None:
        if chunk.value == "neural":
            self.now.roots.add("any")
        self.now.sten = "narrowing" if chunk.value == "neural" else str(chunk.value)
        self.now.sten_at = i

    def _on_stenosed(self, i: int, chunk: Chunk) -> None:
        self.now.stenosed = True
        self._mark_value(i)

    def _on_narrows(self, i: int, chunk: Chunk) -> None:
        self.now.verb = "narrows"
        self._mark_value(i)

    def _on_contact(self, i: int, chunk: Chunk) -> None:
        self.now.verb = "contact"
        self._mark_value(i)

    def _on_severe_sten(self, i: int, chunk: Chunk) -> None:
        self.now.severe = True
        self.now.sten = "narrowing"
        self._mark_value(i)

    def _on_not_assessed(self, i: int, chunk: Chunk) -> None:
        self.now.not_assessed = True

    def _on_neg(self, i: int, chunk: Chunk) -> None:
        self.now.neg = True
        self.now.neg_at = i

    def _on_aspect(self, i: int, chunk: Chunk) -> None:
        self.now.central = self.now.central or chunk.value == "central"

    def _on_now(self, i: int, chunk: Chunk) -> None:
        self.now.now = True

    def _on_also(self, i: int, chunk: Chunk) -> None:
        self.now.also = True

    def _on_double_neg(self, i: int, chunk: Chunk) -> None:
        self.now.double_neg = True

    def _on_hedge(self, i: int, chunk: Chunk) -> None:
        self.now.hedge = True

    _on_query = _on_hedge

    def _on_site(self, i: int, chunk: Chunk) -> None:
        now = self.now
        if now.finding:
            now.place |= SITE_BITS[str(chunk.value)]
            return
        if now.roots and i and self.chunks[i - 1].kind in ("at", "of", "on", "side", "letter_side"):
            now.place |= SITE_BITS[str(chunk.value)]
            now.soft_site = str(chunk.value) if chunk.value in ("cauda", "cord") else now.soft_site
            return
        now.sites |= SITE_BITS[str(chunk.value)]
        if chunk.value in ("sac", "cauda", "cord"):
            now.soft_site = str(chunk.value)
        if now.site_at < 0:
            now.site_at = i

    def _on_stenosed_site(self, i: int, chunk: Chunk) -> None:
        self._on_site(i, chunk)
        self.now.sten = "stenosis"

    def _on_neural_canal(self, i: int, chunk: Chunk) -> None:
        self._on_site(i, chunk)
        words = str(chunk.value)
        self.now.sides = self.now.sides or ("B" if words == "foramen" else "")

    def _on_root(self, i: int, chunk: Chunk) -> None:
        if self.now.sites and not self.now.verb and self.now.value_at < 0:
            return
        self.now.roots.add(str(chunk.value))
        if self.now.site_at < 0:
            self.now.site_at = i

    def _on_side(self, i: int, chunk: Chunk) -> None:
        now = self.now
        if now.more:
            now.more_side = str(chunk.value) if len(str(chunk.value)) == 1 else ""
            return
        side = str(chunk.value) if len(str(chunk.value)) == 1 else "B"
        now.sides = side if not now.sides or now.sides == side else "B"
        now.side_after = now.side_after or (i > 0 and self.chunks[i - 1].kind in ("on", "at"))

    _on_letter_side = _on_side

    def _on_asym(self, i: int, chunk: Chunk) -> None:
        self.now.sides = "B"
        self.now.asym = True

    def _on_side_other(self, i: int, chunk: Chunk) -> None:
        if not self.now.sides:
            self.now.sides = "O"
            self.now.side_after = True

    def _on_more(self, i: int, chunk: Chunk) -> None:
        now = self.now
        now.more = True
        if now.sides in ("L", "R") and self.chunks[i - 1].kind in ("side", "letter_side"):
            now.more_side, now.sides = now.sides, ""

    def _on_finding(self, i: int, chunk: Chunk) -> None:
        now = self.now
        now.finding_took_site = now.finding_took_site or bool(now.sites)
        now.finding = now.finding if now.finding == "herniation" else str(chunk.value)
        now.sites, now.grade, now.normal = 0, None, ""
        now.roots.clear()

    def _on_part(self, i: int, chunk: Chunk) -> None:
        self.now.part = True

    def _on_level(self, i: int, chunk: Chunk) -> None:
        now = self.now
        if not now.levels:
            now.level_first = not (now.names_place or now.has_value or now.finding or now.sten)
        now.levels.append(self.level_number)
        self.level_number += 1

    def _on_outside(self, i: int, chunk: Chunk) -> None:
        self.now.outside = True
        self.now.level_first = not (self.now.names_place or self.now.has_value or self.now.finding)

    def _on_direction(self, i: int, chunk: Chunk) -> None:
        """``no narrowing above``: the levels above the one spoken of."""
        following = self.chunks[i + 1].kind if i + 1 < len(self.chunks) else ""
        if chunk.value in ("above", "below") and following in ("", "comma", "semicolon") and (self.now.has_value or self.now.sten):
            self.now.quantifier = str(chunk.value)

    def _on_quantifier(self, i: int, chunk: Chunk) -> None:
        before = self.chunks[i - 1] if i else None
        if before is not None and before.kind == "direction" and chunk.value == "this":
            self.now.quantifier = str(before.value)
        else:
            self.now.quantifier = str(chunk.value)

    def _on_remaining(self, i: int, chunk: Chunk) -> None:
        if any(c.kind in ("site", "stenosed_site", "sten", "central") for c in self.chunks[i + 1 : i + 4]):
            self.now.quantifier = "remaining"

    def _on_multilevel(self, i: int, chunk: Chunk) -> None:
        self.now.multilevel = True

    def _on_otherwise(self, i: int, chunk: Chunk) -> None:
        self.now.otherwise = True

    def _on_same(self, i: int, chunk: Chunk) -> None:
        self.now.same = True

    def _on_past_grade(self, i: int, chunk: Chunk) -> None:
        self.now.past_grade = True

    def _on_unchanged(self, i: int, chunk: Chunk) -> None:
        self.now.unchanged = True

    def _on_be(self, i: int, chunk: Chunk) -> None:
        self.now.be = True

    def _on_pronoun(self, i: int, chunk: Chunk) -> None:
        self.now.pronoun = True

    def _on_scheme(self, i: int, chunk: Chunk) -> None:
        """A named score counts where no word grades the place."""
        site, grade = chunk.value  # type: ignore[misc]
        if self.now.grade is None and not self.now.normal:
            self.now.grade, self.now.scheme = grade, True
            self._mark_value(i)
