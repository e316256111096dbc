"""Every grader keeps one contract; ResNeXt is torchvision's; the paper's network has its sizes and costs."""

import math
from collections.abc import Sequence

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import resnext50_32x4d

from lexicons.vocabulary import View
from training.models import find_model, Model, MODELS
from training.models.deepspine import DeepSpine, TINY
from training.models.resnext import ResNeXt, Size
from training.models.views import drop_views, VIEWS, Views


def make_views(model: Model, count: int, seed: int = 0, shrink: int = 1) -> Views:
    generator = torch.Generator().manual_seed(seed)
    shapes = [(d, h // shrink, w // shrink) for d, h, w in (model.axial.samples, model.sagittal.samples)]
    axial, sagittal = (torch.randn(count, *shape, generator=generator) for shape in shapes)
    return Views(axial, sagittal, torch.ones(count, 2, dtype=torch.bool))


def parameters_of(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


class Contract:
    """What every row of MODELS must hold; ``shrink`` makes the inputs of large ones small."""

    model: Model
    parameters: int
    gflop: float
    shrink: int

    def build(self, views: Sequence[View] = VIEWS, dropout: float = 0.2) -> nn.Module:
        torch.manual_seed(0)
        return self.model.build(3, views, dropout)

    def views(self, count: int) -> Views:
        return make_views(self.model, count, shrink=self.shrink)

    def test_parameters_and_cost(self) -> None:
        with torch.device("meta"):
            network = self.build().eval()
            views = Views(
                torch.zeros(1, *self.model.axial.samples),
                torch.zeros(1, *self.model.sagittal.samples),
                torch.ones(1, 2, dtype=torch.bool),
            )
        with FlopCounterMode(display=False) as counter:
            network(views)
        assert parameters_of(network) == self.parameters
        assert counter.get_total_flops() / 1e9 == pytest.approx(self.gflop, abs=0.05)


class Trains(Contract):
    """The contract of one step; a model whose network another row has tested does without."""

    def test_a_step_reaches_every_parameter(self) -> None:
        network = self.build()
        logits = network(self.views(2))
        assert logits.shape == (2, 3, 4)
        logits.square().sum().backward()
        without = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
        assert without == []

    def test_state_is_plain_tensors_and_loads(self) -> None:
        state = self.build().state_dict()
        other = self.build()
        other.load_state_dict(state, strict=True)
        assert all(isinstance(value, torch.Tensor) for value in state.values())


class Overfits(Trains):
    """For networks small enough for it."""

    rate: float
    steps: int

    def test_overfits_eight_discs(self) -> None:
        torch.manual_seed(0)
        network = self.model.build(3, VIEWS, 0.0)
        views, grades = self.views(8), torch.randint(0, 4, (8, 3), generator=torch.Generator().manual_seed(1))
        optimizer = torch.optim.AdamW(network.parameters(), lr=self.rate)
        for _ in range(self.steps):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(views).flatten(0, 1), grades.flatten()).backward()
            optimizer.step()
        assert torch.equal(network(views).argmax(dim=2), grades)


class TestFull(Trains):
    model = find_model("deepspine")
    parameters = 48_866_508
    gflop = 62.5
    shrink = 10


class TestUnstrided(Contract):
    model = find_model("deepspine-unstrided")
    parameters = 48_866_508
    gflop = 271.0
    shrink = 10


class TestTiny(Overfits):
    model = find_model("deepspine-tiny")
    parameters = 1_294_652
    gflop = 0.25
    shrink = 4
    rate = 3e-3
    steps = 15


def test_every_model_has_its_contract() -> None:
    tested = {contract.model.name for contract in (TestFull, TestUnstrided, TestTiny)}
    assert tested == {model.name for model in MODELS}


def test_branch_parameters_are_the_papers() -> None:
    with torch.device("meta"):
        axial, sagittal = ResNeXt(2, 8), ResNeXt(3, 1)
    assert parameters_of(axial) == 22_995_584
    assert parameters_of(sagittal) == 25_821_760
    assert axial.conv1.weight.shape == (64, 8, 7, 7)
    assert sagittal.conv1.weight.shape == (64, 1, 7, 7, 7)


def test_resnext_is_torchvisions_but_for_keras_layers() -> None:
    torch.manual_seed(0)
    theirs = resnext50_32x4d().eval()
    theirs.fc = nn.Identity()
    ours = ResNeXt(2, 3).eval()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    for module in theirs.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.ReLU):
                setattr(module, name, nn.LeakyReLU(0.3))
            elif isinstance(child, nn.BatchNorm2d):
                child.eps = 1e-3
    x = torch.randn(1, 3, 64, 64)
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-4, atol=1e-5)


