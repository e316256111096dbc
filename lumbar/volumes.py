"""`lumbar volumes`: from MRI studies to disc volumes, a subcommand a step."""

import click

from lumbar.lazy import LazyGroup, Subcommand

SUBCOMMANDS: tuple[Subcommand, ...] = (
    Subcommand("inspect", "lumbar.volumes_inspect", "Tell what is in studies: what would be used, what not and why."),
    Subcommand("build", "lumbar.volumes_build", "Cut the disc volumes of studies into a store."),
    Subcommand("preview", "lumbar.volumes_preview", "Draw what was located and cut, to be checked by eye."),
)


@click.command(cls=LazyGroup, subcommands=SUBCOMMANDS)
def volumes() -> None:
    """Inspect MRI studies, cut disc volumes out of them, look at the result.

    \b
    Example:
      lumbar volumes inspect studies/
    """
