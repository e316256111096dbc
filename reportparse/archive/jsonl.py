"""JSON archives of one object per report: lines of them, or one array."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from reportparse.archive.columns import Columns, find_columns
from reportparse.archive.json_stream import stream_items
from reportparse.archive.lines import Lines
from reportparse.archive.record import FileFault, RECODED_REMARK, Record, refuse, to_record

OBJECTS_LOOKED_AT = 100
"""Columns are the keys of the first objects; one of them may leave out a key that is null."""

Item = tuple[object, tuple[str, ...]]


def read_jsonl(path: Path, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The records of a .jsonl file, one per line that is not blank."""
    return _to_records(json_lines(path), text_column, id_column)


def read_json_array(path: Path, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The records of a .json file that holds one array of objects."""
    return _to_records(((item, ()) for item in stream_items(path)), text_column, id_column)


def json_lines(path: Path) -> Iterator[Item]:
    """What each line holds, with remarks; None for a line that is not JSON."""
    lines = Lines(path)
    recoded = 0
    for line in lines:
        remarks = (RECODED_REMARK,) if lines.recoded > recoded else ()
        recoded = lines.recoded
        if not line.isspace():
            yield parse_json(line), remarks


def parse_json(text: str) -> object:
    """The value of a JSON text; None where it is none."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _to_records(items: Iterator[Item], text_column: str | None, id_column: str | None) -> Iterator[Record]:
    head = list(islice(items, OBJECTS_LOOKED_AT))
    names = _keys(item for item, _ in head)
    if not names:
        raise FileFault("no JSON object at the beginning of the file; expected one object per report")
    yield from _by_column(chain(head, items), names, find_columns(names, text_column, id_column))


def _by_column(items: Iterable[Item], names: list[str], columns: Columns) -> Iterator[Record]:
    id_name, text_name = names[columns.study_id], names[columns.text]
    for number, (item, remarks) in enumerate(items, 1):
        if isinstance(item, dict):
            yield to_record(number, item.get(id_name), item.get(text_name), remarks)
        else:
            yield refuse(number, "", "not a JSON object, or cut off")


def _keys(items: Iterable[object]) -> list[str]:
    return list(dict.fromkeys(str(key) for item in items if isinstance(item, dict) for key in item))
