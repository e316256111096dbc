"""What a run is built from: a compiled network is kept as the plain one, and its record says where it ran."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from lightning_fabric import Fabric
from lightning_fabric.accelerators import MPSAccelerator

import training.environment
from tests.training.disc_makers import make_cohort
from training.config import Config, ModelConfig, OptimizerConfig, RunConfig
from training.disc_learner import DiscMaterial
from training.environment import describe_environment
from training.grading import load_grader
from training.loop import train
from training.run import build_fabric, build_run, resume
from training.run_folder import read_checkpoint

COMPILED = Config(
    model=ModelConfig("deepspine-tiny", dropout=0.0, view_dropout=0.0),
    optimizer=OptimizerConfig("adamw", 1e-3, ema=0.5),
    run=RunConfig(epochs=1, batch_size=2, accelerator="cpu", compile=True, save_steps=1),
)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often torch ran a compiled graph; ``torch.compile`` without its compiler, which takes minutes."""
    graphs: list[int] = []

    def as_it_is(graph: torch.fx.GraphModule, _: object) -> object:
        def run(*args: object) -> object:
            graphs.append(1)
            return graph.forward(*args)

        return run

    compile_it = torch.compile
    monkeypatch.setattr(torch, "compile", lambda network, **_: compile_it(network, backend=as_it_is))
    torch._dynamo.reset()
    return graphs


def make_material() -> DiscMaterial:
    store, targets = make_cohort(2)
    return DiscMaterial(store, targets, [0, 1, 2, 3], [4, 5])


def test_a_compiled_run_is_kept_and_goes_on_as_the_plain_one(calls: list[int], tmp_path: Path) -> None:
    states = []
    for compiled in (False, True):
        config = replace(COMPILED, run=replace(COMPILED.run, compile=compiled))
        folder = tmp_path / str(compiled)
        folder.mkdir()
        with pytest.raises(KeyboardInterrupt):
            train(config, make_material(), folder, Fabric(accelerator="cpu", devices=1), interrupt)
        train(config, make_material(), folder, Fabric(accelerator="cpu", devices=1))
        states.append({name: read_checkpoint(folder / f"{name}.pt") for name in ("last", "best")})
        load_grader(folder)  # which is not compiled
    assert len(calls) == 2  # steps; what validates is the average, which is not compiled
    for part in ("network", "average"):
        assert_same(*(state["last"][part] for state in states))
    assert_same(*(state["best"]["network"] for state in states))


def assert_same(plain: dict[str, torch.Tensor], compiled: dict[str, torch.Tensor]) -> None:
    assert plain.keys() == compiled.keys()
    for name in plain:
        torch.testing.assert_close(plain[name], compiled[name], rtol=1e-5, atol=1e-6)


def interrupt(_: object) -> None:
    raise KeyboardInterrupt


def test_the_start_up_test_is_in_the_memory_format_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    monkeypatch.setattr("training.run.check_bfloat16", lambda _, channels_last: seen.append(channels_last))
    for precision, channels_last in (("bf16-mixed", False), ("bf16-mixed", True), ("32-true", True)):
        config = Config(
            model=COMPILED.model,
            run=RunConfig(accelerator="cpu", precision=precision, channels_last=channels_last),  # type: ignore[arg-type]
        )
        build_run(config, make_material(), Fabric(accelerator="cpu", devices=1))
    assert seen == [False, True]


def test_the_record_of_a_machine_where_a_package_has_no_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.environment, "PACKAGES", ("torch", "no-such-package"))
    facts = describe_environment(torch.device("cpu"), 1)
    assert facts["torch"] and facts["no-such-package"] is None


def test_a_checkpoint_is_read_on_the_host(tmp_path: Path) -> None:
    """A device stands in for a GPU on which nothing could be kept; AdamW's steps must not go there."""
    config = replace(COMPILED, run=replace(COMPILED.run, compile=False))
    with pytest.raises(KeyboardInterrupt):
        train(config, make_material(), tmp_path, Fabric(accelerator="cpu", devices=1), interrupt)
    run = build_run(config, make_material(), Fabric(accelerator="cpu", devices=1))
    assert run.average is not None
    elsewhere: Any = SimpleNamespace(device=torch.device("meta"), is_global_zero=True)
    resume(replace(run, fabric=elsewhere), tmp_path / "last.pt")
    kept = read_checkpoint(tmp_path / "last.pt")
    assert_same(kept["network"], run.network.state_dict())
    assert_same(kept["average"], run.average.state_dict())
    assert run.sums.tolist() == kept["sums"]
    steps = [state["step"] for state in run.optimizer.state.values()]
    assert steps and all(step.device.type == "cpu" and step > 0 for step in steps)


def test_auto_is_no_device_but_cuda_or_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(MPSAccelerator, "is_available", lambda: True)
    monkeypatch.setattr(MPSAccelerator, "parse_devices", lambda _: [0])
    assert build_fabric(replace(COMPILED, run=replace(COMPILED.run, accelerator="auto"))).device.type == "cpu"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_a_run_taken_up_on_cuda_has_everything_in_its_place(tmp_path: Path) -> None:
    config = replace(COMPILED, run=replace(COMPILED.run, compile=False, accelerator="auto"))
    with pytest.raises(KeyboardInterrupt):
        train(config, make_material(), tmp_path, build_fabric(config), interrupt)
    run = build_run(config, make_material(), build_fabric(config))
    resume(run, tmp_path / "last.pt")
    assert run.average is not None
    there = [*run.network.parameters(), *run.average.module.parameters(), run.sums]
    states = list(run.optimizer.state.values())
    assert {tensor.device.type for tensor in [*there, *(state["exp_avg"] for state in states)]} == {"cuda"}
    assert {state["step"].device.type for state in states} == {"cpu"}
