"""A free-text lumbar MRI report for a study whose grades are known, with the truth of what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lexicons.vocabulary import Grade, LEVELS
from lumbar.phantom_reports import words
from lumbar.phantom_reports.clauses import pick
from lumbar.phantom_reports.statements import draw_statements, MAIN_TASKS, SayingRates, Slot, speak_of_main_tasks
from lumbar.phantom_reports.styles import LevelCodes, Style, write_summary, WRITERS


@dataclass(frozen=True)
class ReportSettings:
    """What reports are drawn from: one of the ``styles``, each as likely, and how often a slot is vague or left out."""

    styles: tuple[Style, ...] = tuple(Style)
    rates: SayingRates = field(default_factory=SayingRates)


@dataclass(frozen=True)
class WrittenReport:
    """A report. ``said``: the gold code of every slot it speaks of (`docs/labels.md`)."""

    text: str
    style: Style
    said: Mapping[Slot, str]


def write_report(
    rng: np.random.Generator, grades: Mapping[Slot, Grade], settings: ReportSettings = ReportSettings()
) -> WrittenReport:
    """A report about a study of these grades; equal generators give equal reports.

    A slot that ``grades`` lacks is not spoken of. What is said may be vague, but leaves the true grade possible.
    """
    style = settings.styles[int(rng.integers(len(settings.styles)))]
    said = draw_statements(rng, grades, settings.rates)
    if style is Style.REMAINING:
        said = _say_the_rest(speak_of_main_tasks(rng, said, grades, settings.rates))
    codes = to_level_codes(said)
    pattern = pick(rng, words.LEVEL_NAMES)
    body, summary = WRITERS[style](rng, codes, pattern), write_summary(rng, codes, pattern)
    if style is Style.IMPRESSION:
        body, summary = [pick(rng, words.SUMMARISED)], body
    return WrittenReport(_lay_out(rng, body, summary), style, said)


def _say_the_rest(said: Mapping[Slot, str]) -> dict[Slot, str]:
    """The same with canal and foramina of every level not spoken of as normal: the sentence on the rest says it."""
    silent = [level for level in LEVELS if not any(slot[0] == level for slot in said)]
    return {**said, **{(level, task): "0" for level in silent for task in MAIN_TASKS}}


def to_level_codes(said: Mapping[Slot, str]) -> LevelCodes:
    """What is said by level, head to foot, then by task; silent levels are left out."""
    by_level = {level: {task: code for (lvl, task), code in said.items() if lvl == level} for level in LEVELS}
    return {level: own for level, own in by_level.items() if own}


def _lay_out(rng: np.random.Generator, body: Sequence[str], summary: Sequence[str]) -> str:
    head = [
        pick(rng, words.TITLES),
        f"HISTORY: {pick(rng, words.HISTORIES)}",
        f"TECHNIQUE: {pick(rng, words.TECHNIQUES)}",
        f"COMPARISON: {pick(rng, words.COMPARISONS)}",
    ]
    general = " ".join(rng.permutation(words.GENERAL)[: rng.integers(2, 5)].tolist())
    break_ = pick(rng, ("\n", "\n\n"))
    numbered = [f"{number}. {line}" for number, line in enumerate(summary, 1)] if rng.random() < 0.6 else list(summary)
    findings = break_.join([pick(rng, words.FINDINGS_HEADINGS), general, *body])
    return "\n".join([*head, "", findings, "", pick(rng, words.IMPRESSION_HEADINGS), *numbered])