def test_norms_are_keras() -> None:
    norms = [m for m in ResNeXt(3, 1, Size(stem=16, depths=(1, 1))).modules() if isinstance(m, nn.BatchNorm3d)]
    assert {(norm.eps, norm.momentum) for norm in norms} == {(1e-3, 0.01)}


def test_the_tiny_grader_s_running_statistics_settle_in_a_short_run() -> None:
    norms = [m for m in DeepSpine(TINY, 3, VIEWS, 0.0).modules() if isinstance(m, nn.BatchNorm2d | nn.BatchNorm3d)]
    assert {norm.momentum for norm in norms} == {0.1}


def test_a_3d_branch_on_one_slice_that_never_changes_is_not_the_2d_one_by_accident() -> None:
    """Through-plane stride 1 keeps 25 slices to the end; 2 leaves one."""
    seen: list[tuple[int, ...]] = []
    for stride in (1, 2):
        branch = ResNeXt(3, 1, TINY.size, stride).eval()
        branch.get_submodule("layer4").register_forward_hook(lambda _m, _i, out: seen.append(tuple(out.shape[2:])))
        branch(torch.zeros(1, 1, 25, 32, 64))
    assert seen == [(25, 1, 2), (1, 1, 2)]


@pytest.mark.parametrize("view", VIEWS)
def test_one_view_needs_one_branch(view: View) -> None:
    network = DeepSpine(TINY, 2, (view,), 0.0).eval()
    views = make_views(find_model("deepspine-tiny"), 2, shrink=4)
    without_other = views._replace(
        **{other: torch.full_like(getattr(views, other), math.nan) for other in VIEWS if other != view}
    )
    assert torch.equal(network(views), network(without_other))
    assert network.heads[0].in_features == 512


@pytest.mark.parametrize("column", [0, 1])
def test_a_missing_view_says_nothing(column: int) -> None:
    torch.manual_seed(0)
    network = DeepSpine(TINY, 3, VIEWS, 0.0).eval()
    views = make_views(find_model("deepspine-tiny"), 2, shrink=4)
    present = torch.ones(2, 2, dtype=torch.bool)
    present[0, column] = False
    volumes = [views.axial.clone(), views.sagittal.clone()]
    volumes[column][0] = math.nan
    broken = network(Views(volumes[0], volumes[1], present))
    assert torch.equal(broken, network(views._replace(present=present)))
    whole = network(views)
    assert torch.equal(broken[1], whole[1])
    assert not torch.allclose(broken[0], whole[0])


def test_view_dropout_takes_each_view_as_often_and_never_the_last() -> None:
    present = torch.ones(40_000, 2, dtype=torch.bool)
    present[::4, 0] = False
    kept = drop_views(present, 0.2, torch.Generator().manual_seed(0))
    assert kept.any(dim=1).all()
    assert torch.equal(kept[::4], present[::4])
    both = present.all(dim=1)
    lost = (~kept[both]).float().mean(dim=0)
    torch.testing.assert_close(lost, torch.tensor([0.1, 0.1]), rtol=0.0, atol=0.01)


def test_view_dropout_of_nothing_drops_nothing() -> None:
    present = torch.ones(100, 2, dtype=torch.bool)
    assert torch.equal(drop_views(present, 0.0, torch.Generator().manual_seed(0)), present)
