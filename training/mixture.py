"""Several sources of samples in fixed shares of every batch, however many samples each of them has."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Mixture:
    """Rows that train, by source, and how an epoch is mixed of them.

    ``shares``: of each source, more than 0; any stretch of an epoch has them as nearly as whole rows can. ``size``:
    how many rows make an epoch. ``stride``: a row that comes again in one epoch comes as row + stride, then as row +
    2 stride: the same sample, to be varied anew.
    """

    sources: tuple[tuple[int, ...], ...]
    shares: tuple[float, ...]
    size: int
    stride: int

    def __len__(self) -> int:
        """The rows of an epoch."""
        return self.size

    def draw(self, rng: np.random.Generator) -> Rows:
        """The rows of an epoch in order: each source passes through its own, shuffled anew for each pass."""
        turns = self._to_turns()
        order = np.empty(self.size, np.intp)
        for number, rows in enumerate(self.sources):
            order[turns == number] = self._draw_passes(rng, rows, int((turns == number).sum()))
        return order

    def _to_turns(self) -> Rows:
        """Whose turn it is at each place of an epoch: that of the source that is furthest behind its share."""
        wanted = np.array(self.shares) / sum(self.shares)
        given = np.zeros(len(wanted))
        turns = np.empty(self.size, np.intp)
        for place in range(self.size):
            turns[place] = np.argmax(np.round(wanted * (place + 1) - given, 9))
            given[turns[place]] += 1
        return turns

    def _draw_passes(self, rng: np.random.Generator, rows: tuple[int, ...], count: int) -> Rows:
        passes = -(-count // len(rows))
        drawn = [rng.permutation(np.array(rows, np.intp)) + number * self.stride for number in range(passes)]
        return np.concatenate([*drawn, np.zeros(0, np.intp)])[:count]
