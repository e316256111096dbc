"""The list of wrong slots: what the gold says, what the labels say, and which words they were read from."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from lexicons.vocabulary import Level, LEVELS, Task, TASKS
from reportparse.audit.slots import close_open_slots, describe_label, NO_GRADE, OPEN, SILENT, Slots, to_categories
from reportparse.evidence import Span


class Kind(StrEnum):
    """How a slot is wrong.

    MISSED: the gold has a label, the labels none. SPURIOUS: the reverse. GRADE: two different grades. RANGE: the
    same grade or none on one side, but another range.
    """

    MISSED = "missed"
    SPURIOUS = "spurious"
    GRADE = "wrong grade"
    RANGE = "wrong range"


class WrongSlot(NamedTuple):
    """One wrong slot. ``gold`` and ``labelled`` are labels in words; ``rule`` is empty where nothing fired.

    ``span`` and ``gold_span`` are the deciding words' offsets in the report text, None where the table gives none.
    """

    study_id: str
    level: Level
    task: Task
    kind: Kind
    gold: str
    labelled: str
    rule: str
    conflict: bool
    span: Span | None
    gold_span: Span | None


def list_wrong_slots(
    gold: Slots, gold_table: pd.DataFrame | None, predicted: Slots, table: pd.DataFrame
) -> list[WrongSlot]:
    """Every scored slot where the two differ, by study, level and task in order."""
    closed = close_open_slots(predicted.values)
    wrong = (gold.values != OPEN) & (gold.values != closed)
    found = []
    for study, level, task in np.argwhere(wrong):
        at = (study, level, task)
        row = int(predicted.rows[at])
        found.append(
            WrongSlot(
                gold.studies[study],
                LEVELS[level],
                TASKS[task],
                _to_kind(int(gold.values[at]), int(closed[at])),
                describe_label(int(gold.values[at])),
                describe_label(int(predicted.values[at])),
                _to_rule(table, row),
                _is_conflict(table, row),
                row_span(table, row),
                row_span(gold_table, int(gold.rows[at])),
            )
        )
    return found


def row_span(table: pd.DataFrame | None, row: int) -> Span | None:
    """The evidence of a row of a label table, None where there is no such row or it has no offsets."""
    if table is None or row < 0 or not {"start", "end"} <= set(table.columns):
        return None
    start, end = table["start"].iloc[row], table["end"].iloc[row]
    return None if pd.isna(start) or pd.isna(end) else Span(int(start), int(end))


def _to_kind(gold: int, labelled: int) -> Kind:
    if labelled == SILENT:
        return Kind.MISSED
    if gold == SILENT:
        return Kind.SPURIOUS
    graded = to_categories(np.array([gold, labelled]))
    return Kind.GRADE if graded.max() < NO_GRADE and graded[0] != graded[1] else Kind.RANGE


def _to_rule(table: pd.DataFrame, row: int) -> str:
    rule = table["rule"].iloc[row] if row >= 0 and "rule" in table.columns else None
    return "" if rule is None or pd.isna(rule) else str(rule)


def _is_conflict(table: pd.DataFrame, row: int) -> bool:
    value = table["conflict"].iloc[row] if row >= 0 and "conflict" in table.columns else None
    return value is not None and not pd.isna(value) and bool(value)


def list_evidence(table: pd.DataFrame, studies: Collection[str]) -> dict[str, list[Span]]:
    """The evidence of every label of some studies, by study."""
    spans: dict[str, list[Span]] = {}
    if not {"start", "end"} <= set(table.columns):
        return spans
    rows = table.loc[table["study_id"].isin(list(studies)), ["study_id", "start", "end"]].dropna()
    for study_id, start, end in rows.itertuples(index=False):
        spans.setdefault(str(study_id), []).append(Span(int(start), int(end)))
    return spans


def to_wrong_table(wrong: Iterable[WrongSlot]) -> pd.DataFrame:
    """The wrong slots as a table, without report text: ``wrong_slots.tsv``."""
    columns = ["study_id", "level", "task", "kind", "gold", "labelled", "rule", "conflict", "start", "end"]
    rows = [(*slot[:8], *(slot.span or (None, None))) for slot in wrong]
    return pd.DataFrame(rows, columns=columns).astype({"start": "Int64", "end": "Int64"})
