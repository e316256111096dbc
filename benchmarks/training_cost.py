"""What a training step must do for a disc: values that layers write, FLOP, and the time that memory alone takes.

A large GPU computes faster than its memory can bring what is computed with, so the time that a step cannot beat is that
of its traffic. It is counted here from the outputs of the real network's layers.
"""

from typing import NamedTuple

import torch
from torch import nn, Tensor

from lexicons.vocabulary import View
from training.models import Model
from training.models.views import Views

CONVOLUTIONS = (nn.Conv2d, nn.Conv3d)
OTHERS = (nn.BatchNorm2d, nn.BatchNorm3d, nn.MaxPool2d, nn.MaxPool3d)
TASKS = 3


class Cost(NamedTuple):
    """Of one disc, counted in values: what convolutions read and write, what they, norms and poolings write.

    FLOP are of convolutions and linear layers, 2 a multiplication; those of training add the gradients of weights and
    of inputs, which the first layers do not need.
    """

    parameters: int
    convolution_inputs: int
    convolution_outputs: int
    layer_outputs: int
    forward_flop: int
    training_flop: int


class Passes(NamedTuple):
    """How often training reads or writes what each convolution reads, and what it writes or a tensor as large.

    A convolution reads its input forward, reads it again for the gradient of its weights, and writes its gradient: 3.
    Of its output's size it writes the output, and reads the gradient twice, for weights and for inputs: 3. The rest is
    the norm and the activation.
    """

    inputs: int
    outputs: int


FEWEST = Passes(3, 3 - 1 + 5)
"""No tensor is read twice where once is enough: sums for the norm are made where the convolution writes (forward: read,
write; backward: read gradient and output, write gradient), and the gradient is read once for weights and inputs."""

FUSED = Passes(3, 3 + 8)
"""Norm and activation are one pass after another that sums. Forward: read for the sums, read, write. Backward: read
gradient and output for the sums, read both, write. What compiled code can reach beside library convolutions."""

APART = Passes(3, 3 + 13)
"""Norm and activation apart. Forward: read, read, write; read, write. Backward: read, read, write; norm as above."""

OPTIMIZER_PASSES = 8
"""Adadelta, once a step: each weight, its gradient and its two averages are read and written, in float32."""


def build(model: Model) -> nn.Module:
    """The network in training, both views."""
    return model.build(TASKS, tuple(View), 0.2)


def make_views(model: Model, discs: int, device: torch.device | str) -> Views:
    """Discs as they come from the data path: float32, noise."""
    axial, sagittal = (torch.randn(discs, *grid.samples, device=device) for grid in (model.axial, model.sagittal))
    return Views(axial, sagittal, torch.ones(discs, 2, dtype=torch.bool, device=device))


def count_cost(model: Model) -> Cost:
    """Counted by hooks on a forward pass of the real network at its real size, without memory for its values."""
    with torch.device("meta"):
        network, views = build(model), make_views(model, 1, "meta")
    counts = dict.fromkeys(Cost._fields, 0)
    for module in network.modules():
        if isinstance(module, (*CONVOLUTIONS, *OTHERS, nn.Linear)):
            module.register_forward_hook(lambda *call: _count(counts, *call))
    network(views)
    counts["parameters"] = sum(parameter.numel() for parameter in network.parameters())
    return Cost(**counts)


def _count(counts: dict[str, int], module: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> None:
    if isinstance(module, (*CONVOLUTIONS, *OTHERS)):
        counts["layer_outputs"] += out.numel()
    if isinstance(module, OTHERS):
        return
    if isinstance(module, CONVOLUTIONS):
        counts["convolution_inputs"] += inputs[0].numel()
        counts["convolution_outputs"] += out.numel()
    flop = 2 * out.numel() * module.weight[0].numel()
    counts["forward_flop"] += flop
    counts["training_flop"] += flop * (3 if inputs[0].requires_grad else 2)


def to_floor_seconds(cost: Cost, passes: Passes, value_bytes: int, batch: int, bandwidth: float) -> float:
    """Seconds a disc that memory alone takes; the sums of residual blocks, heads and loss are left out."""
    values = passes.inputs * cost.convolution_inputs + passes.outputs * cost.convolution_outputs
    weights = OPTIMIZER_PASSES * 4 * cost.parameters / batch
    return (values * value_bytes + weights) / bandwidth
