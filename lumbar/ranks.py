"""Which of several processes this is, by the variables that torchrun and its like set; one process speaks for all."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import click

SECONDS_TO_SPEAK = 10.0


class Ranks(NamedTuple):
    """The number of this process among all; ``devices`` and ``nodes`` as torchrun says, None without it."""

    rank: int
    devices: int | None
    nodes: int | None


def read_ranks() -> Ranks:
    """The place of this process, from the variables of its launcher (torchrun, Fabric's own, Slurm)."""
    known = (os.environ[name] for name in ("RANK", "LOCAL_RANK", "SLURM_PROCID") if name in os.environ)
    rank = int(next(known, "0"))
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return Ranks(rank, None, None)
    world, here = int(os.environ["WORLD_SIZE"]), int(os.environ["LOCAL_WORLD_SIZE"])
    return Ranks(rank, here, world // here)


@contextmanager
def first_speaks(ranks: Ranks) -> Iterator[None]:
    """A block in which all processes meet the same errors, and only the first says them."""
    try:
        yield
    except Exception as error:
        if ranks.rank == 0:
            raise
        # A launcher ends all processes when one fails: the first must have spoken by then.
        time.sleep(SECONDS_TO_SPEAK)
        code = error.exit_code if isinstance(error, click.ClickException) else 1
        raise click.exceptions.Exit(code) from None
