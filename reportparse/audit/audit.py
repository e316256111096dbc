"""The story of the audit, in order: gold and labels to figures with intervals and a list of wrong slots."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.audit.coverage import cover_reports, COVERAGE_FACTS, known_facts
from reportparse.audit.gold import Gold
from reportparse.audit.metrics import Estimate
from reportparse.audit.scores import (
    GradeScore,
    GroupScore,
    RuleScore,
    score_flag,
    score_grades,
    score_group,
    score_rules,
    score_whole,
)
from reportparse.audit.slots import close_open_slots, IntArray, OPEN, Slots, to_slots
from reportparse.audit.tally import code_reports, Tally, tally_reports, tally_resamples
from reportparse.audit.wrong_slots import list_wrong_slots, WrongSlot

N_FLAGS = 1 + 2 * len(COVERAGE_FACTS)
"""Facts tallied of each report: every slot right, the coverage of the labels, the coverage of the gold."""


@dataclass(frozen=True)
class Audit:
    """Everything the audit found.

    n_reports: reports in the denominator, those of the gold. whole: all slots together; tasks, levels, cells (a level
    and a task) and strata: the same figures of a part; whole and strata also have ``reports_exact``.
    coverage, gold_coverage: shares of the reports, by the names of COVERAGE_FACTS, those that can be known.
    """

    n_reports: int
    n_resamples: int
    whole: GroupScore
    tasks: tuple[GroupScore, ...]
    levels: tuple[GroupScore, ...]
    cells: tuple[GroupScore, ...]
    strata: tuple[GroupScore, ...]
    grades: tuple[GradeScore, ...]
    rules: tuple[RuleScore, ...]
    coverage: dict[str, Estimate]
    gold_coverage: dict[str, Estimate]
    wrong: tuple[WrongSlot, ...]
    notes: tuple[str, ...]


class _Coded(NamedTuple):
    """The reports as rows of codes (study, code), and the rules whose codes are among them."""

    codes: IntArray
    rules: tuple[str, ...]


def audit(
    gold: Gold,
    table: pd.DataFrame,
    generator: np.random.Generator,
    resamples: int = 1000,
    strata: Sequence[str] | None = None,
) -> Audit:
    """The audit of a checked label table against gold.

    ``strata`` names the stratum of each gold study, in the gold's order. Intervals are 95 % percentile bootstrap
    intervals over ``resamples`` draws of whole reports; with 0 there are none (NaN).
    """
    predicted = to_slots(table, gold.slots.studies)
    coded = _code_reports(gold, predicted, table)
    point, drawn = _tally(coded, generator, resamples)
    fact = {fact.name: i for i, fact in enumerate(COVERAGE_FACTS)}
    return Audit(
        n_reports=len(gold.slots.studies),
        n_resamples=resamples,
        whole=score_whole("all", point, drawn),
        tasks=tuple(
            score_group(task, point.confusion[:, i].sum(0), drawn.confusion[:, :, i].sum(1))
            for i, task in enumerate(TASKS)
        ),
        levels=tuple(
            score_group(level, point.confusion[i].sum(0), drawn.confusion[:, i].sum(1))
            for i, level in enumerate(LEVELS)
        ),
        cells=tuple(
            score_group(f"{level} {task}", point.confusion[i, j], drawn.confusion[:, i, j])
            for i, level in enumerate(LEVELS)
            for j, task in enumerate(TASKS)
        ),
        strata=_score_strata(coded, strata, generator, resamples),
        grades=score_grades(point.confusion.sum((0, 1)), drawn.confusion.sum((1, 2))),
        rules=score_rules(coded.rules, point.rules, drawn.rules),
        coverage={name: score_flag(1 + fact[name], point, drawn) for name in known_facts(table)},
        gold_coverage={name: score_flag(1 + len(fact) + fact[name], point, drawn) for name in known_facts(gold.table)},
        wrong=tuple(list_wrong_slots(gold.slots, gold.table, predicted, table)),
        notes=tuple(_note_strangers(gold.slots, predicted, table)),
    )


def _code_reports(gold: Gold, predicted: Slots, table: pd.DataFrame) -> _Coded:
    wanted, given = gold.slots.values, close_open_slots(predicted.values)
    of_row, names = pd.factorize(table["rule"] if "rule" in table.columns else pd.Series([pd.NA] * len(table)))
    rules = np.where(given >= 0, np.append(of_row, -1)[predicted.rows], -1)
    exact = ((wanted == OPEN) | (wanted == given)).all(axis=(1, 2))
    flags = np.column_stack([exact, cover_reports(predicted, table), cover_reports(gold.slots, gold.table)])
    codes = code_reports(wanted, given, rules, len(names), flags)
    return _Coded(codes, tuple(str(name) for name in names))


def _tally(coded: _Coded, generator: np.random.Generator, resamples: int) -> tuple[Tally, Tally]:
    """The counts of the reports and of their resamples."""
    n_rules = len(coded.rules)
    return (
        tally_reports(coded.codes, n_rules, N_FLAGS),
        tally_resamples(coded.codes, n_rules, N_FLAGS, resamples, generator),
    )


def _score_strata(
    coded: _Coded, strata: Sequence[str] | None, generator: np.random.Generator, resamples: int
) -> tuple[GroupScore, ...]:
    """The figures of each stratum, from its own reports and draws of them, by name in order."""
    if strata is None:
        return ()
    of_report = np.asarray(strata, dtype=object)
    return tuple(
        score_whole(name, *_tally(coded._replace(codes=coded.codes[of_report == name]), generator, resamples))
        for name in sorted(set(strata))
    )


def _note_strangers(gold: Slots, predicted: Slots, table: pd.DataFrame) -> list[str]:
    """What of the one file has no counterpart in the other; the figures are over the gold's studies alone."""
    notes = []
    strangers = sorted(set(table["study_id"].dropna()) - set(gold.studies))
    if strangers:
        notes.append(f"Studies of the label table that are not in the gold, left out: {_first(strangers)}.")
    unread = [study for study, rows in zip(gold.studies, predicted.rows, strict=True) if (rows < 0).all()]
    if unread:
        notes.append(f"Gold studies with no row in the label table, counted as silent: {_first(unread)}.")
    if "rule" not in table.columns:
        notes.append("The label table has no column rule, so there is no precision of each rule.")
    if "scope" not in table.columns:
        notes.append("The label table has no column scope, so levels described explicitly cannot be told from others.")
    return notes


def _first(studies: list[str]) -> str:
    return f"{len(studies)} ({', '.join(studies[:3])}{', …' if len(studies) > 3 else ''})"
