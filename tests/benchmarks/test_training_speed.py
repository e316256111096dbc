"""The benchmark of training counts what there is to count, and says what it leaves out."""

import importlib
import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn, Tensor
from torch.utils.flop_counter import FlopCounterMode

from imaging.crop_plan import MARGIN
from imaging.grids import AXIAL
from training.models import find_model, Model
from training.models.views import Views

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "benchmarks"
CPU = torch.device("cpu")
Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """The benchmarks are scripts beside each other, not a package."""
    monkeypatch.syspath_prepend(FOLDER)
    yield importlib.import_module
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


class Two(nn.Module):
    """Two convolutions of the axial volume, (8, 6, 6), the first with a norm, the second to half the size."""

    def __init__(self, *_: object) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(8, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4))
        self.second = nn.Conv2d(4, 10, 1, stride=2, groups=2, bias=False)

    def forward(self, views: Views) -> Tensor:
        return self.second(self.first(views.axial))


@pytest.fixture
def two() -> Model:
    small = replace(AXIAL, samples=(8, 6, 6))
    return Model("two", Two, small, small, "")


def test_the_cost_of_two_convolutions(load: Load, two: Model) -> None:
    cost = load("training_cost").count_cost(two)
    assert cost.parameters == 8 * 4 * 9 + 2 * 4 + 10 * 2
    assert cost.convolution_inputs == 8 * 36 + 4 * 36
    assert cost.convolution_outputs == 4 * 36 + 10 * 9
    assert cost.layer_outputs == 4 * 36 * 2 + 10 * 9
    first, second = 2 * 4 * 36 * 8 * 9, 2 * 10 * 9 * 2
    assert cost.forward_flop == first + second
    assert cost.training_flop == 2 * first + 3 * second  # no gradient of the images


def test_the_cost_of_the_real_network(load: Load) -> None:
    training_cost, model = load("training_cost"), find_model("deepspine")
    cost = training_cost.count_cost(model)
    with torch.device("meta"):
        network, views = training_cost.build(model).eval(), training_cost.make_views(model, 1, "meta")
    with FlopCounterMode(display=False) as counter:
        network(views)
    assert cost.forward_flop == counter.get_total_flops()
    assert cost.layer_outputs * 2 / 2**20 == pytest.approx(446, abs=0.5)
    assert 0.94 < cost.training_flop / (3 * cost.forward_flop) < 1


def test_the_floor_is_passes_times_values_and_the_weights_once_a_batch(load: Load) -> None:
    module = load("training_cost")
    assert [sum(each) for each in (module.FEWEST, module.FUSED, module.APART)] == [10, 14, 19]
    cost = module.Cost(1000, 70, 50, 0, 0, 0)
    found = module.to_floor_seconds(cost, module.Passes(3, 11), 2, 4, 1e6)
    assert found == pytest.approx(((3 * 70 + 11 * 50) * 2 + 8 * 4 * 1000 / 4) / 1e6)


def test_figures_are_of_the_median_window(load: Load) -> None:
    cost = load("training_cost").Cost(0, 100, 100, 0, 0, 2 * 10**12)
    figures = load("training_modes").to_figures([0.5, 0.4, 1.0], 4, cost, 2, 28_000.0)
    assert figures["discs_per_s"] == pytest.approx(8) and figures["ms_per_disc"] == pytest.approx(125)
    assert figures["discs_per_s_range"] == pytest.approx((4, 10))
    assert figures["tflop_per_s"] == pytest.approx(16)
    assert figures["floor_ms"] == pytest.approx(100) and figures["share_of_floor"] == pytest.approx(0.8)


def test_the_first_steps_are_in_no_window(load: Load) -> None:
    steps: list[int] = []
    seconds = load("device_clock").time_windows(lambda: steps.append(1), CPU, 2, 3, 4)
    assert len(seconds) == 4 and len(steps) == 2 + 3 * 4


