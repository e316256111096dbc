"""`lumbar parse`: an archive of reports into a label table."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import click

from lexicons.load import Lexicon, read_lexicon
from lumbar.console import Progress, progress
from lumbar.errors import ExitCode
from lumbar.work import map_ordered
from reportparse.archive.batch import Batch, BATCH_CHARACTERS, BATCH_RECORDS, parse_records, Parser, to_batches
from reportparse.archive.open import open_archive
from reportparse.archive.outputs import assemble, check_paths, output_paths, read_complete, Summary, work_folder
from reportparse.archive.parts import code_digest, fingerprint, open_parts, Settings, SettingsError, to_part, write_part
from reportparse.archive.record import ColumnError, Record
from reportparse.archive.tables import to_share
from reportparse.pipeline import ReportParser
from reportparse.policy import Policy, read_policy
from reportparse.wide import NAMES, Names


@dataclass(frozen=True)
class Run:
    """What is asked of `lumbar parse`, workers apart: they change nothing of the output."""

    archive: Path
    out: Path
    text_column: str | None
    id_column: str | None
    lexicon: Lexicon
    policy: Policy
    wide: Names | None
    limit: int | None


class Done(NamedTuple):
    """A batch that was parsed: its number, how many records it has, and its part of the output."""

    number: int
    records: int
    part: bytes


@click.command()
@click.argument("archive", metavar="INPUT", type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The label table to write.")
@click.option("--text-column", help="The column of the report text, where it is not found by itself.")
@click.option("--id-column", help="The column of the study id; also an HL7 field (OBR-18) or a DICOM keyword.")
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes; all cores where not given.")
@click.option("--ray", "ray_address", metavar="ADDRESS", help="Work on the Ray cluster there, or 'local'.")
@click.option(
    "--lexicon",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of your own phrase tables, laid over the English ones.",
)
@click.option(
    "--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A TOML file of reading choices."
)
@click.option("--wide", type=click.Choice(NAMES), help="Write also one row a study, in our names or RSNA 2024's.")
@click.option("--limit", type=click.IntRange(min=1), help="Read only the first so many reports.")
@click.option("--restart", is_flag=True, help="Begin anew: throw away unfinished work and overwrite finished output.")
def parse(
    archive: Path,
    out: Path,
    text_column: str | None,
    id_column: str | None,
    jobs: int | None,
    ray_address: str | None,
    lexicon: Path | None,
    policy: Path | None,
    wide: Names | None,
    limit: int | None,
    restart: bool,
) -> None:
    """Read an archive of reports into a label table.

    INPUT is CSV, TSV, Parquet, JSONL, XLSX, a folder of .txt, HL7 v2 ORU messages, FHIR DiagnosticReport JSON or DICOM
    SR. The table is Parquet, CSV or TSV by the ending of --out. Beside it stand NAME.json (settings and counts),
    NAME.reports.* (a row per report, also one without a label) and NAME.refused.csv (what could not be read, and why).

    Stop it at any time: the same command goes on from there. The output is the same for any number of workers.

    \b
    Example:
      lumbar parse reports.csv --out labels.parquet --text-column report_text --jobs 8
    """
    chosen = read_policy(policy) if policy else Policy()
    run = Run(archive, out, text_column, id_column, read_lexicon(lexicon), chosen, wide, limit)
    try:
        summary = parse_archive(run, jobs, ray_address, restart)
    except (ColumnError, SettingsError) as error:
        raise click.UsageError(str(error)) from None
    raise click.exceptions.Exit(_report(run, summary))


def parse_archive(run: Run, jobs: int | None, ray_address: str | None, restart: bool) -> Summary:
    """Parse what is not parsed yet and write the output; the sidecar, as it stands there afterwards."""
    check_paths(run.archive, run.out, run.wide)
    settings = to_settings(run)
    complete = None if restart else read_complete(run.out, settings, run.wide)
    if complete is not None:
        click.echo(f"{run.out.name} is complete: nothing to do (--restart makes it anew)")
        return complete
    records = _first_read(open_archive(run.archive, run.text_column, run.id_column))
    folder = work_folder(run.out)
    finished = open_parts(folder, settings, restart)
    if finished:
        click.echo(f"going on after {len(finished)} finished parts", err=True)
    make = partial(make_batch_parser, run.lexicon, run.policy, run.out.suffix, run.wide)
    with progress(None, "reports") as bar:
        batches = _unfinished(to_batches(islice(records, run.limit)), finished, bar)
        for done in map_ordered(make, batches, jobs, ray_address):
            write_part(folder, done.number, done.part)
            bar.advance(done.records)
    return assemble(folder, run.out, settings, run.wide)


def to_settings(run: Run) -> Settings:
    """What decides the output, as plain values: the head of the sidecar, and the condition for going on with a run."""
    return {
        "output": run.out.name,
        "version": version("lumbar"),
        "parser": code_digest(),
        "lexicon": run.lexicon.hash,
        "policy": asdict(run.policy),
        "input": {"name": run.archive.name, "fingerprint": fingerprint(run.archive)},
        "text_column": run.text_column,
        "id_column": run.id_column,
        "wide": run.wide,
        "limit": run.limit,
        "batch": [BATCH_RECORDS, BATCH_CHARACTERS],
    }


def make_batch_parser(lexicon: Lexicon, policy: Policy, suffix: str, wide: Names | None) -> Callable[[Batch], Done]:
    """A worker's function from a batch to its part; the parser is made once."""
    return partial(parse_batch, ReportParser(lexicon, policy), suffix, wide)


def parse_batch(parser: Parser, suffix: str, wide: Names | None, batch: Batch) -> Done:
    """A batch's part of the output."""
    share = to_share(list(parse_records(parser, batch.records)), suffix, wide)
    return Done(batch.number, len(batch.records), to_part(share))


def _first_read(records: Iterator[Record]) -> Iterator[Record]:
    """The same records, the first of them read now, so that a wrong column is found before anything is written."""
    first = list(islice(records, 1))
    return (record for group in (first, records) for record in group)


def _unfinished(batches: Iterator[Batch], finished: set[int], bar: Progress) -> Iterator[Batch]:
    for batch in batches:
        if batch.number in finished:
            bar.advance(len(batch.records))
        else:
            yield batch


def _report(run: Run, summary: dict[str, Any]) -> ExitCode:
    """Say on stdout what was done, and how the command is to exit."""
    counts = summary["counts"]
    click.echo(
        f"{run.out.name}: {counts.get('findings', 0)} labels from {counts.get('reports_with_findings', 0)} of "
        f"{counts.get('reports', 0)} reports"
    )
    if not counts.get("refused"):
        return ExitCode.DONE
    click.echo(f"{counts['refused']} refused: {output_paths(run.out, run.wide)[2].name} says which and why", err=True)
    return ExitCode.REFUSED
