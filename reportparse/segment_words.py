"""What each chunk adds to the segment it stands in.

``add_chunk`` looks a chunk's kind up in three tables: kinds that only mark the segment, kinds that also say how its
site is, and kinds with a rule of their own. A kind in none of them adds nothing.
"""

from collections.abc import Callable

from reportparse.central import NAMES_STENOSIS
from reportparse.chunk import Chunk, grade_of
from reportparse.segment import Segment, SITE_BITS


def add_chunk(now: Segment, chunks: list[Chunk], i: int) -> None:
    """Write down in a segment what chunk i of the sentence says."""
    kind = chunks[i].kind
    now.last = i
    if kind in _MARKS:
        setattr(now, _MARKS[kind], True)
    elif kind in _PREDICATES:
        field, value = _PREDICATES[kind]
        setattr(now, field, value)
        _mark_value(now, i)
    elif kind in _RULES:
        _RULES[kind](now, chunks, i)


def kind_before(chunks: list[Chunk], i: int) -> str:
    """The kind of the chunk before chunk i, ``""`` at the start."""
    return chunks[i - 1].kind if i else ""


def _mark_value(now: Segment, i: int) -> None:
    if now.value_at < 0:
        now.value_at = i


def _add_grade(now: Segment, chunks: list[Chunk], i: int) -> None:
    """A word of severity; it overrules a score, and after a negation it widens (``no moderate or severe``)."""
    low, high, grade = grade_of(chunks[i])
    if now.scheme:
        now.grade, now.scheme = None, False
    if now.grade is not None and now.neg:
        now.grade = (min(low, now.grade[0]), high, grade)
    elif now.grade is None or not now.finding:
        now.grade = (low, high, grade)
    _mark_value(now, i)


def _add_scheme(now: Segment, chunks: list[Chunk], i: int) -> None:
    """A named score counts where no word grades the place."""
    if now.grade is None and not now.normal:
        now.grade, now.scheme = grade_of(chunks[i]), True
        _mark_value(now, i)


def _add_normal(now: Segment, chunks: list[Chunk], i: int) -> None:
    now.normal = str(chunks[i].value)
    _mark_value(now, i)


def _add_sten(now: Segment, chunks: list[Chunk], i: int) -> None:
    """``stenosis``, ``narrowing``; ``nerve compression`` (``neural``) is a narrowing that names a root."""
    word = str(chunks[i].value)
    if word == "neural":
        now.roots.add("any")
    now.sten = "narrowing" if word == "neural" else word
    now.sten_at = i


def _add_severe_sten(now: Segment, chunks: list[Chunk], i: int) -> None:
    now.severe = True
    now.sten = "narrowing"
    _mark_value(now, i)


def _add_neg(now: Segment, chunks: list[Chunk], i: int) -> None:
    now.neg = True
    now.neg_at = i


def _add_unknown(now: Segment, chunks: list[Chunk], i: int) -> None:
    """A grade or negation before a word that is no place and no stenosis belongs to that word (``mild scoliosis``)."""
    if kind_before(chunks, i) == "neg":
        now.neg_of_unknown = now.names_place and not now.sten
        return
    for later in chunks[i + 1 :]:
        if later.kind in NAMES_STENOSIS:
            return
        if later.kind not in _PASSED_BY_UNKNOWN:
            break
    if not now.names_place and not now.sten:
        now.finding = now.finding or "other"
        now.grade = None


def _add_aspect(now: Segment, chunks: list[Chunk], i: int) -> None:
    now.central = now.central or chunks[i].value == "central"


def _add_site(now: Segment, chunks: list[Chunk], i: int) -> None:
    """A site; after another finding or a root (``root in the foramen``) it only says where that lies."""
    name = str(chunks[i].value)
    if now.finding:
        now.place |= SITE_BITS[name]
    elif now.roots and kind_before(chunks, i) in ("at", "of", "on", "side", "letter_side"):
        now.place |= SITE_BITS[name]
        now.soft_site = name if name in ("cauda", "cord") else now.soft_site
    else:
        now.sites |= SITE_BITS[name]
        now.soft_site = name if name in ("sac", "cauda", "cord") else now.soft_site
        now.site_at = i if now.site_at < 0 else now.site_at


def _add_stenosed_site(now: Segment, chunks: list[Chunk], i: int) -> None:
    """A site and its stenosis in one word."""
    _add_site(now, chunks, i)
    now.sten = "stenosis"


def _add_neural_canal(now: Segment, chunks: list[Chunk], i: int) -> None:
    """``neural canals``: the foramina of both sides, where no side is said."""
    _add_site(now, chunks, i)
    now.sides = now.sides or "B"


def _add_root(now: Segment, chunks: list[Chunk], i: int) -> None:
    """A nerve root; beside a site of which nothing is said yet it is only what runs there."""
    if now.sites and not now.verb and now.value_at < 0:
        return
    now.roots.add(str(chunks[i].value))
    if now.site_at < 0:
        now.site_at = i


