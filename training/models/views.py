"""What every grader takes: the resampled views of a batch of discs, and which of them there are."""

from typing import NamedTuple

import torch
from torch import Tensor

from lexicons.vocabulary import View

VIEWS: tuple[View, ...] = (View.AXIAL, View.SAGITTAL)
"""The order of the columns of ``Views.present``."""


class Views(NamedTuple):
    """The views of n discs.

    ``axial`` and ``sagittal``: (n, slice, row, column), float, mean subtracted, on the grids of the grader's ``Model``;
    a missing view is zeros. ``present``: (n, 2), bool, columns as ``VIEWS``.
    """

    axial: Tensor
    sagittal: Tensor
    present: Tensor


def drop_views(present: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """``present`` with one view of about ``share`` of the discs taken away, each view as often; (n, 2), bool.

    A disc never loses its only view. ``generator`` is one of the processor.
    """
    draw = torch.rand(len(present), 2, generator=generator).to(present.device, non_blocking=True)
    dropped = (draw[:, 0] < share) & present.all(dim=1)
    column = (draw[:, 1] < 0.5).long()
    return present & ~(dropped[:, None] & torch.nn.functional.one_hot(column, 2).bool())