def test_the_peak_of_memory_begins_anew(load: Load) -> None:
    clock = load("device_clock")
    before = clock.read_peak_mib(CPU)
    torch.ones(2**26)  # 256 MiB, let go at once
    assert clock.read_peak_mib(CPU) > before
    clock.reset_peak(CPU)
    assert clock.read_peak_mib(CPU) < before + 200


def test_a_mode_that_fails_says_why_and_the_others_go_on(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = load("training_modes")

    def fail(*_: object) -> None:
        raise torch.OutOfMemoryError("too large\nand more")

    monkeypatch.setattr(modes, "make_step", fail)
    row = modes.measure_mode(None, modes.Mode("bf16", True), 512, CPU, modes.ON_CPU, None, 1.0)
    assert row == {"mode": "bf16", "batch": 512, "failed": "OutOfMemoryError: too large"}
    modes.show_row(row)


def test_a_part_that_fails_says_why_and_the_others_go_on(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RuntimeError("no algorithm\nand more")

    assert load("training_speed").or_failed("resume", fail) == {"failed": "failed, resume: RuntimeError: no algorithm"}
    assert "no algorithm" in capsys.readouterr().out
    assert load("training_speed").or_failed("resume", lambda: 3) == 3


def test_the_data_path_is_measured_in_the_quickest_mode_that_training_has(load: Load) -> None:
    modes = load("training_modes")
    rows = [
        {"mode": "bf16", "discs_per_s": 1.0},
        {"mode": "bf16-compile", "discs_per_s": 2.0},
        {"mode": "bf16-last", "failed": "OutOfMemoryError"},
        {"mode": "bf16-last-tries", "discs_per_s": 3.0},
    ]
    assert modes.choose_mode({"rows": rows}).name == "bf16-compile"
    assert modes.choose_mode(None).name == modes.choose_mode({"rows": rows[2:3]}).name == "bf16-last"


@pytest.mark.parametrize(
    ("rates", "limits"),
    [
        ([(0, 9, 120.0, 95.0)], False),
        ([(0, 9, 99.0, 95.0)], True),  # slower than the training
        ([(0, 9, 120.0, 89.0)], True),  # the training waits for it
        ([(0, 9, 120.0, 50.0), (2, 9, 120.0, 91.0)], False),  # enough workers
        ([(0, 9, 120.0, None)], False),
        ([(0, 9, 80.0, None), (2, 9, 90.0, None)], True),
    ],
)
def test_when_the_data_path_is_the_limit(load: Load, rates: list[tuple[Any, ...]], limits: bool) -> None:
    data_path = load("training_data_path")
    assert data_path.is_limit(100.0, [data_path.Rates(*each) for each in rates]) is limits


def test_no_copy_of_the_data_path_is_waited_for(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a GPU a copy that is waited for waits for the training step before it."""
    noise, data_path = load("noise_discs"), load("training_data_path")
    samples = data_path.make_samples(noise.keep_discs(1, 0), noise.make_targets(1, 0))
    work = data_path.count_work(samples, 2, find_model("deepspine-tiny"))
    assert work.waiting_copies == 0 and work.operations > 10
    ship = Tensor.to
    monkeypatch.setattr(Tensor, "to", lambda self, *args, non_blocking=False, **named: ship(self, *args, **named))
    assert data_path.count_work(samples, 2, find_model("deepspine-tiny")).waiting_copies > 1


def test_discs_of_noise_are_cut_as_those_of_a_store(load: Load, tmp_path: Path) -> None:
    noise = load("noise_discs")
    assert noise.MARGIN == MARGIN
    stored, kept, targets = noise.write_discs(tmp_path, 1, 0), noise.keep_discs(1, 0), noise.make_targets(1, 0)
    keys = [tuple(key) for key in targets.discs.to_numpy()]
    assert [(study, str(level)) for study, level in stored.discs] == keys
    for key in keys:
        one, other = (reader.read_disc(*key) for reader in (stored, kept))
        assert (one.sagittal[0].volume.voxels == other.sagittal[0].volume.voxels).all()
    assert 0.5 < stored.index["shape"].map(lambda shape: shape[0] * shape[1] * shape[2] * 2).sum() / 6e6 < 1.5


def test_differences_of_two_runs(load: Load, tmp_path: Path) -> None:
    for name, loss, weight in (("one", 2.0, 1.0), ("other", 2.25, 0.5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "metrics.csv").write_text(f"epoch,training_loss,validation_loss\n0,3.0,{loss}\n")
        torch.save({"network": {"a": torch.tensor([weight, 2.0])}}, tmp_path / name / "last.pt")
    apart = load("training_resume").to_apart(tmp_path / "one", tmp_path / "other")
    assert apart == (0.25, 0.5, [(3.0, 2.0)])


def test_what_is_asked_for_goes_before_what_the_device_has(load: Load) -> None:
    speed = load("training_speed")
    asked = Namespace(batches=[4, 8], modes=None, model="deepspine-tiny", steps=None)
    assert speed.to_amount(asked, CPU) == speed.ON_CPU._replace(batches=(4, 8), model="deepspine-tiny")
    assert speed.to_amount(Namespace(), torch.device("cuda")) == speed.ON_GPU


SMALL = (
    "--model deepspine-tiny --modes float32 --batches 2 --windows 1 --studies 2 --data-batch 6 --epochs 1 --workers 0 "
    "--threads 1"
)


def run_without(missing: set[str], out: Path) -> str:
    """The script on a machine without some packages."""
    arguments = ["training_speed.py", *SMALL.split(), "--out", str(out)]
    code = (
        f"import sys, runpy\nsys.modules.update(dict.fromkeys({sorted(missing)}))\n"
        f"sys.path.insert(0, {str(FOLDER)!r})\nsys.argv = {arguments}\n"
        f"runpy.run_path({str(FOLDER / 'training_speed.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


NEEDLESS = {
    "click", "highdicom", "matplotlib", "nibabel", "pydicom", "rich", "safetensors", "SimpleITK", "sklearn", "spacy",
    "threadpoolctl", "torchvision",
}  # fmt: skip
"""What a machine that only trains may lack."""


@pytest.mark.skipif(torch.cuda.is_available(), reason="of a machine without a GPU")
def test_it_runs_small_where_packages_are_missing_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    said = run_without(NEEDLESS | {"lightning_fabric", "pyarrow"}, tmp_path / "speed.json")
    assert "NO GPU" in said and "device: CPU" in said
    left_out = [line for line in said.splitlines() if line.startswith("left out")]
    assert [line.partition(" is missing")[0] for line in left_out] == [
        "left out, pyarrow", "left out, lightning_fabric", "left out, lightning_fabric",
    ]  # fmt: skip
    written = json.loads((tmp_path / "speed.json").read_text())
    assert written["device"]["device"].startswith("CPU")
    assert written["speed"]["rows"][0]["discs_per_s"] > 0 and "lightning_fabric" in written["resume"]["failed"]
    assert written["data"]["rates"][0]["loop"] is None and written["data"]["reader"] == "DiscsInMemory"


@pytest.mark.skipif(torch.cuda.is_available(), reason="of a machine without a GPU")
def test_a_run_that_is_stopped_and_resumed_is_the_same_on_a_processor(tmp_path: Path) -> None:
    said = run_without(NEEDLESS, tmp_path / "speed.json")
    assert "left out" not in said and "bit for bit the same" in said
    written = json.loads((tmp_path / "speed.json").read_text())
    (resumed,) = written["resume"]
    assert resumed["loss"] == resumed["weight"] == 0 and len(resumed["losses"]) == 2
    assert written["data"]["reader"] == "VolumeStore" and written["data"]["rates"][0]["loop"] > 0
