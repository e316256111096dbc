"""Lumbar MRI reports of about 1,600 characters for the benchmarks: varied, made up, the same for the same seed.

A report is written by one of sixty authors, each with a layout and favourite phrases, about a case drawn by chance. So
sentences repeat between reports as they do in an archive, and ``novelty`` says what share of them is made to occur
once: drawn from all phrases, not from the author's favourites, with a qualifier and numbers that no other sentence has.
"""

import itertools
import json
import random
import re
import string
import sys
import textwrap
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click
from phrases import GRADE_ADVERBS, GRADES, HEADINGS, NOVEL_DETAILS, NOVEL_REFERENCES, QUALIFIERS, ROWS, SENTENCES, WORDS

CHARACTERS = 1600
AS_WRITTEN = 0.1
"""The novelty at which sentences repeat about as much as real ones. Of the 1,281 sentences of 433 real short notes
(Sudirman et al. 2019) 59% are distinct, and the share falls with their number as n ** -0.15, which would make 32% of
77,000 and 27% of 258,000. Here it is 35% and 28% (3,000 and 10,000 reports)."""

AUTHORS = 60
FAVOURITE = 1.1
"""How much an author prefers a favourite phrase: option r is taken with a weight of (r + 1) ** -FAVOURITE."""

SERIALS_A_REPORT = 50
_SIZES, _IMAGES = 380, 60
_LEVELS = tuple(itertools.pairwise(("T12", "L1", "L2", "L3", "L4", "L5", "S1")))
_ADMINISTRATIVE = ("title", "history", "technique", "comparison")

Facts = Mapping[str, str]


class Disc(NamedTuple):
    """What a case has at one level; grades count from 0, none, to 6 along ``GRADES``."""

    upper: str
    lower: str
    canal: int
    left: int
    right: int
    recess: int
    disc: str
    facet: bool


class Level(NamedTuple):
    """A level as it is written: its sentences, each with the structure it is about."""

    disc: Disc
    sentences: list[tuple[str, str]]


@dataclass(frozen=True)
class Author:
    """An author's layout, and the order of preference among the options of each entry of the phrases."""

    number: int
    layout: str
    level: str
    lead: str
    line: str
    width: int | None
    capitals: bool
    numbered: bool
    headings: Mapping[str, str]
    _order: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def ranked(self, name: str) -> tuple[str, ...]:
        """The options of an entry, the favourite first."""
        if name not in self._order:
            options = list(SENTENCES.get(name) or WORDS[name])
            random.Random(f"{self.number} {name}").shuffle(options)
            self._order[name] = tuple(options)
        return self._order[name]


@cache
def to_author(number: int) -> Author:
    """The author of this number, always the same."""
    rng = random.Random(f"author {number}")
    return Author(
        number=number,
        layout=rng.choices(("levels", "prose", "rows", "structures"), (6, 2, 1, 1))[0],
        level=rng.choice(("{0}-{1}", "{0}-{1}", "{0}/{1}", "{0}-{2}")),
        lead=rng.choice(("{level}: ", "{level}: ", "{level} - ", "{level}\n", "At {level}: ")),
        line=rng.choice(("\n", "\n\n")),
        width=rng.choices((None, 72, 80), (6, 1, 1))[0],
        capitals=rng.random() < 0.1,
        numbered=rng.random() < 0.6,
        headings={name: rng.choice(options) for name, options in HEADINGS.items()},
    )


@cache
def _ranks(count: int) -> tuple[float, ...]:
    weights = [(rank + 1) ** -FAVOURITE for rank in range(count)]
    return tuple(itertools.accumulate(weight / sum(weights) for weight in weights))


@cache
def _pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, name) for literal, name, _, _ in string.Formatter().parse(template))


