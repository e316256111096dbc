"""How a report is laid out: each style turns what is said of the levels into the body of the findings."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np

from lexicons.vocabulary import Level, LEVELS, Task
from lumbar.phantom_reports import words
from lumbar.phantom_reports.clauses import Form, is_all_normal, pick, write_clause, write_clauses
from lumbar.phantom_reports.statements import MAIN_TASKS
from lumbar.phantom_reports.words import CANAL, FORAMEN

LevelCodes = Mapping[Level, Mapping[Task, str]]


class Style(StrEnum):
    """The ways of writing."""

    LEVELS = "level by level"
    NARRATIVE = "narrative"
    SENTENCES = "a sentence a finding"
    TELEGRAPHIC = "telegraphic"
    IMPRESSION = "detail in the impression"
    REMAINING = "remaining levels negative"
    STRUCTURES = "structure by structure"


def name_level(level: Level, pattern: str) -> str:
    """The level as a radiologist writes it, such as L4/5."""
    upper, lower = str(level).split("-")
    return pattern.format(upper, lower, lower.removeprefix("L"))


def begin(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def join_phrases(phrases: list[str]) -> str:
    """a, b and c."""
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"


def write_levels(rng: np.random.Generator, codes: LevelCodes, pattern: str) -> list[str]:
    """A paragraph a level: its name, the disc, a sentence for each statement."""
    return [f"{name_level(level, pattern)}: {_write_level(rng, own)}" for level, own in codes.items()]


def _write_level(rng: np.random.Generator, codes: Mapping[Task, str]) -> str:
    if is_all_normal(codes) and rng.random() < 0.3:
        return f"{begin(pick(rng, words.NORMAL_LEVEL))}."
    form = Form.SENTENCE if rng.random() < 0.5 else Form.NOUN_PHRASE
    return " ".join(f"{begin(text)}." for text in [*_draw_anatomy(rng, codes), *write_clauses(rng, codes, form)])


def _draw_anatomy(rng: np.random.Generator, codes: Mapping[Task, str]) -> list[str]:
    """What is said of disc and joints: nothing that grades anything else."""
    if set(codes.values()) <= {"0"}:
        return [pick(rng, words.NORMAL_DISC)] if rng.random() < 0.5 else []
    joints = [pick(rng, words.JOINTS)] if rng.random() < 0.5 else []
    return [pick(rng, words.DISC), *joints]


def write_narrative(rng: np.random.Generator, codes: LevelCodes, pattern: str) -> list[str]:
    """One paragraph, the levels named in its sentences."""
    sentences = []
    for level, own in codes.items():
        anatomy, phrases = _draw_anatomy(rng, own), write_clauses(rng, own, Form.NOUN_PHRASE)
        lead = f"{join_phrases(anatomy)} with " if anatomy and not anatomy[0].startswith("no ") else ""
        verb = pick(rng, ("there is ", "we see "))
        sentences.append(f"At {name_level(level, pattern)}, {verb}{lead}{join_phrases(phrases)}.")
    return [" ".join(sentences)]


def write_sentences(rng: np.random.Generator, codes: LevelCodes, pattern: str) -> list[str]:
    """A line a statement, each with its level."""
    lines = []
    for level, own in codes.items():
        name = name_level(level, pattern)
        for phrase in write_clauses(rng, own, Form.NOUN_PHRASE):
            lines.append(pick(rng, ("There is {0} at {1}.", "At {1} there is {0}.")).format(phrase, name))
    return lines


def write_telegraphic(rng: np.random.Generator, codes: LevelCodes, pattern: str) -> list[str]:
    """A line a level, of abbreviations."""
    dash = pick(rng, (" - ", ": ", " "))
    lines = []
    for level, own in codes.items():
        parts = [*_draw_anatomy(rng, own)[:1], *write_clauses(rng, own, Form.SHORT)]
        lines.append(f"{name_level(level, pattern)}{dash}{pick(rng, (', ', '; ', '. ')).join(parts)}.")
    return lines


def write_remaining(rng: np.random.Generator, codes: LevelCodes, pattern: str) -> list[str]:
    """The levels with something to say as paragraphs, the others in one sentence; ``codes`` has them too."""
    described = {level: own for level, own in codes.items() if not is_all_normal(own)}
    rest = [pick(rng, words.REMAINING)] if len(described) < len(LEVELS) else []
    return [*write_levels(rng, described, pattern), *rest]


def write_structures(rng: np.random.Generator, codes: LevelCodes, pattern: str) -> list[str]:
    """A paragraph for the canal, one for the foramina, one for the recesses, the levels named in them."""
    headings = {
        "Spinal canal": (Task.SCS,),
        "Neural foramina": MAIN_TASKS[1:],
        "Lateral recesses": (Task.LSS, Task.RSS),
    }
    paragraphs = []
    for heading, tasks in headings.items():
        parts = []
        for level, own in codes.items():
            clauses = write_clauses(rng, {task: own[task] for task in tasks if task in own}, Form.NOUN_PHRASE)
            parts += [f"{begin(clause)} at {name_level(level, pattern)}." for clause in clauses]
        if parts:
            paragraphs.append(f"{heading}: {' '.join(parts)}")
    return paragraphs


WRITERS: dict[Style, Callable[[np.random.Generator, LevelCodes, str], list[str]]] = {
    Style.LEVELS: write_levels,
    Style.NARRATIVE: write_narrative,
    Style.SENTENCES: write_sentences,
    Style.TELEGRAPHIC: write_telegraphic,
    Style.IMPRESSION: write_levels,
    Style.REMAINING: write_remaining,
    Style.STRUCTURES: write_structures,
}


def write_summary(rng: np.random.Generator, codes: LevelCodes, pattern: str) -> list[str]:
    """The worst of the findings once more, in other words of the same grade; three at most."""
    lines = []
    for level, own in codes.items():
        name = name_level(level, pattern)
        for task, structure, side in ((Task.SCS, CANAL, ""), (Task.LFS, FORAMEN, "left"), (Task.RFS, FORAMEN, "right")):
            if own.get(task) in ("2", "3", "2-3"):
                clause = write_clause(rng, structure, side, own[task], Form.NOUN_PHRASE)
                lines.append(f"{begin(clause)} at {name}.")
    return lines[-3:] or [pick(rng, words.NO_SUMMARY)]
