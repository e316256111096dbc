"""`lumbar audit`: a label table against gold, as tables, as metrics.json, as a page, and as a gate."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lumbar.errors import ExitCode

if TYPE_CHECKING:
    from lumbar.pages.audit_run import Audited
    from reportparse.audit.gate import Requirement

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_GOLD_ENDINGS = (".jsonl", ".ndjson", ".json")


def _to_requirements(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> "list[Requirement]":
    from reportparse.audit.gate import parse_requirement, RequirementError

    try:
        return [parse_requirement(value) for value in values]
    except RequirementError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("labels", type=_FILE)
@click.argument("gold", type=_FILE)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write audit.html, metrics.json and wrong_slots.tsv there.",
)
@click.option(
    "--require",
    "requirements",
    multiple=True,
    metavar="METRIC=VALUE",
    callback=_to_requirements,
    help="Exit with 1 unless the metric over all slots is at least VALUE (rates of errors: at most). May be repeated.",
)
@click.option(
    "--strata", metavar="COLUMN", help="Also show the figures for each value of a field of the gold, such as source."
)
@click.option("--strata-table", type=_FILE, help="A table with study_id that has the --strata column.")
@click.option(
    "--reports",
    type=click.Path(exists=True, path_type=Path),
    metavar="ARCHIVE",
    help="The archive the labels were read from; the page shows its texts where the gold has none.",
)
@click.option(
    "--text-column", metavar="NAME", help="The archive's column of report texts, where it is not found by itself."
)
@click.option("--id-column", metavar="NAME", help="The archive's column of study ids, where it is not found by itself.")
@click.option("--no-text", is_flag=True, help="Leave the text of reports out of the page; study ids stay.")
@click.option(
    "--bootstrap",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    metavar="N",
    help="Draws for the 95 % intervals, each of whole reports; 0 for none.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the draws.")
@click.option(
    "--errors",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="Wrong slots to list in the terminal.",
)
def audit(
    labels: Path,
    gold: Path,
    out: Path | None,
    requirements: "list[Requirement]",
    strata: str | None,
    strata_table: Path | None,
    reports: Path | None,
    text_column: str | None,
    id_column: str | None,
    no_text: bool,
    bootstrap: int,
    seed: int,
    errors: int,
) -> None:
    """Hold a label table against gold: figures with intervals, and every wrong slot with its words.

    LABELS is a label table (.parquet, .csv, .tsv). GOLD is JSON lines with one labelled report each, or a second label
    table. The reports counted are those of GOLD.

    Metrics for --require: slot_f1, precision, recall, grade_accuracy, exact_agreement, kappa, spurious_per_100,
    missed_per_100, coverage, reports_exact. What each means stands on the page.

    \b
    Examples:
      lumbar audit labels.parquet gold.jsonl --out audit
      lumbar audit labels.parquet gold.jsonl --strata source --require slot_f1=0.97
      lumbar audit new.parquet old.parquet --reports reports.csv --out changes
    """
    if labels.suffix in _GOLD_ENDINGS:
        raise click.UsageError(
            f"LABELS is a label table (.parquet, .csv, .tsv), not {labels.suffix}; GOLD comes second."
        )
    if strata_table and not strata:
        raise click.UsageError("--strata-table needs --strata COLUMN, the column to use.")
    from lumbar.pages.audit_run import audit_files, AuditInputs, write_audit

    inputs = AuditInputs(labels, gold, strata, strata_table, reports, text_column, id_column, bootstrap, seed)
    audited = audit_files(inputs)
    if out is not None:
        write_audit(audited, out, with_text=not no_text)
    _print(audited, errors)
    if out is not None:
        _say_written(audited, out, no_text)
    _check_gate(audited, requirements)


def _print(audited: "Audited", n_errors: int) -> None:
    from rich.console import Console

    from lumbar.pages.audit_terminal import print_audit

    print_audit(audited.audit, audited.provenance, n_errors, Console())


def _say_written(audited: "Audited", out: Path, no_text: bool) -> None:
    click.echo(f"written: {out / 'audit.html'}, metrics.json, wrong_slots.tsv")
    n = sum(report.text is not None for report in audited.reports)
    if n and not no_text:
        click.echo("audit.html holds report text (--no-text leaves it out): keep it where the reports may be kept.")


def _check_gate(audited: "Audited", requirements: "list[Requirement]") -> None:
    from reportparse.audit.gate import describe_miss, is_met

    estimates = audited.audit.whole.estimates
    missed = [requirement for requirement in requirements if not is_met(requirement, estimates)]
    for requirement in missed:
        click.echo(describe_miss(requirement, estimates), err=True)
    if missed:
        raise click.exceptions.Exit(ExitCode.FAILED)
