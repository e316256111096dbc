"""`lumbar lexicon check`: the faults of phrase tables, before they are parsed with."""

from pathlib import Path

import click

from lumbar.errors import ExitCode


@click.group()
def lexicon() -> None:
    """The phrase tables: the words the parser knows.

    \b
    Example:
      lumbar lexicon check my_words
    """


@lexicon.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path | None) -> None:
    """Check the phrase tables of FOLDER, or the English ones, and list every fault with its file and line.

    FOLDER holds .tsv files as `lumbar parse --lexicon FOLDER` takes them, laid over the English ones. The columns
    are phrase, concept, value and example. In a phrase, `a | b` is either, `(x|y)` either word, and `?` after a word
    makes it optional.

    \b
    Examples:
      lumbar lexicon check
      lumbar lexicon check my_words
    """
    from lexicons.lint import find_faults
    from lexicons.load import ENGLISH, read_lexicon, read_rows

    rows = list(read_rows(folder or ENGLISH))
    faults = find_faults(rows)
    for fault in faults:
        click.echo(f"{fault.file}:{fault.line}: {fault.message}")
    if faults:
        click.echo(f"{len(faults)} faults in {len(rows)} rows", err=True)
        raise click.exceptions.Exit(ExitCode.FAILED)
    laid_over = " laid over English" if folder else ""
    click.echo(f"no fault in {len(rows)} rows; the hash of the lexicon{laid_over} is {read_lexicon(folder).hash}")
