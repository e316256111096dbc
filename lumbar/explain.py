"""`lumbar explain`: one report with the words that decided each label, in the terminal and as a page."""

import sys
from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--text", metavar="TEXT", help="The report itself, instead of FILE.")
@click.option("--study", metavar="ID", help="The study to take from --archive.")
@click.option(
    "--archive", type=click.Path(exists=True, path_type=Path), help="An archive of reports, as `lumbar parse` reads it."
)
@click.option(
    "--text-column", metavar="NAME", help="The archive's column of report texts, where it is not found by itself."
)
@click.option("--id-column", metavar="NAME", help="The archive's column of study ids, where it is not found by itself.")
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Also write the report as a page."
)
@click.option(
    "--lexicon",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Phrase tables to lay over the English ones.",
)
@click.option("--policy", type=_FILE, metavar="FILE", help="A TOML file of what readers differ on.")
def explain(
    file: Path | None,
    text: str | None,
    study: str | None,
    archive: Path | None,
    text_column: str | None,
    id_column: str | None,
    page: Path | None,
    lexicon: Path | None,
    policy: Path | None,
) -> None:
    """Show one report with its labels and the words that decided each of them.

    The report is a text FILE, standard input (-), --text, or a study of an archive.

    \b
    Examples:
      lumbar explain report.txt --page report.html
      lumbar explain --archive reports.csv --study 1234
      lumbar explain --text "L4-L5: moderate canal stenosis, mild left foraminal narrowing."
    """
    named = sum(source is not None for source in (file, text, study))
    if named != 1 or (study is None) != (archive is None):
        raise click.UsageError("name one report: FILE (- for standard input), --text TEXT, or --archive with --study.")
    if text is not None:
        title = "Report"
    elif file is not None:
        title, text = _read_file(file)
    else:
        assert archive is not None and study is not None
        title, text = study, _find_in_archive(archive, study, text_column, id_column)
    _show(title, text, page, lexicon, policy)


def _show(title: str, text: str, page: Path | None, lexicon: Path | None, policy: Path | None) -> None:
    from rich.console import Console

    from lexicons.load import read_lexicon
    from lumbar.pages.explain_page import to_explain_page
    from lumbar.pages.explain_terminal import print_explained
    from lumbar.pages.explained import to_explained
    from reportparse.pipeline import ReportParser
    from reportparse.policy import Policy, read_policy

    parser = ReportParser(read_lexicon(lexicon) if lexicon else None, read_policy(policy) if policy else Policy())
    explained = to_explained(title, text, parser.read(text))
    print_explained(explained, Console())
    if page is not None:
        page.write_text(to_explain_page(explained), encoding="utf-8", newline="\n")
        click.echo(f"written: {page}; it holds the report's text", err=True)


def _read_file(file: Path) -> tuple[str, str]:
    """The title and text of a text file, or of standard input for ``-``."""
    from reportparse.archive.encoding import decode
    from reportparse.archive.folder import read_text_file
    from reportparse.archive.open import find_reader

    if str(file) == "-":
        return "Report", decode(sys.stdin.buffer.read())[0]
    if find_reader(file) is not None:
        raise click.UsageError(f"{file.name} is an archive; name one report in it: --archive {file.name} --study ID.")
    record = read_text_file(file, file.stem)
    if record.text is None:
        raise click.ClickException(f"{file.name}: {record.refusal}")
    return file.stem, record.text


def _find_in_archive(archive: Path, study: str, text_column: str | None, id_column: str | None) -> str:
    """The text of a study of an archive."""
    from reportparse.archive.open import open_archive

    count = 0
    for record in open_archive(archive, text_column, id_column):
        count += 1
        if record.study_id == study:
            if record.text is None:
                raise click.ClickException(f"study {study!r} in {archive.name}, row {record.row}: {record.refusal}")
            return record.text
    raise click.ClickException(f"no study {study!r} among the {count} records of {archive.name}")
