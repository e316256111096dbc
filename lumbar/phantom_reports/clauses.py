"""One level's statements as clauses: noun phrases, sentences, or short forms of a few words."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np

from lexicons.vocabulary import Task
from lumbar.phantom_reports import words
from lumbar.phantom_reports.statements import MAIN_TASKS, PAIRS
from lumbar.phantom_reports.words import CANAL, FORAMEN, RECESS, Structure


class Form(StrEnum):
    """How a statement is put."""

    NOUN_PHRASE = "noun phrase"
    SENTENCE = "sentence"
    SHORT = "short"


BANKS = {Form.NOUN_PHRASE: words.NOUN_PHRASES, Form.SENTENCE: words.SENTENCES, Form.SHORT: words.SHORT}
TWO_SIDES = {
    Form.NOUN_PHRASE: words.TWO_SIDES,
    Form.SENTENCE: words.TWO_SIDES_SENTENCES,
    Form.SHORT: words.TWO_SIDES_SHORT,
}
ALL_PATENT = {
    Form.NOUN_PHRASE: words.ALL_PATENT,
    Form.SENTENCE: words.ALL_PATENT_SENTENCES,
    Form.SHORT: words.ALL_PATENT,
}
NOUNS = {Task.LFS: ("foraminal", "neural foramen"), Task.LSS: ("lateral recess", "lateral recess")}
SIDED: dict[Task, tuple[Structure, str]] = {
    Task.LFS: (FORAMEN, "left"),
    Task.RFS: (FORAMEN, "right"),
    Task.LSS: (RECESS, "left"),
    Task.RSS: (RECESS, "right"),
}
SHORT_SIDES = {"left": ("L", "left", "lt"), "right": ("R", "right", "rt"), "bilateral": ("bilat", "b/l", "bilateral")}


def pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    """One of the options, each as likely."""
    return options[int(rng.integers(len(options)))]


def is_all_normal(codes: Mapping[Task, str]) -> bool:
    """Whether canal and foramina are called normal, and nothing else is said."""
    return set(codes) == set(MAIN_TASKS) and set(codes.values()) == {"0"}


def write_clauses(rng: np.random.Generator, codes: Mapping[Task, str], form: Form) -> list[str]:
    """What is said of a level's tasks, in lower case and without a full stop: canal, foramina, recesses."""
    if all(codes.get(task) == "0" for task in MAIN_TASKS) and rng.random() < 0.7:
        rest = {task: code for task, code in codes.items() if task not in MAIN_TASKS}
        return [pick(rng, ALL_PATENT[form]), *write_clauses(rng, rest, form)]
    clauses = [write_clause(rng, CANAL, "", codes[Task.SCS], form)] if Task.SCS in codes else []
    for left, right in PAIRS:
        clauses += _write_pair(rng, left, right, codes, form)
    return clauses


def _write_pair(rng: np.random.Generator, left: Task, right: Task, codes: Mapping[Task, str], form: Form) -> list[str]:
    of_left, of_right = codes.get(left), codes.get(right)
    if of_left is not None and of_left == of_right:
        return [write_clause(rng, SIDED[left][0], "bilateral", of_left, form)]
    graded = words.GRADE_SHORT if form is Form.SHORT else words.GRADE_WORDS
    if of_left in graded and of_right in graded and rng.random() < 0.6:
        grade, other = (pick(rng, graded[code]) for code in (of_left, of_right))
        noun, one = NOUNS[left]
        return [pick(rng, TWO_SIDES[form]).format(grade=grade, other=other, noun=noun, one=one)]
    return [write_clause(rng, *SIDED[task], codes[task], form) for task in (left, right) if task in codes]


def write_clause(rng: np.random.Generator, structure: Structure, side: str, code: str, form: Form) -> str:
    """What a code is put as, of one structure; ``side``: left, right, bilateral, or empty for the canal."""
    graded = words.GRADE_SHORT if form is Form.SHORT else words.GRADE_WORDS
    template = pick(rng, BANKS[form]["graded" if code in graded else code])
    named = structure.both if side == "bilateral" else structure.one
    the = pick(rng, named).format(side=side)
    return template.format(
        adjective=pick(rng, structure.adjectives).format(side=side),
        short=pick(rng, structure.short).format(side=pick(rng, SHORT_SIDES.get(side, ("",)))),
        the=the,
        is_are="are" if side == "bilateral" else "is",
        grade=pick(rng, graded.get(code, ("",))),
        gradely=pick(rng, words.GRADE_ADVERBS.get(code, ("",))),
    )
