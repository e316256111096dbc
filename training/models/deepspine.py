"""DeepSPINE's grader (Lu et al. 2018, section 3.2, figure 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn, Tensor

from lexicons.vocabulary import Grade, View
from training.models.resnext import ResNeXt, RESNEXT_50_32X4D, Size
from training.models.views import VIEWS, Views


@dataclass(frozen=True)
class Branches:
    """The size of both branches, the slices of the axial volume, and the sagittal branch's stride along its slices.

    The paper does not say whether its 3D branch is strided through-plane; ``slice_stride`` 2 (it is) takes a sixth of
    the work of 1.
    """

    size: Size = RESNEXT_50_32X4D
    axial_slices: int = 8
    slice_stride: int = 2


FULL = Branches()
UNSTRIDED = Branches(slice_stride=1)
TINY = Branches(Size(stem=16, depths=(1, 1, 1, 1), cardinality=8, group_width=4, norm_momentum=0.1))


class DeepSpine(nn.Module):
    """Views of n discs to logits (n, tasks, 4).

    A 2D ResNeXt whose channels are the axial slices and a 3D ResNeXt on the sagittal volume, global pooling, the two
    concatenated, dropout, a linear layer per task. A view named in ``views`` that a disc lacks has features of zero;
    with one view in ``views`` there is one branch (the paper's Table 2).
    """

    def __init__(self, branches: Branches, tasks: int, views: Sequence[View], dropout: float) -> None:
        super().__init__()
        self.axial: ResNeXt | None = None
        self.sagittal: ResNeXt | None = None
        if View.AXIAL in views:
            self.axial = ResNeXt(2, branches.axial_slices, branches.size)
        if View.SAGITTAL in views:
            self.sagittal = ResNeXt(3, 1, branches.size, branches.slice_stride)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleList(nn.Linear(branches.size.features * len(views), len(Grade)) for _ in range(tasks))

    def forward(self, views: Views) -> Tensor:
        """Logits, (n, tasks, 4); softmax over the last axis gives the grades' probabilities."""
        features = []
        if self.axial is not None:
            features.append(_keep(self.axial(views.axial), views.present[:, VIEWS.index(View.AXIAL)]))
        if self.sagittal is not None:
            volume = views.sagittal.unsqueeze(1)  # (n, 1, slice, row, column)
            features.append(_keep(self.sagittal(volume), views.present[:, VIEWS.index(View.SAGITTAL)]))
        x = self.dropout(torch.cat(features, dim=1))
        return torch.stack([head(x) for head in self.heads], dim=1)


def _keep(features: Tensor, present: Tensor) -> Tensor:
    # Not a product: 0 times NaN is NaN.
    return torch.where(present[:, None], features, torch.zeros((), dtype=features.dtype, device=features.device))


def build_full(tasks: int, views: Sequence[View], dropout: float) -> nn.Module:
    """The paper's grader: 48.8 M parameters, 62.5 GFLOP a disc."""
    return DeepSpine(FULL, tasks, views, dropout)


def build_unstrided(tasks: int, views: Sequence[View], dropout: float) -> nn.Module:
    """The paper's grader with no stride through-plane in its 3D branch: 48.8 M parameters, 271 GFLOP a disc."""
    return DeepSpine(UNSTRIDED, tasks, views, dropout)


def build_tiny(tasks: int, views: Sequence[View], dropout: float) -> nn.Module:
    """The same network, a quarter as wide and one block a stage, for CPUs, short runs and tests."""
    return DeepSpine(TINY, tasks, views, dropout)