class Writing:
    """One report in the making: its random numbers, its author, and the serial number of its next sentence."""

    def __init__(self, seed: int, index: int, novelty: float) -> None:
        self.rng = random.Random(f"{seed} {index}")
        self.author = to_author(self.rng.randrange(AUTHORS))
        self.novelty = novelty
        self._serials = iter(range(index * SERIALS_A_REPORT, (index + 1) * SERIALS_A_REPORT))

    def sentence(self, name: str, facts: Facts) -> str:
        """A sentence of this kind about these facts; one that occurs once where novelty says so."""
        novel = self.rng.random() < self.novelty
        pick = self._any if novel else self._favourite
        facts = {**_incidental_facts(self.rng), **facts}
        text = self._fill(pick(name), facts, pick)
        if novel and name in _ADMINISTRATIVE:
            text = self._end_with(text, NOVEL_REFERENCES)
        elif novel:
            qualifier = self._fill(self.rng.choice(QUALIFIERS), facts, pick)
            text = self._end_with(text.removesuffix(".") + qualifier + ".", NOVEL_DETAILS)
        return text[:1].upper() + text[1:]

    def _fill(self, template: str, facts: Facts, pick: Callable[[str], str]) -> str:
        filled = []
        for literal, name in _pieces(template):
            filled.append(literal)
            if name is not None:
                filled.append(facts[name] if name in facts else self._fill(pick(name), facts, pick))
        return "".join(filled)

    def _any(self, name: str) -> str:
        return self.rng.choice(SENTENCES.get(name) or WORDS[name])

    def _favourite(self, name: str) -> str:
        options = self.author.ranked(name)
        return options[min(bisect(_ranks(len(options)), self.rng.random()), len(options) - 1)]

    def _end_with(self, text: str, endings: tuple[str, ...]) -> str:
        """The sentence with an ending that holds its serial number, shuffled so that it reads like measurements."""
        serial = next(self._serials)
        rest, image = divmod(serial, _IMAGES)
        series, size = divmod(rest, _SIZES)
        image, size = image * 37 % _IMAGES, size * 149 % _SIZES
        ending = self.rng.choice(endings).format(
            x=f"{size / 10 + 2:.1f}", series=series + 2, image=image + 1, serial=serial
        )
        return f"{text[:-1]}{ending}." if text.endswith(".") else text + ending


def _incidental_facts(rng: random.Random) -> dict[str, str]:
    """Numbers and names that are no part of the case's grades."""
    draw = rng.random
    apex = int(draw() * 5)
    side, other = ("left", "right") if draw() < 0.5 else ("right", "left")
    return {
        "side": side,
        "other_side": other,
        "upper": f"L{apex + 1}",
        "lower": f"L{apex + 2}" if apex < 4 else "S1",
        "apex": f"L{apex + 1}",
        "modic_level": f"L{apex + 1}-{f'L{apex + 2}' if apex < 4 else 'S1'}",
        "modic": "123"[int(draw() * 3)],
        "size": str(2 + int(draw() * 9)),
        "small": str(2 + int(draw() * 9)),
        "slice": "345"[int(draw() * 3)],
        "sac": str(5 + int(draw() * 8)),
        "percent": str(10 * (1 + int(draw() * 6))),
        "conus": ("L1", "L1-L2", "T12-L1", "L2")[int(draw() * 4)],
        "aorta": f"{1.6 + int(draw() * 20) / 10:.1f}",
        "age": str(20 + int(draw() * 70)),
        "months": str(2 + int(draw() * 22)),
        "date": f"{1 + int(draw() * 12):02}/{1 + int(draw() * 28):02}/{2008 + int(draw() * 17)}",
    }


def draw_case(rng: random.Random) -> list[Disc]:
    """A case from above downwards; the lower levels are the worse, as they are in patients."""
    wear = rng.random()
    discs = []
    for place, (upper, lower) in enumerate(_LEVELS):
        often = wear * (0.25, 0.3, 0.5, 0.8, 1.1, 0.9)[place]
        canal, left, right, recess = (_draw_grade(rng, often * share) for share in (0.7, 0.9, 0.9, 0.3))
        disc = "herniation" if rng.random() < often / 3 else "bulge" if rng.random() < often + 0.1 else "normal"
        right = right if rng.random() < 0.6 else left
        discs.append(Disc(upper, lower, canal, left, right, recess, disc, rng.random() < often))
    return discs


def _draw_grade(rng: random.Random, often: float) -> int:
    return rng.choices(range(1, 7), (1, 5, 2, 4, 1, 2))[0] if rng.random() < often else 0


def write_report(index: int, seed: int = 0, novelty: float = AS_WRITTEN, characters: int = CHARACTERS) -> str:
    """Report number ``index``; it depends on nothing else, so any share of an archive can be written by itself."""
    writing = Writing(seed, index, novelty)
    rng, author = writing.rng, writing.author
    goal = int(characters * rng.uniform(0.85, 1.15))
    case = draw_case(rng)
    head = _write_head(writing)
    summary = _write_summary(writing, case)
    general = [writing.sentence(name, {}) for name in ("alignment", "vertebrae", "cord")]
    levels = [Level(disc, _level_sentences(writing, disc)) for disc in case[0 if rng.random() < 0.4 else 1 :]]
    spare = goal - sum(len(part) + 4 for part in (*head, *summary, *general)) - sum(map(_length, levels))
    for part in (summary, general):
        while spare < 0 and len(part) > 1:
            spare += len(part.pop()) + 1
    while spare < 0 and len(levels) > 2:
        spare += _length(levels.pop(0))
    _write_extras(writing, general, spare)
    return _lay_out(author, head, general, _LAYOUTS[author.layout](author, levels), summary)


def _length(level: Level) -> int:
    return 7 + sum(len(text) + 1 for _, text in level.sentences)


