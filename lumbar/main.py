"""The `lumbar` command: a table of subcommands, each imported only when it is called."""

from importlib import import_module
from typing import NamedTuple

import click

from lumbar.errors import clean_errors


class Subcommand(NamedTuple):
    """A click command of that name in that module, and the line `lumbar --help` shows for it."""

    name: str
    module: str
    help: str


SUBCOMMANDS: tuple[Subcommand, ...] = (
    Subcommand("demo", "lumbar.demo_command", "Parse and audit the embedded archive: a first look, in seconds."),
    Subcommand("parse", "lumbar.parse", "Read an archive of reports into a label table."),
    Subcommand("explain", "lumbar.explain", "Show one report with the words that decided each label."),
    Subcommand("audit", "lumbar.audit", "Compare a label table with gold labels: metrics and a page of the misses."),
    Subcommand("lexicon", "lumbar.lexicon", "Check the phrase tables."),
    Subcommand("localize", "lumbar.localize", "Write the landmarks table that volumes are cut by."),
)


class LazyGroup(click.Group):
    """The click group over SUBCOMMANDS; help is written from the table and imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the table's order."""
        return [subcommand.name for subcommand in SUBCOMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The click command of that name, its module imported now; None where there is none."""
        for subcommand in SUBCOMMANDS:
            if subcommand.name == cmd_name:
                command: click.Command = getattr(import_module(subcommand.module), cmd_name)
                return command
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command list of the help text."""
        with formatter.section("Commands"):
            formatter.write_dl([(subcommand.name, subcommand.help) for subcommand in SUBCOMMANDS])

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; its errors become one line and an exit code."""
        with clean_errors(show_traceback=ctx.params["traceback"]):
            return super().invoke(ctx)


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 misuse, 3 done but some inputs were refused.",
)
@click.version_option(package_name="lumbar")
@click.option("--traceback", is_flag=True, help="Show where an error came from; the output may quote report text.")
def main(traceback: bool) -> None:
    """Free-text lumbar MRI reports to per-level stenosis labels, with the words that decided each of them.

    \b
    Example:
      lumbar parse reports.csv --out labels.parquet
    """
