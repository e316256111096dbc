"""The final files of a run, put together from its parts in bounded memory and moved into place one by one."""

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from reportparse.archive.parts import check_settings, is_begun, read_parts, Settings, SettingsError, sync, write_whole
from reportparse.archive.tables import arrow_schema, COUNTS, output_tables, SUFFIXES, Table
from reportparse.wide import Names

ROWS_IN_GROUP = 100_000

Summary = dict[str, Any]
"""The sidecar: the settings, ``counts`` and ``remarks``."""


def output_paths(out: Path, wide: Names | None) -> list[Path]:
    """All files that a run writes: the tables, and last the sidecar, whose presence says that the run is complete."""
    tables = output_tables(out.suffix, wide)
    return [*(_path(out, table) for table in tables), out.with_suffix(".json")]


def work_folder(out: Path) -> Path:
    """The hidden folder beside the output where parts are kept until all are there."""
    return out.with_name(f".{out.name}.parts")


def read_complete(out: Path, settings: Settings, wide: Names | None) -> Summary | None:
    """The sidecar of a complete run with these settings; None where there is no output yet, or a run to go on with.

    SettingsError where there is output of other settings, or of another program.
    """
    summary = _read_sidecar(out)
    if all(path.exists() for path in output_paths(out, wide)) and summary.items() >= settings.items():
        return summary
    if not out.exists() or is_begun(work_folder(out)):
        return None
    if summary.get("output") != out.name:
        raise SettingsError(f"{out.name} is there already, and was not finished by lumbar; --restart overwrites it")
    check_settings(summary, settings, "the finished run")
    return None


def _read_sidecar(out: Path) -> Summary:
    try:
        summary = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return summary if isinstance(summary, dict) else {}


def assemble(folder: Path, out: Path, settings: Settings, wide: Names | None) -> Summary:
    """Write the tables and the sidecar from the parts in a work folder, remove the folder, and give the sidecar.

    The sidecar comes last and the parts stay until then, so a kill at any time is gone on with.
    """
    tables = output_tables(out.suffix, wide)
    counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    remarks: Counter[str] = Counter()
    with ExitStack() as stack:
        writers = {t.addition: stack.enter_context(_writer(folder / f"final{t.addition}", t)) for t in tables}
        for share in read_parts(folder):
            counts.update(share.counts)
            remarks.update(share.remarks)
            for addition, writer in writers.items():
                writer.write(share.contents[addition])
    summary: Summary = settings | {"counts": dict(sorted(counts.items())), "remarks": dict(sorted(remarks.items()))}
    out.with_suffix(".json").unlink(missing_ok=True)
    for table in reversed(tables):
        sync(folder / f"final{table.addition}")
        (folder / f"final{table.addition}").replace(_path(out, table))
    write_whole(out.with_suffix(".json"), (json.dumps(summary, indent=2) + "\n").encode("utf-8"))
    shutil.rmtree(folder)
    return summary


def _path(out: Path, table: Table) -> Path:
    return out.with_name(f"{out.stem}{table.addition}{table.suffix}")


class _Writer(Protocol):
    def write(self, content: bytes) -> object: ...

    def __enter__(self) -> "_Writer": ...

    def __exit__(self, *error: object) -> None: ...


def _writer(path: Path, table: Table) -> _Writer:
    return _ParquetFile(path, table.columns) if table.suffix == ".parquet" else _TextFile(path, table)


class _TextFile:
    """A CSV or TSV file: the header, then contents as they come."""

    def __init__(self, path: Path, table: Table) -> None:
        self._file = path.open("wb")
        header = io.StringIO(newline="")
        delimiter = "\t" if table.suffix == ".tsv" else ","
        csv.writer(header, delimiter=delimiter, lineterminator="\n").writerow(table.columns)
        self.write(header.getvalue().encode("utf-8"))

    def write(self, content: bytes) -> None:
        self._file.write(content)

    def __enter__(self) -> "_TextFile":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


class _ParquetFile:
    """A Parquet file with row groups of about ROWS_IN_GROUP rows, from Arrow streams."""

    def __init__(self, path: Path, columns: dict[str, str]) -> None:
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        self._writer = pq.ParquetWriter(path, arrow_schema(columns), compression="zstd")
        self._waiting: list[Any] = []
        self._rows = 0

    def write(self, content: bytes) -> None:
        import pyarrow as pa

        table = pa.ipc.open_stream(content).read_all()
        if table.num_rows:
            self._waiting.append(table)
            self._rows += table.num_rows
        if self._rows >= ROWS_IN_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting), row_group_size=2 * ROWS_IN_GROUP)
        self._waiting, self._rows = [], 0

    def __enter__(self) -> "_ParquetFile":
        return self

    def __exit__(self, *error: object) -> None:
        self._flush()
        self._writer.close()


def check_paths(archive: Path, out: Path, wide: Names | None) -> None:
    """ArchiveError where an output would be written over the input, into it, or has no known ending."""
    if out.suffix not in SUFFIXES:
        raise ArchivePathError(f"--out ends in {out.suffix or 'nothing'}; expected {', '.join(SUFFIXES)}")
    if not out.parent.is_dir():
        raise ArchivePathError(f"the folder of --out does not exist: {out.parent.name}")
    paths: Sequence[Path] = [path.resolve() for path in output_paths(out, wide)]
    source = archive.resolve()
    clash = next((path for path in paths if path == source or (archive.is_dir() and source in path.parents)), None)
    if clash is not None:
        raise ArchivePathError(f"{clash.name} would be written over or into the archive; name another --out")


class ArchivePathError(SettingsError):
    """An output path that cannot be used."""
