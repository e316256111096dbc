"""A volume store as it is made: its head, then its studies, then its index, put together from the studies' files."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from imaging.refusal import Refusal
from imaging.refusal_table import to_refusal_csv
from imaging.store.head import check_same, read_head, Settings, to_head
from imaging.store.schema import HEAD, INDEX, INDEX_SCHEMA, REFUSED, RUNS, StoreError, STUDIES, SUMMARY, to_file
from imaging.store.study_file import read_record, Row, StudyRecord
from imaging.store.whole_file import remove_leftovers, write_whole
from lexicons.vocabulary import LEVELS, View

Summary = dict[str, Any]
"""Counts of a finished store, as plain JSON values."""

_FINISHED = ".finished"


def open_for_writing(store: Path, settings: Settings, restart: bool = False) -> None:
    """Make a store's folder and head, or make sure that what is there was made with the same settings.

    What killed writers left is removed. StoreError where the folder holds something else, or where the settings
    differ, which it names, unless no study is in the store yet; ``restart`` throws away what a store holds, and nothing
    that is not a store's.
    """
    store.mkdir(parents=True, exist_ok=True)
    head = store / HEAD
    if not head.exists() and any(path for path in store.iterdir() if not path.name.endswith(".tmp")):
        raise StoreError(f"the folder holds files but no {HEAD}: it is no volume store; name a new or empty folder")
    if head.exists():
        read_head(store, any_version=restart)
    if restart:
        _empty(store)
    if not head.exists() or not _study_files(store):
        write_whole(head, [json.dumps(to_head(settings), indent=1).encode()])
    check_same(read_head(store)["settings"], settings)
    remove_leftovers(store)


def find_study(store: Path, study_id: str) -> StudyRecord | None:
    """The record of a study that is finished in a store, else None."""
    path = store / to_file(study_id)
    return read_record(path) if path.exists() else None


def write_run(store: Path, name: str, refusals: Sequence[Refusal]) -> None:
    """Keep what a run refused before it knew of which study it is; a later run of the same name replaces it.

    ``name`` is a hash: the file is called by it. The run is not finished: see ``finish_run``.
    """
    (store / RUNS).mkdir(exist_ok=True)
    (store / RUNS / f"{name}{_FINISHED}").unlink(missing_ok=True)
    write_whole(store / RUNS / f"{name}.json", [json.dumps(refusals).encode()])


def finish_run(store: Path, name: str, state: str) -> Summary:
    """Put the index together, then mark the run as finished with its input in this state; the summary."""
    summary = write_index(store)
    write_whole(store / RUNS / f"{name}{_FINISHED}", [state.encode()])
    return summary


def read_finished(store: Path, name: str, state: str) -> Summary | None:
    """The summary of a store where a run of that name is finished and its input is still in this state, else None."""
    try:
        if (store / RUNS / f"{name}{_FINISHED}").read_text() != state or not (store / INDEX).exists():
            return None
        summary: Summary = json.loads((store / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return summary


def write_index(store: Path) -> Summary:
    """Put the index, the refusals table and the summary together from all finished studies; the summary.

    The same studies give the same bytes. A writer that finishes at the same time is waited for in this way: whoever
    sees that studies came while it wrote, writes again.
    """
    while True:
        files = _study_files(store)
        summary = _write_tables(store, files)
        if _study_files(store) == files:
            return summary


def _write_tables(store: Path, files: Sequence[Path]) -> Summary:
    records = sorted(filter(None, map(read_record, files)), key=lambda record: record.study_id)
    rows = [row for record in records for row in sorted(record.rows, key=_order)]
    refusals = [*_run_refusals(store), *(refusal for record in records for refusal in record.refusals)]
    summary = _count(records, rows, refusals)
    write_whole(store / INDEX, [_to_parquet(rows)])
    write_whole(store / REFUSED, [to_refusal_csv(refusals)])
    write_whole(store / SUMMARY, [json.dumps(summary, indent=1).encode()])
    return summary


def _study_files(store: Path) -> list[Path]:
    return sorted((store / STUDIES).glob("??/*.u16"))


def _run_refusals(store: Path) -> Iterator[Refusal]:
    for path in sorted((store / RUNS).glob("*.json")):
        yield from (Refusal(*refusal) for refusal in json.loads(path.read_text(encoding="utf-8")))


def _order(row: Row) -> tuple[int, int, int]:
    return list(LEVELS).index(row["level"]), list(View).index(row["view"]), row["crop"]


def _count(records: Sequence[StudyRecord], rows: Sequence[Row], refusals: Sequence[Refusal]) -> Summary:
    discs = {(row["study_id"], row["level"]) for row in rows}
    voxels = sum(row["shape"][0] * row["shape"][1] * row["shape"][2] for row in rows)
    return {
        "studies": sum(1 for record in records if record.rows),
        "studies_refused": sum(1 for record in records if not record.rows),
        "discs": len(discs),
        "discs_without_axial": len(discs - {(r["study_id"], r["level"]) for r in rows if r["view"] == View.AXIAL}),
        "crops": len(rows),
        "voxel_bytes": 2 * voxels,
        "refusals": len(refusals),
    }


def _to_parquet(rows: Sequence[Row]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=INDEX_SCHEMA), sink)
    return bytes(sink.getvalue())


def _empty(store: Path) -> None:
    """Remove a store's files, the head apart: cut short, it is still a store."""
    for path in [store / INDEX, store / REFUSED, store / SUMMARY, *(store / RUNS).glob("*.*"), *_study_files(store)]:
        path.unlink(missing_ok=True)
