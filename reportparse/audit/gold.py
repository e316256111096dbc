"""What the labels are held against: gold JSON lines as in docs/labels.md, or a second label table."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.audit.slots import encode_label, OPEN, SILENT, Slots, to_slots
from reportparse.label_table import COLUMNS, read_label_table

GOLD_CODES: dict[str, int] = {
    "0": encode_label(0, 0, 0),
    "1": encode_label(1, 1, 1),
    "2": encode_label(2, 2, 2),
    "3": encode_label(3, 3, 3),
    "1-2": encode_label(1, 2, 2),
    "2-3": encode_label(2, 3, 3),
    "P": encode_label(1, 3, None),
    "0-1u": encode_label(0, 1, None),
    "0-2u": encode_label(0, 2, None),
    "0-3u": encode_label(0, 3, None),
    "2-3u": encode_label(2, 3, None),
    "?": OPEN,
}
"""The label that each code of a gold file stands for."""

_OWN_FIELDS = ("id", "text", "labels")


class GoldError(ValueError):
    """A gold file that is not one; the message names the line and never quotes the report."""


@dataclass(frozen=True)
class Gold:
    """The gold labels; the report texts where the file has them; every other field of a study, for strata.

    table: the label table the gold came as, None for JSON lines.
    """

    slots: Slots
    texts: Mapping[str, str]
    fields: pd.DataFrame
    table: pd.DataFrame | None = None


def read_gold(path: Path) -> Gold:
    """The gold of a ``.jsonl`` file, or of a label table (its open rows are not scored)."""
    if path.suffix in (".jsonl", ".ndjson", ".json"):
        try:
            return parse_gold(path.read_text(encoding="utf-8-sig").split("\n"))
        except UnicodeDecodeError as error:
            raise GoldError(f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    return to_gold(read_label_table(path))


def to_gold(table: pd.DataFrame) -> Gold:
    """A checked label table taken as gold; its columns beyond the schema are the fields of its studies."""
    fields = table.drop_duplicates("study_id").set_index("study_id")
    fields = fields.drop(columns=[c for c in COLUMNS if c in fields.columns])
    return Gold(to_slots(table), {}, fields, table)


def parse_gold(lines: Iterable[str]) -> Gold:
    """The gold of JSON lines ``{"id", "text", "labels": {level: {task: code}}, ...}``; blank lines are skipped."""
    records: dict[str, dict[str, object]] = {}
    values = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            record = _parse_record(line, number)
            if (study_id := str(record["id"])) in records:
                raise GoldError(f"line {number}: id {study_id!r} a second time; expected one line for each report")
            records[study_id] = record
            values.append(_parse_labels(record["labels"], number))
    shape = (len(values), len(LEVELS), len(TASKS))
    slots = Slots(tuple(records), np.array(values, np.int64).reshape(shape), np.full(shape, -1, np.int64))
    texts = {i: r["text"] for i, r in records.items() if isinstance(r.get("text"), str)}
    return Gold(slots, texts, _to_fields(records))  # type: ignore[arg-type]


def _to_fields(records: Mapping[str, dict[str, object]]) -> pd.DataFrame:
    rows = [
        {k: v for k, v in r.items() if k not in _OWN_FIELDS and not isinstance(v, dict | list)}
        for r in records.values()
    ]
    return pd.DataFrame(rows, index=pd.Index(list(records), name="study_id", dtype="object"))


def _parse_record(line: str, number: int) -> dict[str, object]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise GoldError(f"line {number} is not JSON: {error.msg} at column {error.colno}") from None
    if not isinstance(record, dict) or "id" not in record or not isinstance(record.get("labels"), dict):
        raise GoldError(f'line {number}: expected an object with "id" and "labels": {{level: {{task: code}}}}')
    return record


def _parse_labels(labels: object, number: int) -> list[list[int]]:
    """The labels of one report as (level, task) lists."""
    assert isinstance(labels, dict)
    _check_known("level", labels, [str(level) for level in LEVELS], number)
    for level, tasks in labels.items():
        if not isinstance(tasks, dict):
            raise GoldError(f"line {number}: {level} holds no object; expected {{task: code}}")
        _check_known("task", tasks, [str(task) for task in TASKS], number)
        _check_known("code", tasks.values(), list(GOLD_CODES), number)
    codes = [[labels.get(level, {}).get(task) for task in TASKS] for level in LEVELS]
    return [[SILENT if code is None else GOLD_CODES[code] for code in row] for row in codes]


def _check_known(what: str, found: Iterable[object], known: list[str], number: int) -> None:
    for value in found:
        if value not in known:
            raise GoldError(f"line {number}: {what} {value!r:.20}; expected one of {', '.join(map(repr, known))}")