def _write_extras(writing: Writing, general: list[str], spare: int) -> None:
    """Fill the spare characters with general findings, none of them said twice."""
    for name in writing.rng.sample(_EXTRAS, len(_EXTRAS)):
        if spare < 40:
            return
        extra = writing.sentence(name, {})
        if extra not in general:
            general.append(extra)
            spare -= len(extra) + 1


_EXTRAS = ("soft_tissue", "vertebrae", "degeneration", "congenital", "quality", "posterior", "sacrum") * 3


def _write_head(writing: Writing) -> list[str]:
    headings = writing.author.headings
    parts = [writing.sentence("title", {})]
    for name in ("history", "technique", "comparison"):
        if name == "history" or writing.rng.random() < 0.8:
            parts.append(f"{headings[name]}: {writing.sentence(name, {})}")
    return parts


def _write_summary(writing: Writing, case: list[Disc]) -> list[str]:
    """One sentence for each of the worst levels, and one for the whole."""
    worst = sorted((d for d in case if d.canal + d.left + d.right > 2), key=lambda d: -d.canal - d.left - d.right)[:3]
    if not worst:
        return [writing.sentence("summary_normal", {})]
    return [
        *(writing.sentence(_summary_kind(disc), _level_facts(writing.author, disc)) for disc in worst),
        writing.sentence("summary", _level_facts(writing.author, worst[0])),
    ]


def _summary_kind(disc: Disc) -> str:
    if not (disc.left or disc.right):
        return "summary_canal"
    return "summary_both" if disc.canal else "summary_foramen"


def _level_facts(author: Author, disc: Disc) -> dict[str, str]:
    """What the sentences about a level may speak of; where nothing is narrowed they call the grade minimal."""
    sides = ("left", "right") if disc.left >= disc.right else ("right", "left")
    worse, better = max(disc.left, disc.right) - 1, min(disc.left, disc.right) - 1
    return {
        "level": _level_name(author, disc),
        "upper": disc.upper,
        "lower": disc.lower,
        "side": sides[0],
        "other_side": sides[1],
        "grade": GRADES[max(worse, 0)],
        "gradely": GRADE_ADVERBS[max(worse, 0)],
        "other_grade": GRADES[max(better, 0)],
        "other_gradely": GRADE_ADVERBS[max(better, 0)],
        "canal_grade": GRADES[max(disc.canal - 1, 0)],
    }


def _level_name(author: Author, disc: Disc) -> str:
    return author.level.format(disc.upper, disc.lower, disc.lower.lstrip("L"))


def _level_sentences(writing: Writing, disc: Disc) -> list[tuple[str, str]]:
    """The sentences about a level, each with the structure it is about."""
    facts = _level_facts(writing.author, disc)
    if not (disc.canal or disc.left or disc.right or disc.recess) and disc.disc == "normal":
        return [("disc", writing.sentence("level_normal", facts))]
    names = [("disc", f"disc_{disc.disc}")]
    if disc.facet:
        names.append(("facet", "facet"))
    if disc.canal and max(disc.left, disc.right) and writing.rng.random() < 0.2:
        names.append(("canal", "canal_and_foramina"))
    else:
        names += [("canal", "canal_graded" if disc.canal else "canal_normal"), ("foramina", _foramina_kind(disc))]
    if disc.recess:
        names.append(("recess", "recess_graded"))
    own_grade = {"canal_graded": disc.canal, "recess_graded": disc.recess}
    return [
        (structure, writing.sentence(name, facts | _grade_facts(own_grade[name]) if name in own_grade else facts))
        for structure, name in names
    ]


def _grade_facts(grade: int) -> dict[str, str]:
    return {"grade": GRADES[grade - 1], "gradely": GRADE_ADVERBS[grade - 1]}


def _foramina_kind(disc: Disc) -> str:
    if not (disc.left or disc.right):
        return "foramina_normal"
    if disc.left == disc.right:
        return "foramina_both"
    return "foramina_two" if disc.left and disc.right else "foramen_one"


def _lay_out_levels(author: Author, levels: list[Level]) -> list[str]:
    """A paragraph a level, under the level."""
    return [
        author.lead.format(level=_level_name(author, disc)) + " ".join(text for _, text in sentences)
        for disc, sentences in levels
    ]


def _lay_out_prose(author: Author, levels: list[Level]) -> list[str]:
    """One paragraph, the levels named in it."""
    parts = []
    for disc, sentences in levels:
        first, *others = (text for _, text in sentences)
        parts.append(" ".join([f"At {_level_name(author, disc)}, {first[:1].lower()}{first[1:]}", *others]))
    return [" ".join(parts)]