def _add_side(now: Segment, chunks: list[Chunk], i: int) -> None:
    """A side; a second one makes it both, and after ``worse`` it is the side that is worse."""
    word = str(chunks[i].value)
    is_one = len(word) == 1
    if now.more:
        now.more_side = word if is_one else ""
        return
    side = word if is_one else "B"
    now.sides = side if not now.sides or now.sides == side else "B"
    now.side_after = now.side_after or kind_before(chunks, i) in ("on", "at")


def _add_asym(now: Segment, chunks: list[Chunk], i: int) -> None:
    now.sides = "B"
    now.asym = True


def _add_side_other(now: Segment, chunks: list[Chunk], i: int) -> None:
    if not now.sides:
        now.sides = "O"
        now.side_after = True


def _add_side_same(now: Segment, chunks: list[Chunk], i: int) -> None:
    if not now.sides:
        now.sides = "S"
        now.side_after = True


def _add_more(now: Segment, chunks: list[Chunk], i: int) -> None:
    """``worse``; a side right before it (``left more``) is the one that is worse."""
    now.more = True
    if now.sides in ("L", "R") and kind_before(chunks, i) in ("side", "letter_side"):
        now.more_side, now.sides = now.sides, ""


def _add_finding(now: Segment, chunks: list[Chunk], i: int) -> None:
    """Another finding: the site, grade and root before it are its own (``moderate foraminal protrusion``)."""
    now.finding_took_site = now.finding_took_site or bool(now.sites)
    now.finding = now.finding if now.finding == "herniation" else str(chunks[i].value)
    now.sites, now.grade, now.normal = 0, None, ""
    now.roots.clear()


def _add_level(now: Segment, chunks: list[Chunk], i: int) -> None:
    if not now.levels:
        now.level_first = not (now.names_place or now.has_value or now.finding or now.sten)
    now.levels.append(sum(c.kind == "level" for c in chunks[:i]))


def _add_outside(now: Segment, chunks: list[Chunk], i: int) -> None:
    now.outside = True
    now.level_first = not (now.names_place or now.has_value or now.finding)


def _add_direction(now: Segment, chunks: list[Chunk], i: int) -> None:
    """``no narrowing above``: the levels above the one spoken of."""
    word = str(chunks[i].value)
    ends = i + 1 == len(chunks) or chunks[i + 1].kind in ("comma", "semicolon")
    if word in ("above", "below") and ends and (now.has_value or now.sten):
        now.quantifier = word


def _add_quantifier(now: Segment, chunks: list[Chunk], i: int) -> None:
    """``all levels``; ``above this level`` is the direction's."""
    word = chunks[i].value
    directed = word == "this" and kind_before(chunks, i) == "direction"
    now.quantifier = str(chunks[i - 1].value if directed else word)


def _add_remaining(now: Segment, chunks: list[Chunk], i: int) -> None:
    """``the remaining canal``: the levels left over, where a place or a stenosis follows soon."""
    if any(c.kind in ("site", "stenosed_site", "sten", "central") for c in chunks[i + 1 : i + 4]):
        now.quantifier = "remaining"


_PASSED_BY_UNKNOWN = frozenset("unknown of aspect side letter_side and level comma grade".split())

_MARKS = {
    "large": "large", "significant": "significant", "not_assessed": "not_assessed", "bound_low": "bound_low",
    "bound_high": "bound_high", "double_neg": "double_neg", "hedge": "hedge", "query": "hedge", "same": "same",
    "also": "also", "now": "now", "past_grade": "past_grade", "be": "be", "pronoun": "pronoun", "part": "part",
    "multilevel": "multilevel", "otherwise": "otherwise",
}  # fmt: skip
"""Kinds that only mark the segment -> the field they set to True."""

_PREDICATES: dict[str, tuple[str, bool | str]] = {
    "zero": ("zero", True),
    "stenosed": ("stenosed", True),
    "narrows": ("verb", "narrows"),
    "contact": ("verb", "contact"),
}
"""Kinds that say how the site is -> the field and what it is set to."""

_RULES: dict[str, Callable[[Segment, list[Chunk], int], None]] = {
    "grade": _add_grade, "scheme": _add_scheme, "normal": _add_normal, "sten": _add_sten, "neg": _add_neg,
    "severe_sten": _add_severe_sten, "unknown": _add_unknown, "aspect": _add_aspect, "site": _add_site,
    "stenosed_site": _add_stenosed_site, "neural_canal": _add_neural_canal, "root": _add_root, "side": _add_side,
    "letter_side": _add_side, "asym": _add_asym, "side_other": _add_side_other, "side_same": _add_side_same,
    "more": _add_more, "finding": _add_finding, "level": _add_level, "outside": _add_outside,
    "direction": _add_direction, "quantifier": _add_quantifier, "remaining": _add_remaining,
}  # fmt: skip
