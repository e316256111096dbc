"""`lumbar demo`: what `lumbar parse` and `lumbar audit` do, on the forty reports that come with the package."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lumbar.pages.audit_run import Audited


@click.command()
@click.option(
    "--out",
    default=Path("demo"),
    show_default=True,
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write the label table and the audit; files of an earlier demo there are overwritten.",
)
def demo(out: Path) -> None:
    """Parse forty embedded reports and audit the labels against gold: a first look, in seconds.

    The reports and their gold were written for this project and hold no patient's words.

    \b
    Example:
      lumbar demo --out demo
    """
    from lumbar.pages.audit_run import audit_files, AuditInputs, write_audit

    out.mkdir(parents=True, exist_ok=True)
    labels = out / "labels.csv"
    with as_file(files("lumbar") / "demo") as data:
        summary = _parse(data / "reports.csv", labels)
        audited = audit_files(AuditInputs(labels, data / "gold.jsonl"))
    write_audit(audited, out)
    _say_done(out, labels, summary, audited)


def _parse(archive: Path, labels: Path) -> dict[str, Any]:
    """The label table of the embedded archive, by the English lexicon and the default policy; the counts."""
    from lexicons.load import read_lexicon
    from lumbar.parse import parse_archive, Run
    from reportparse.policy import Policy

    run = Run(archive, labels, None, None, read_lexicon(), Policy(), None, None)
    counts: dict[str, Any] = parse_archive(run, jobs=1, ray_address=None, restart=True)["counts"]
    return counts


def _say_done(out: Path, labels: Path, counts: dict[str, Any], audited: "Audited") -> None:
    from lumbar.pages.numbers import format_interval, format_value, HEADLINES, is_per_100, TITLES

    click.echo(f"{counts['findings']} labels from {counts['reports_with_findings']} of {counts['reports']} reports")
    click.echo(f"{counts['refused']} more refused: {labels.stem}.refused.csv says why\n")
    click.echo(f"  label table  {labels}")
    click.echo(f"  figures      {out / 'metrics.json'}")
    click.echo(f"  audit page   {out / 'audit.html'}\n")
    for name in HEADLINES:
        figure, per_100 = audited.audit.whole.estimates[name], is_per_100(name)
        click.echo(f"  {TITLES[name]:<17}{format_value(figure, per_100):>6}  {format_interval(figure, per_100)}")
    click.echo("\nWritten for this project: a self-test, which does not say how well your own reports are read.")
