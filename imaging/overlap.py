"""Whether two series show the same part of the patient, by their coordinates."""

from collections.abc import Sequence

import numpy as np

from imaging.geometry import FloatArray
from imaging.study import Stack
from imaging.volume import to_bare_volume

LATTICE = 9
"""So many points along each side of a slice are looked at."""


def to_shared_slices(stacks: Sequence[Stack], others: Sequence[Stack]) -> float:
    """The share of the slices of ``stacks`` that meet the box of one of ``others``, 0 to 1; 0 where there is no slice.

    A box reaches half a voxel beyond its outer voxel centres. A slice meets it where a point of its lattice is inside.
    """
    met = [_meets(points, others) for stack in stacks for points in _to_lattices(stack)]
    return sum(met) / len(met) if met else 0.0


def _to_lattices(stack: Stack) -> FloatArray:
    """Points spread evenly over each slice, (slice, point, 3), LPS mm."""
    slices, rows, columns = stack.shape
    parts = (np.arange(LATTICE) + 0.5) / LATTICE
    k, j, i = np.meshgrid(np.arange(slices), parts * rows - 0.5, parts * columns - 0.5, indexing="ij")
    indices = np.stack([i, j, k], axis=-1).reshape(slices, -1, 3).astype(np.float64)  # (slice, point, 3)
    return to_bare_volume(stack).to_points(indices)


def _meets(points: FloatArray, others: Sequence[Stack]) -> bool:
    return any(bool(to_bare_volume(other).holds(points).any()) for other in others)
