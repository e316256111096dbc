"""`lumbar lexicon check`: the faults of phrase tables, before they are parsed with."""

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lumbar.errors import ExitCode

if TYPE_CHECKING:
    from lexicons.load import Lexicon


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
    makes it optional. An example is a sentence that means something else without its row; `||` parts several.
    docs/lexicon.md tells the rest.

    \b
    Examples:
      lumbar lexicon check
      lumbar lexicon check my_words
    """
    from lexicons.lint import find_faults
    from lexicons.load import ENGLISH, read_lexicon
    from lexicons.rows import Fault, read_lines, read_rows

    lines = list(read_lines(folder or ENGLISH))
    faults = find_faults(lines, to_reading, below=read_rows(ENGLISH) if folder else ())
    for fault in faults:
        click.echo(f"{fault.file}:{fault.line}: {fault.message}")
    rows = sum(not isinstance(line, Fault) for line in lines)
    if faults:
        click.echo(f"faults: {len(faults)}; rows: {rows}", err=True)
        raise click.exceptions.Exit(ExitCode.FAILED)
    laid_over = " laid over English" if folder else ""
    click.echo(f"no fault in {rows} rows; the hash of the lexicon{laid_over} is {read_lexicon(folder).hash}")


def to_reading(lexicon: "Lexicon") -> Callable[[str], Hashable]:
    """What a text means by a lexicon: its findings, wherever in the text they stand."""
    from reportparse.pipeline import ReportParser

    parser = ReportParser(lexicon)
    return lambda text: tuple(finding._replace(start=0, end=0) for finding in parser.parse(text))
