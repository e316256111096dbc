"""Which of several processes this is, by the variables that torchrun and its like set; one process speaks for all."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple, NoReturn, TYPE_CHECKING, TypeVar

import click

from lumbar.errors import ExitCode

if TYPE_CHECKING:
    from training.config import Config
    from training.localizer.config import LocalizerConfig

C = TypeVar("C", "Config", "LocalizerConfig")
SECONDS_TO_SPEAK = 10.0
OF_NODE = ("NODE_RANK", "GROUP_RANK")
"""In which the number of a node stands."""


class Ranks(NamedTuple):
    """The number of this process among all; ``devices`` and ``nodes`` as torchrun says, None without it.

    Where nothing says the number on a later node, ``rank`` is the node's: it is not the first process.
    """

    rank: int
    devices: int | None
    nodes: int | None


def read_ranks() -> Ranks:
    """The place of this process, from the variables of its launcher (torchrun, Fabric's own, Slurm)."""
    rank = _read_first("RANK")
    if rank is None:
        rank = max(_read_first("LOCAL_RANK", "SLURM_PROCID") or 0, _read_first(*OF_NODE) or 0)
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return Ranks(rank, None, None)
    world, here = int(os.environ["WORLD_SIZE"]), int(os.environ["LOCAL_WORLD_SIZE"])
    return Ranks(rank, here, world // here)


def on_ranks(config: C, ranks: Ranks) -> C:
    """The config with the devices and nodes that torchrun started processes for."""
    if ranks.devices is None or ranks.nodes is None:
        return config
    return replace(config, run=replace(config.run, devices=ranks.devices, nodes=ranks.nodes))


def _read_first(*names: str) -> int | None:
    """The first of these variables that is there."""
    return next((int(os.environ[name]) for name in names if name in os.environ), None)


def check_nodes(nodes: int) -> None:
    """UsageError where several nodes are to train, and nothing says which of them this is."""
    if nodes > 1 and _read_first("RANK", "SLURM_PROCID", *OF_NODE) is None:
        raise click.UsageError(
            f"run.nodes is {nodes}, and nothing says which node this is: "
            "start lumbar on each by torchrun or Slurm, or with NODE_RANK, MASTER_ADDR and MASTER_PORT set"
        )


@contextmanager
def first_speaks(ranks: Ranks, shared: type[Exception] = Exception) -> Iterator[None]:
    """A block in which all processes meet the same errors, those that are ``shared``, and only the first says them."""
    try:
        yield
    except shared as error:
        if ranks.rank == 0:
            raise
        # A launcher ends all processes when one fails: the first must have spoken by then.
        time.sleep(SECONDS_TO_SPEAK)
        code = error.exit_code if isinstance(error, click.ClickException) else 1
        raise click.exceptions.Exit(code) from None


def leave() -> NoReturn:
    """End this process with exit code 0, now: threads of torch's that outlive their ranks may abort a slower end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ExitCode.DONE)
