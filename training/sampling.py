"""Which samples make a batch: keys (epoch, row), shuffled by seed and epoch, shared out over ranks."""

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np
from torch.utils.data import DataLoader, Dataset

from training.mixture import Mixture

AS_IT_IS = -1
"""In place of an epoch's number: the sample without augmentation."""

Key = tuple[int, int]
BatchT = TypeVar("BatchT")


class Batches:
    """The (epoch, row) keys of each batch of this rank for ``epoch``, from batch ``start`` on.

    Training rows are shuffled, or drawn from their mixture, by seed and epoch, and repeated from the front until every
    batch of every rank is full: shapes never change, and all ranks take as many steps. ``per_step`` is the number of
    batches of all ranks that make one step.
    """

    def __init__(
        self, rows: Sequence[int] | Mixture, batch_size: int, per_step: int, rank: int, world: int, seed: int
    ) -> None:
        self.rows, self.batch_size, self.per_step = rows, batch_size, per_step
        self.rank, self.world, self.seed = rank, world, seed
        self.epoch = self.start = 0

    def __len__(self) -> int:
        """The batches of this rank in a whole epoch."""
        return -(-len(self.rows) // (self.batch_size * self.per_step)) * self.per_step // self.world

    def __iter__(self) -> Iterator[list[Key]]:
        rng, rows = np.random.default_rng([self.seed, self.epoch]), self.rows
        shuffled = rows.draw(rng) if isinstance(rows, Mixture) else rng.permutation(np.array(rows))
        filled = np.resize(shuffled, len(self) * self.world * self.batch_size)
        batches = filled.reshape(len(self), self.world, self.batch_size)[self.start :, self.rank]
        yield from ([(self.epoch, int(row)) for row in batch] for batch in batches)


def to_plain_batches(rows: Sequence[int], batch_size: int, rank: int, world: int) -> list[list[Key]]:
    """The keys of every ``world``-th row in order, without augmentation; the last batch may be short."""
    mine = rows[rank::world]
    starts = range(0, len(mine), batch_size)
    return [[(AS_IT_IS, int(row)) for row in mine[start : start + batch_size]] for start in starts]


def load(
    samples: Dataset[Any],
    collate: Callable[[Sequence[Any]], BatchT],
    batches: Batches | Sequence[list[Key]],
    workers: int,
) -> Iterable[BatchT]:
    """A loader of batches; ``workers`` processes read ahead, and stay from epoch to epoch.

    What is wrong with a sample is raised as it is without workers.
    """
    if not workers:
        return DataLoader(samples, batch_sampler=batches, collate_fn=collate)
    loader = DataLoader(
        _Told(samples),
        batch_sampler=batches,
        num_workers=workers,
        collate_fn=partial(_collate_told, collate),
        worker_init_fn=_leave_interrupts,
        persistent_workers=True,
    )
    return _Raising(loader)


class _Told(Dataset[Any]):
    """Samples, or the error that came instead: torch would make the worker's whole traceback its message."""

    def __init__(self, samples: Dataset[Any]) -> None:
        self.samples = samples

    def __getitem__(self, key: Any) -> Any:
        try:
            return self.samples[key]
        except ValueError as error:
            return error


def _collate_told(collate: Callable[[Sequence[Any]], Any], samples: Sequence[Any]) -> Any:
    errors = [sample for sample in samples if isinstance(sample, ValueError)]
    return errors[0] if errors else collate(samples)


def _leave_interrupts(worker: int) -> None:
    """Ctrl-C reaches every process of a terminal; only the first one answers it, and ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Raising:
    """The batches of a loader, or the first error among them."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        self.loader = loader

    def __iter__(self) -> Iterator[Any]:
        for batch in self.loader:
            if isinstance(batch, ValueError):
                raise batch
            yield batch
