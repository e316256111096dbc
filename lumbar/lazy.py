"""A click group over a table of subcommands, each imported only when it is called."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import click


class Subcommand(NamedTuple):
    """A click command of that name in that module, and the line the group's help shows for it."""

    name: str
    module: str
    help: str


class LazyGroup(click.Group):
    """A group whose help is written from ``subcommands`` and imports none of them."""

    def __init__(self, subcommands: Sequence[Subcommand], **attributes: Any) -> None:
        super().__init__(**attributes)
        self.subcommands = tuple(subcommands)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the table's order."""
        return [subcommand.name for subcommand in self.subcommands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The click command of that name, its module imported now; None where there is none."""
        for subcommand in self.subcommands:
            if subcommand.name == cmd_name:
                command: click.Command = getattr(import_module(subcommand.module), cmd_name)
                return command
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command list of the help text."""
        with formatter.section("Commands"):
            formatter.write_dl([(subcommand.name, subcommand.help) for subcommand in self.subcommands])
