"""What the processes of a run must have in common: each reads its own files, and on several nodes they may differ."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
import torch
from lightning_fabric import Fabric

from training.run_folder import RunError
from training.run_record import RecordError


class SharedError(RunError):
    """What every process of a run meets at once: one of them may speak for all."""


def check_same_data(fabric: Fabric, describe: Callable[[], Iterable[pd.DataFrame]]) -> None:
    """SharedError where the processes do not all give the same tables, of discs or slices, labels and parts."""
    if fabric.world_size == 1:
        return
    checksum = 0
    for table in describe():
        checksum = zlib.crc32(table.to_csv(index=False).encode(), checksum)
    every = _gather(fabric, [checksum])
    differing = [rank for rank, each in enumerate(every) if each != every[0]]
    if differing:
        raise SharedError(
            f"process {differing[0]} has other discs, labels or parts than the first: "
            "labels, patients and volumes must be the same on all nodes"
        )


def check_same_place(fabric: Fabric, epoch: int, step: int) -> None:
    """SharedError where the processes would not begin at the same step, each by the run folder that it sees."""
    every = _gather(fabric, [epoch, step])
    for rank, (own_epoch, own_step) in enumerate(every):
        if [own_epoch, own_step] != every[0]:
            raise SharedError(
                f"process {rank} would begin after step {own_step} of epoch {own_epoch + 1}, the first after step "
                f"{every[0][1]} of epoch {every[0][0] + 1}: the run folder must be one that all nodes share"
            )


@contextmanager
def together(fabric: Fabric) -> Iterator[None]:
    """A block that ends in all processes or in none: its error is a SharedError where each of several met one."""
    if fabric.world_size == 1:
        yield
        return
    error = None
    try:
        yield
    except (RunError, RecordError) as raised:
        error = raised
    failed = [bool(each) for (each,) in _gather(fabric, [error is not None])]
    if all(failed):
        raise SharedError(str(error)) from None
    if error is not None:
        raise error
    if any(failed):
        raise SharedError(f"process {failed.index(True)} could not begin: it says why itself")


def _gather(fabric: Fabric, numbers: Sequence[int]) -> list[list[int]]:
    """The numbers of each process."""
    gathered = fabric.all_gather(torch.tensor(numbers, dtype=torch.int64, device=fabric.device))
    assert isinstance(gathered, torch.Tensor)
    every: list[list[int]] = gathered.reshape(fabric.world_size, -1).tolist()
    return every
