"""Texts that a report should never be, each as a function from a length to a text of that length."""

import random
from collections.abc import Callable, Iterable
from itertools import count, cycle, islice

from report_writer import AS_WRITTEN, write_report

Make = Callable[[int], str]


def _repeat(unit: str) -> Make:
    return lambda length: (unit * (length // len(unit) + 1))[:length]


def _join(parts: Callable[[], Iterable[str]]) -> Make:
    """A stream of parts cut at the length."""

    def make(length: int) -> str:
        filled = 0
        taken = []
        for part in parts():
            taken.append(part)
            filled += len(part)
            if filled >= length:
                break
        return "".join(taken)[:length]

    return make


def _around(before: str, unit: str, after: str) -> Make:
    return lambda length: before + _repeat(unit)(max(0, length - len(before) - len(after))) + after


REPEATED = (
    *"aln10 .,;:-–—/|()[]*_=#?!'\"&%^\\\t\n\r\v\f\0", "\r\n", "\n\n", " \n", "\t\n", "  ", " - ", "...", "--", "é",
    "İ", "ß", "ﬁ", "\u0301", "\u200b", "\u00a0", "\u3000", "😀", "\ud7ff", "½", "²", "one", "a ", "l ", "l4", "l4-",
    "l4-5", "l4-5 ", "L4-5 ", "l4/", "l4-l5-", "l1-l5 ", "l1 to ", "no ", "not ", "no, ", "no evidence of ",
    "without ", "nor ", "or ", "and ", "to ", "of ", "the ", "with ", "at ", "/mild", "mild ", "mild-", "mild/",
    "mild to ", "mild or ", "mild, ", "mild and ", "mildly ", "mild to moderate ", "grade 1 ", "left ", "left/",
    "left and right ", "and left and right ", "bilateral ", "right greater than left ", "r>l ", "l>r", "stenosis ",
    "stenosis, ", "stenosis and ", "canal ", "canal and ", "foramen ", "foraminal, ", "foramina and recesses ",
    "disc bulge ", "disc bulge causing ", "impression", "impression:", "impression: ", "impression:\n", "findings: ",
    "findings:\nimpression:\n", "history: ", "comparison: prior ", "cervical spine:\n", "addendum: ", "1. ", "1.",
    "1)\n", "1.1", "1,", "1/", "10 mm ", "3 x ", "( ", "((", "(l4-5 ", "[ ]", "[x] mild [ ] moderate ", "(mild) ",
    "()", "(\n", ")(", "- ", "-\n", "* ", "• ", "_ ", "___", "| ", "|\n", "| a |\n", "a | ", "a\t", "l4-5 | ",
    "l4-5\t", "l4-5   ", "a   ", "\n   ", "   \n", " \t ", ": ", ":\n", ", ", ". ", ".\n", "; ", "? ",
    "respectively ", ", respectively. ", "mild and severe respectively ", "at l4-5 and l5-s1 respectively ",
    "mild, moderate, severe at l3-4, l4-5, ", "from ", "from l1 to ", "at l4-5 ", "l4-5: ", "l4-5:\n", "l4-5: mild. ",
    "l4-5: mild canal stenosis. ", "l4-5: mild canal stenosis.\n", "mild canal stenosis at l4-5, ",
    "mild canal stenosis at l4-5 and ", "same as above. ", "similar findings at l3-4. ", "as above ",
    "worse than l4-5 ", "less than ", "increased from mild to severe ", "was mild ", "previously mild, now ",
    "unless ", "if ", "may be ", "possible ", "cannot exclude ", "rule out ", "negative for ", "<b>", "<br>",
    "&nbsp;", "&lt;", "{", "\\n", "\\X0D\\", "~", "^^^", "http://a.b/",
)  # fmt: skip
"""Units that are said over and over."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOCABULARY = [
    *"mild moderate severe no not left right bilateral and or to at of with without canal central foraminal".split(),
    *"stenosis narrowing disc bulge l4-5 l5-s1 l3-l4 lateral recess neural foramen , . : ; ( ) / - 1.".split(),
    "\n",
]


def _random_words(words: list[str]) -> Callable[[], Iterable[str]]:
    def parts() -> Iterable[str]:
        rng = random.Random(0)
        while True:
            yield rng.choice(words) + " "

    return parts


def _invented_words() -> Iterable[str]:
    rng = random.Random(0)
    while True:
        yield "".join(rng.choices(_LETTERS, k=rng.randint(3, 12))) + " "


def _misspelt_words() -> Iterable[str]:
    """Words of the trade, each with two letters of chance put in, so that no two are alike."""
    rng = random.Random(0)
    for word in cycle(("stenosis", "moderate", "foraminal", "narrowing", "bilateral", "severe", "degenerative")):
        for _ in range(2):
            at = rng.randrange(len(word))
            word = word[:at] + rng.choice(_LETTERS) + word[at:]
        yield word + " "


def _level_list() -> Iterable[str]:
    """One level list without an end."""
    yield "mild canal stenosis at "
    for number in cycle(range(1, 5)):
        yield f"l{number}-{number + 1}, "


def _grades_by_level() -> Iterable[str]:
    for number, grade in zip(cycle(range(1, 5)), cycle(("mild", "moderate", "severe")), strict=False):
        yield f"{grade} at l{number}-{number + 1}, "


def _wide_table(length: int) -> str:
    """Two rows of as many columns as fit."""
    half = length // 2
    head = "level | " + " | ".join(islice(cycle(("l1-2", "l2-3", "l3-4", "l4-5", "l5-s1")), half // 7))
    row = "canal | " + " | ".join(islice(cycle(("mild", "none", "severe")), half // 7))
    return f"{head}\n{row}"[:length]


def _long_table(length: int) -> str:
    """As many rows as fit under one head."""
    return _join(lambda: _table_rows())(length)


def _table_rows() -> Iterable[str]:
    yield "level | canal | left foramen | right foramen\n"
    for number in cycle(range(1, 5)):
        yield f"l{number}-{number + 1} | mild | none | severe\n"


def _square_table(length: int) -> str:
    """As many rows as columns."""
    side = max(2, int((length / 7) ** 0.5))
    head = " | ".join(["level", *islice(cycle(("l1-2", "l2-3", "l3-4", "l4-5")), side)])
    return "\n".join([head, *[" | ".join(["canal", *["mild"] * side])] * side])[:length]


def _tables(length: int) -> str:
    """Many small tables, each with a blank line after it."""
    return _repeat("level | canal\nl4-5 | mild\nl5-s1 | severe\n\n")(length)


def _spaced_table(length: int) -> str:
    return _repeat("level     canal      left foramen\nl4-5      mild       severe\n")(length)


def _nested(length: int) -> str:
    """Brackets in brackets."""
    half = length // 2
    return "(" * half + ")" * (length - half)


def _real_reports(novelty: float) -> Make:
    """Ordinary reports end to end."""
    return _join(lambda: (write_report(index, 0, novelty) + "\n\n" for index in count()))


STRUCTURED: dict[str, Make] = {
    "reports end to end": _real_reports(AS_WRITTEN),
    "reports end to end, distinct": _real_reports(1.0),
    "one report line, no ends": lambda length: " ".join(
        _real_reports(1.0)(length).replace(".", " ").replace(":", " ").split()
    ),
    "reports without spaces": lambda length: "".join(_real_reports(AS_WRITTEN)(2 * length).split())[:length],
    "reports of spaces and lines": lambda length: _real_reports(AS_WRITTEN)(length).replace(" ", "   \n  ")[:length],
    "words of the trade at random": _join(_random_words(_VOCABULARY)),
    "the same without ends": _join(_random_words([w for w in _VOCABULARY if w not in (".", "\n", ":", ";", "1.")])),
    "invented words": _join(_invented_words),
    "misspelt words": _join(_misspelt_words),
    "one level list": _join(_level_list),
    "grade by level": _join(_grades_by_level),
    "a wide table": _wide_table,
    "a long table": _long_table,
    "a square table": _square_table,
    "many tables": _tables,
    "a table set with spaces": _spaced_table,
    "a table of one column": _repeat("|l4-5|\n"),
    "a rule of a table": _repeat("-----|"),
    "nested brackets": _nested,
    "a bracket never closed": _around("L4-5: mild (", "severe canal stenosis ", ""),
    "a bracket closed late": _around("L4-5: mild (", "a ", ") canal stenosis"),
    "negation far from its word": _around("no ", "big ", "canal stenosis"),
    "grade far from its word": _around("mild ", "big ", "canal stenosis at l4-5"),
    "level far from its word": _around("l4-5 ", "big ", "mild canal stenosis"),
    "spaces inside": _around("mild", " ", "canal stenosis"),
    "line ends inside": _around("mild", "\n", "canal stenosis"),
    "dashes inside": _around("l4", "-", "l5: mild canal stenosis"),
    "one long word": _around("", "stenosis", ""),
    "one long number": _around("", "1234567890", ""),
    "all sites once, grades at the end": _around("", "canal, foramina, recesses, ", "mild, moderate"),
    "prior section without end": _around("comparison:\n", "mild canal stenosis at l4-5. ", ""),
    "history without end": _around("history: ", "mild canal stenosis at l4-5\n", ""),
    "contradictions": _repeat("l4-5: mild canal stenosis. l4-5: severe canal stenosis. no canal stenosis at l4-5. "),
    "everything at every level": _repeat("mild canal, left and right foraminal and recess stenosis at l1-s1. "),
    "impression without end": _around("impression:\n", "1. mild canal stenosis at l4-5.\n", ""),
}


def hostile_texts() -> dict[str, Make]:
    """All of them by name; a repeated unit goes by its Python spelling."""
    return {**{f"{unit!a} over and over": _repeat(unit) for unit in REPEATED}, **STRUCTURED}


def random_texts(number: int, seed: int) -> dict[str, Make]:
    """Two to four of the units, drawn by chance, said over and over, half of them after an opening said once."""
    rng = random.Random(seed)
    texts = {}
    for _ in range(number):
        unit = "".join(rng.choices(REPEATED, k=rng.randint(2, 4)))
        opening = rng.choice(REPEATED) if rng.random() < 0.5 else ""
        texts[f"{opening!a} then {unit!a}"] = _around(opening, unit, "")
    return texts
