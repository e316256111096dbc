"""Authors: how each lays a report out and which phrases each likes best."""

import random
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from cases import Disc
from phrases import HEADINGS, ROWS, SENTENCES, WORDS


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


def level_name(author: Author, disc: Disc) -> str:
    return author.level.format(disc.upper, disc.lower, disc.lower.lstrip("L"))


def _lay_out_levels(author: Author, levels: list[Level]) -> list[str]:
    """A paragraph a level, under the level."""
    return [
        author.lead.format(level=level_name(author, disc)) + " ".join(text for _, text in sentences)
        for disc, sentences in levels
    ]


def _lay_out_prose(author: Author, levels: list[Level]) -> list[str]:
    """One paragraph, the levels named in it."""
    parts = []
    for disc, sentences in levels:
        first, *others = (text for _, text in sentences)
        parts.append(" ".join([f"At {level_name(author, disc)}, {first[:1].lower()}{first[1:]}", *others]))
    return [" ".join(parts)]


def _lay_out_rows(author: Author, levels: list[Level]) -> list[str]:
    """Under each level a row for each structure, as templates of structured reports have."""
    return [
        "\n".join([f"{level_name(author, disc)}:", *(f"  {ROWS[structure]}: {text}" for structure, text in sentences)])
        for disc, sentences in levels
    ]


def _lay_out_structures(author: Author, levels: list[Level]) -> list[str]:
    """A paragraph a structure, the levels named in it."""
    parts: dict[str, list[str]] = {}
    for disc, sentences in levels:
        for structure, text in sentences:
            parts.setdefault(structure, []).append(f"{level_name(author, disc)} {text[:1].lower()}{text[1:]}")
    return [f"{ROWS[structure]}: {' '.join(texts)}" for structure, texts in parts.items()]


LAYOUTS: dict[str, Callable[[Author, list[Level]], list[str]]] = {
    "levels": _lay_out_levels,
    "prose": _lay_out_prose,
    "rows": _lay_out_rows,
    "structures": _lay_out_structures,
}


def lay_out(author: Author, head: list[str], general: list[str], body: list[str], summary: list[str]) -> str:
    if author.numbered:
        summary = [f"{number}. {text}" for number, text in enumerate(summary, 1)]
    findings = f"{author.headings['findings']}:\n{' '.join(general)}"
    end = author.headings["impression"] + ":\n" + ("\n" if author.numbered else " ").join(summary)
    text = "\n\n".join(["\n".join(head), author.line.join([findings, *body]), end])
    if author.width:
        text = "\n".join(textwrap.fill(line, author.width, subsequent_indent="") for line in text.split("\n"))
    return text.upper() if author.capitals else text
