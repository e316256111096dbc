"""What is odd about the voxels of a volume, as codes of ``imaging.remarks``: warnings, never a reason to refuse."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from imaging.volume import Volume

NOISE_CORRELATION = 0.3
"""A slice whose neighbouring voxels correlate less than this shows no anatomy; MR of a spine is above 0.9."""

JUMP_SHARE = 0.001
"""The share of neighbours that may differ by most of the range; more is a counter that overflowed."""

JUMP = 0.8


def to_pixel_remarks(volume: Volume) -> tuple[str, ...]:
    """The codes that apply: ``blank-slice``, ``repeated-slice``, ``noise-slice``, ``overflow``, each at most once."""
    voxels = volume.voxels
    is_blank = voxels.min(axis=(1, 2)) == voxels.max(axis=(1, 2))  # (slice,)
    shown = [plane for plane, blank in zip(voxels, is_blank, strict=True) if not blank]  # no copy: stacks may be large
    found = (
        ("blank-slice", bool(is_blank.any())),
        ("repeated-slice", any(np.array_equal(a, b) for a, b in pairwise(shown))),
        ("noise-slice", any(_correlate_neighbours(plane.astype(np.float32)) < NOISE_CORRELATION for plane in shown)),
        ("overflow", _count_jumps(shown) > JUMP_SHARE),
    )
    return tuple(code for code, is_found in found if is_found)


def _correlate_neighbours(plane: npt.NDArray[np.float32]) -> float:
    """The larger of the correlations of voxels with their neighbours along rows and along columns; 1 of one voxel."""
    pairs = ((plane[:, 1:], plane[:, :-1]), (plane[1:], plane[:-1]))
    found = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs if a.size > 1 and a.std() and b.std()]
    return float(max(found, default=1.0))


def _count_jumps(planes: Sequence[npt.NDArray[np.generic]]) -> float:
    """The share of neighbours within a row that differ by more than JUMP of the whole range."""
    if not planes or planes[0].shape[1] < 2:
        return 0.0
    ends = np.array([[plane.min(), plane.max()] for plane in planes], dtype=np.float64)
    least = JUMP * (ends[:, 1].max() - ends[:, 0].min())
    shares = [(np.abs(np.diff(plane.astype(np.float32), axis=1)) > least).mean() for plane in planes]
    return float(np.mean(shares))
