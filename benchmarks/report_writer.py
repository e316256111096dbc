"""Lumbar MRI reports of about 1,600 characters for the benchmarks: varied, made up, the same for the same seed.

A report is written by one of sixty authors, each with a layout and favourite phrases, about a case drawn by chance. So
sentences repeat between reports as they do in an archive, and ``novelty`` says what share of them is made to occur
once: drawn from all phrases, not from the author's favourites, with a qualifier and numbers that no other sentence has.
"""

import itertools
import json
import random
import string
import sys
from bisect import bisect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import click
from authors import lay_out, LAYOUTS, Level, level_name, to_author
from cases import Disc, draw_case, Facts, foramina_kind, grade_facts, incidental_facts, level_facts, summary_kind
from phrases import NOVEL_DETAILS, NOVEL_REFERENCES, QUALIFIERS, SENTENCES, WORDS
from repetition import describe

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
_ADMINISTRATIVE = ("title", "history", "technique", "comparison")


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
        facts = {**incidental_facts(self.rng), **facts}
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
    return lay_out(author, head, general, LAYOUTS[author.layout](author, levels), summary)


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
        *(writing.sentence(summary_kind(disc), level_facts(level_name(writing.author, disc), disc)) for disc in worst),
        writing.sentence("summary", level_facts(level_name(writing.author, worst[0]), worst[0])),
    ]


def _level_sentences(writing: Writing, disc: Disc) -> list[tuple[str, str]]:
    """The sentences about a level, each with the structure it is about."""
    facts = level_facts(level_name(writing.author, disc), disc)
    if not (disc.canal or disc.left or disc.right or disc.recess) and disc.disc == "normal":
        return [("disc", writing.sentence("level_normal", facts))]
    names = [("disc", f"disc_{disc.disc}")]
    if disc.facet:
        names.append(("facet", "facet"))
    if disc.canal and max(disc.left, disc.right) and writing.rng.random() < 0.2:
        names.append(("canal", "canal_and_foramina"))
    else:
        names += [("canal", "canal_graded" if disc.canal else "canal_normal"), ("foramina", foramina_kind(disc))]
    if disc.recess:
        names.append(("recess", "recess_graded"))
    own_grade = {"canal_graded": disc.canal, "recess_graded": disc.recess}
    return [
        (structure, writing.sentence(name, facts | grade_facts(own_grade[name]) if name in own_grade else facts))
        for structure, name in names
    ]


def write_reports(
    count: int, seed: int = 0, novelty: float = AS_WRITTEN, characters: int = CHARACTERS, start: int = 0
) -> Iterator[str]:
    """``count`` reports from number ``start`` on."""
    return (write_report(index, seed, novelty, characters) for index in range(start, start + count))


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