def _lay_out_rows(author: Author, levels: list[Level]) -> list[str]:
    """Under each level a row for each structure, as templates of structured reports have."""
    return [
        "\n".join([f"{_level_name(author, disc)}:", *(f"  {ROWS[structure]}: {text}" for structure, text in sentences)])
        for disc, sentences in levels
    ]


def _lay_out_structures(author: Author, levels: list[Level]) -> list[str]:
    """A paragraph a structure, the levels named in it."""
    parts: dict[str, list[str]] = {}
    for disc, sentences in levels:
        for structure, text in sentences:
            parts.setdefault(structure, []).append(f"{_level_name(author, disc)} {text[:1].lower()}{text[1:]}")
    return [f"{ROWS[structure]}: {' '.join(texts)}" for structure, texts in parts.items()]


_LAYOUTS: dict[str, Callable[[Author, list[Level]], list[str]]] = {
    "levels": _lay_out_levels,
    "prose": _lay_out_prose,
    "rows": _lay_out_rows,
    "structures": _lay_out_structures,
}


def _lay_out(author: Author, head: list[str], general: list[str], body: list[str], summary: list[str]) -> str:
    if author.numbered:
        summary = [f"{number}. {text}" for number, text in enumerate(summary, 1)]
    findings = f"{author.headings['findings']}:\n{' '.join(general)}"
    end = author.headings["impression"] + ":\n" + ("\n" if author.numbered else " ").join(summary)
    text = "\n\n".join(["\n".join(head), author.line.join([findings, *body]), end])
    if author.width:
        text = "\n".join(textwrap.fill(line, author.width, subsequent_indent="") for line in text.split("\n"))
    return text.upper() if author.capitals else text


def write_reports(
    count: int, seed: int = 0, novelty: float = AS_WRITTEN, characters: int = CHARACTERS, start: int = 0
) -> Iterator[str]:
    """``count`` reports from number ``start`` on."""
    return (write_report(index, seed, novelty, characters) for index in range(start, start + count))


class Repetition(NamedTuple):
    """How much a set of texts repeats itself."""

    sentences: int
    distinct: float
    """Share of sentences that differ, a sentence counted with the level or label before it."""
    distinct_wording: float
    """The same with every number made alike."""


def measure_repetition(texts: Iterable[str]) -> Repetition:
    """How much the sentences of these texts repeat; case and spacing are passed over."""
    count = 0
    distinct: set[int] = set()
    wording: set[int] = set()
    for text in texts:
        for sentence in to_sentences(text):
            count += 1
            distinct.add(hash(sentence))
            wording.add(hash(_NUMBER.sub("#", sentence)))
    return Repetition(count, len(distinct) / max(count, 1), len(wording) / max(count, 1))


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WRAP = re.compile(r"^(.{55,}[^\s.:;!?])\n(?=\S)(?![A-Za-z ]+:)", re.MULTILINE)
_END = re.compile(r"(?<=[.;!?])\s+|\n+")


def to_sentences(text: str) -> Iterator[str]:
    """The sentences of a text as anyone would split it, not as the parser does; without headings alone on a line."""
    for sentence in _END.split(_WRAP.sub(r"\1 ", text)):
        plain = " ".join(sentence.lower().split())
        is_heading = plain.endswith(":") or (" " not in plain and not plain.endswith("."))
        if any(map(str.isalpha, plain)) and not is_heading:
            yield plain


def describe(texts: list[str]) -> str:
    """How many texts, how long, and how much they repeat themselves, in words."""
    repetition = measure_repetition(texts)
    length = sum(map(len, texts)) / len(texts)
    return (
        f"{len(texts):,} reports of {length:,.0f} characters, {repetition.sentences:,} sentences,"
        f" {repetition.distinct:.1%} distinct, {repetition.distinct_wording:.1%} distinct with all numbers made alike"
    )


@click.command()
@click.option("--reports", default=3, show_default=True, help="How many reports.")
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--novelty", type=click.FloatRange(0, 1), default=AS_WRITTEN, show_default=True, help="Share of unique sentences."
)
@click.option("--characters", default=CHARACTERS, show_default=True, help="About how long a report is.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write JSON lines there.")
def main(reports: int, seed: int, novelty: float, characters: int, out: Path | None) -> None:
    """Write made-up lumbar MRI reports, and say how much they repeat themselves.

    \b
    Example:
      python benchmarks/report_writer.py --reports 1000 --novelty 1 --out build/reports.jsonl
    """
    texts = list(write_reports(reports, seed, novelty, characters))
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps({"id": str(number), "text": text}) + "\n" for number, text in enumerate(texts, 1))
        out.write_text("".join(lines), encoding="utf-8")
    else:
        print(f"\n\n{'=' * 80}\n\n".join(texts))
    print(f"\n{describe(texts)}", file=sys.stderr)


if __name__ == "__main__":
    main()
