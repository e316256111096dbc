"""`lumbar train` as a user meets it: misuse without torch, a run, its record, going on, and what does not match."""

import json
import os
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest
import torch
from click.testing import CliRunner, Result
from lightning_fabric import Fabric

import lumbar.ranks
import lumbar.train_config
import lumbar.train_run
import training.loop
from lexicons.vocabulary import View
from lumbar.main import main
from tests.lumbar.run_material import small_models, write_material, write_store
from tests.training.disc_makers import make_cohort
from training.agreement import SharedError
from training.config import Config
from training.config_file import to_config, to_toml
from training.run_folder import read_checkpoint, RunError
from training.run_lock import held

MISUSED = """
import sys
from click.testing import CliRunner
from lumbar.main import main
for arguments in {cases!r}:
    result = CliRunner().invoke(main, ["train", *arguments])
    print(result.exit_code, " ".join(result.output.split()[-22:]))
print("torch" in sys.modules or "pandas" in sys.modules)
"""

CASES = [
    ([], "no labels named: give --labels, or data.labels in the config"),
    (["--labels", "labels.csv"], "no volumes named: give --store, or data.volumes in the config"),
    (["--set", "run.epoch=3"], "unknown key 'run.epoch'; did you mean 'run.epochs'?"),
    (["--set", "epochs=3"], "unknown key 'epochs'; did you mean 'run.epochs'?"),
    (["--set", "run.epochs"], "--set run.epochs: expected KEY=VALUE, such as run.epochs=5"),
    (["--set", "run.epochs=many"], "run.epochs is 'many'; expected a whole number"),
    (["--set", "model.views=['axial']"], "set view_dropout = 0.0"),
    (["--set", "optimizer.name=adamw"], "optimizer.learning_rate is 1, Adadelta's; AdamW wants about 0.0003"),
    (["--config", "wrong.toml"], "unknown key 'modell'; did you mean 'model'?"),
    (["--config", "gone.toml"], "File 'gone.toml' does not exist."),
    (["--labels", "labels.csv", "--store", "labels.csv"], "Directory 'labels.csv' is a file."),
    (["--config", "moved.toml"], "data.labels: old.csv is not there"),
]


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    with small_models():
        yield


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_material(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_train(*options: str) -> Result:
    given = ["--labels", "labels.csv", "--store", "volumes", "--config", "run.toml", "--out", "run"]
    return CliRunner().invoke(main, ["train", *given, *options])


def test_misuse_is_answered_before_anything_heavy_is_loaded(folder: Path) -> None:
    (folder / "wrong.toml").write_text("[modell]\n")
    (folder / "moved.toml").write_text('[data]\nlabels = "old.csv"\nvolumes = "volumes"\n')
    code = MISUSED.format(cases=[arguments for arguments, _ in CASES])
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    *lines, loaded = run.stdout.splitlines()
    for line, (arguments, message) in zip(lines, CASES, strict=True):
        assert line.startswith("2 "), arguments
        assert message in line, arguments
    assert loaded == "False"


def test_the_commented_config_is_the_default_and_explains_every_key() -> None:
    text = CliRunner().invoke(main, ["train", "--print-config"]).output
    assert to_config(tomllib.loads(text)) == Config()
    assert list(tomllib.loads(text)) == list(tomllib.loads(to_toml(Config())))
    help_text = CliRunner().invoke(main, ["train", "--help"]).output
    for section, keys in tomllib.loads(to_toml(Config())).items():
        assert f"[{section}]" in help_text
        for key in keys:
            assert re.search(rf"^{key} = ", text, re.MULTILINE), key
            assert re.search(rf"\b{key}\b", help_text), key


def test_a_run_and_its_record(folder: Path) -> None:
    with (folder / "labels.csv").open("a") as labels:
        labels.write("elsewhere,L3-L4,SCS,0,0,0\nelsewhere,L4-L5,SCS,0,0,0\n")
    result = run_train("--hard-labels", "--set", "split.seed=3", "--set", "run.epochs=1")
    assert result.exit_code == 0, result.output
    assert "24 used, 2 dropped" in result.output
    assert re.search(r"^ +2  no volume$", result.output, re.MULTILINE)
    assert "epoch 1 of 1: training loss" in result.output
    assert "every study counts as another patient" in result.output
    config = to_config(tomllib.loads(Path("run/config.toml").read_text()))
    assert (config.targets.hard_labels, config.split.seed, config.run.batch_size) == (True, 3, 4)
    assert re.search(rf"training +{4 * STEPS - 2} discs of 6 studies", result.output)
    assert Path("run/dropped.csv").read_text().splitlines()[1] == "elsewhere,L3-L4,no volume"
    split = pd.read_csv("run/split.csv")
    assert split["part"].value_counts().sum() == 24
    assert split.groupby("study_id")["part"].nunique().max() == 1
    assert json.loads(Path("run/summary.json").read_text())["epochs"] == 1
    assert json.loads(Path("run/environment.json").read_text())["ranks"] == 1
    assert Path("run/best.pt").exists()
    again = run_train("--hard-labels", "--set", "split.seed=3", "--set", "run.epochs=1")
    assert (again.exit_code, again.output.splitlines()[-1]) == (
        0, "run is complete: nothing to do (--restart trains anew)",
    )  # fmt: skip


@pytest.mark.parametrize(("studies", "word"), [(range(8), "all"), (range(3), "some"), ((), "none")])
def test_a_run_on_phantoms_says_so_wherever_it_is_looked_at(folder: Path, studies: Sequence[int], word: str) -> None:
    memory, _ = make_cohort(8, 0)
    phantoms = tuple(f"s{number}" for number in studies)
    write_store(Path("volumes"), memory.discs, phantoms)
    result = run_train("--set", "run.epochs=1")
    assert result.exit_code == 0, result.output
    assert (f"{word} of these studies are phantoms" in result.output) == (word != "none")
    discs = pd.read_csv("run/discs.csv")
    assert set(discs.loc[discs["phantom"] == "yes", "study_id"]) == set(phantoms)
    assert json.loads(Path("run/summary.json").read_text())["phantom"] == word
    assert read_checkpoint(Path("run/best.pt"))["phantom"] == word


def test_a_run_whose_store_learns_of_phantoms_is_not_gone_on_with(begun: Path) -> None:
    memory, _ = make_cohort(8, 0)
    write_store(Path("volumes"), memory.discs, ("s1",))
    result = run_train()
    assert result.exit_code == 1
    assert "of a phantom now and were not, or the reverse: 3 (s1 L3-L4: yes)" in result.output


def test_a_run_begun_before_phantoms_were_told_goes_on(begun: Path) -> None:
    pd.read_csv("run/discs.csv", dtype="string").drop(columns="phantom").to_csv("run/discs.csv", index=False)
    assert run_train().exit_code == 0


def empty(table: pd.DataFrame) -> None:
    Path("labels.csv").write_bytes(b"")


def no_rows(table: pd.DataFrame) -> None:
    write_labels(table.iloc[:0])


def other_studies(table: pd.DataFrame) -> None:
    write_labels(table.assign(study_id="t" + table["study_id"]))


def no_canal(table: pd.DataFrame) -> None:
    write_labels(table[table["task"] != "SCS"])


def one_patient(table: pd.DataFrame) -> None:
    write_labels(table[table["study_id"] == "s0"])


def no_level(table: pd.DataFrame) -> None:
    write_labels(table.drop(columns="level"))


def twice(table: pd.DataFrame) -> None:
    write_labels(pd.concat([table, table]))


def write_labels(table: pd.DataFrame) -> None:
    table.to_csv("labels.csv", index=False)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (empty, "labels.csv ends in .csv, but its content is no such table"),
        (no_rows, "labels of 0 studies and volumes of 8 leave no disc to learn from"),
        (other_studies, "the first study_id of the labels is ts0, of the volumes s0"),
        (no_canal, "no label teaches SCS: leave it out of targets.tasks"),
        (one_patient, "1 to split by patient; expected at least 3"),
        (no_level, "no column 'level'"),
        (twice, "a second row for the same study_id, level and task"),
    ],
)
def test_labels_that_cannot_be_learnt_from(folder: Path, spoil: Callable[[pd.DataFrame], None], words: str) -> None:
    spoil(pd.read_csv("labels.csv"))
    assert_refused(run_train(), words)


def assert_refused(result: Result, words: str) -> None:
    """One line says why, and nothing stands in the run folder that a next start would stumble over."""
    assert result.exit_code == 1, result.output
    assert words in result.output
    assert "a fault in lumbar" not in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not Path("run/discs.csv").exists()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--store=nothing", "no volume store here: store.json is missing"),
        ("--patients=empty.csv", "its content is no such table"),
        ("--set=split.file=empty.csv", "empty.csv is no table; expected columns study_id, level, part"),
    ],
)
def test_other_data_that_cannot_be_used(folder: Path, option: str, words: str) -> None:
    Path("nothing").mkdir()
    Path("empty.csv").touch()
    assert_refused(run_train(option), words)


def test_a_store_without_a_view_that_is_asked_for(folder: Path) -> None:
    memory, _ = make_cohort(8, 0, views=(View.SAGITTAL,))
    write_store(Path("volumes"), memory.discs)
    assert_refused(run_train(), "no disc with a label has axial images: set model.views = ['sagittal']")
    result = run_train("--set=model.views=['sagittal']", "--set=model.view_dropout=0.0", "--set=run.epochs=1")
    assert result.exit_code == 0, result.output


def test_what_the_data_lack_is_said(folder: Path) -> None:
    sagittal, _ = make_cohort(8, 0, views=(View.SAGITTAL,))
    both, _ = make_cohort(8, 0)
    write_store(Path("volumes"), both.discs | {("s2", "L4-L5"): sagittal.discs["s2", "L4-L5"]})
    table = pd.read_csv("labels.csv")
    canal = table["task"] == "SCS"
    table.loc[canal, ["grade", "low", "high"]] = table.loc[canal, ["grade", "low", "high"]].clip(upper=1)
    write_labels(table)
    pd.DataFrame({"study_id": ["s0", "s1", "elsewhere"], "patient_id": "p"}).to_csv("patients.csv", index=False)
    result = run_train("--patients", "patients.csv", "--set", "run.epochs=1")
    assert result.exit_code == 0, result.output
    assert "discs without axial images: 1 of 24" in result.output
    assert "without sagittal" not in result.output
    assert "SCS: no slot that trains is moderate or severe: the grader cannot learn to say so" in result.output
    assert "LFS: no slot" not in result.output
    assert "studies that the table of patients lacks: 6; each counts as another patient" in result.output


def test_deepspine_filters_say_what_they_drop(folder: Path) -> None:
    """No report of these speaks of all six levels."""
    result = run_train("--set", "targets.deepspine_filters=true")
    assert result.exit_code == 1
    assert "most often: report does not speak of all six levels" in result.output


def test_patients_stay_together(folder: Path) -> None:
    pairs = [(f"s{n}", f"p{n // 2}") for n in range(8)]
    pd.DataFrame(pairs, columns=["study_id", "patient_id"]).to_csv("patients.csv", index=False)
    result = run_train("--patients", "patients.csv", "--set", "run.epochs=1")
    assert result.exit_code == 0, result.output
    assert "every study counts" not in result.output
    split = pd.read_csv("run/split.csv")
    assert split.groupby(split["study_id"].map(dict(pairs)))["part"].nunique().max() == 1


STEPS = 5
"""Of an epoch: 18 discs train, 4 a step."""


class InterruptedAfter:
    """Ctrl-C after so many reports of the loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
        seen = 0
        watch = lumbar.train_run.Watcher.watch

        def watch_some(watcher: lumbar.train_run.Watcher, at) -> None:
            nonlocal seen
            watch(watcher, at)
            seen += 1
            if seen == steps:
                raise KeyboardInterrupt

        monkeypatch.setattr(lumbar.train_run.Watcher, "watch", watch_some)


@pytest.mark.parametrize("steps", [1, STEPS])
def test_an_interrupted_run_goes_on_and_ends_the_same(folder: Path, steps: int) -> None:
    """Interrupted in its first epoch, and at the end of it."""
    with pytest.MonkeyPatch.context() as patch:
        InterruptedAfter(patch, steps)
        result = run_train()
    assert result.exit_code == 130
    assert "the same command goes on from the last checkpoint" in result.output
    assert not Path("run/summary.json").exists()
    again = run_train()
    assert (again.exit_code, "going on with the run in run" in again.output) == (0, True)
    straight_run = run_train("--out", "straight")
    assert straight_run.exit_code == 0
    last = [next(line for line in r.output.splitlines() if "epoch 2" in line) for r in (again, straight_run)]
    assert len({line.rpartition(", ")[0] for line in last}) == 1, "losses, and whether they are the lowest"
    resumed, straight = (read_checkpoint(Path(name, "last.pt"))["network"] for name in ("run", "straight"))
    assert all(torch.equal(resumed[name], straight[name]) for name in straight)
    assert len(pd.read_csv("run/metrics.csv")) == 2


def test_tensorboard_that_is_not_installed_is_named_before_anything_is_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lumbar.train_config, "find_spec", lambda name: None)
    result = run_train("--set", "run.tensorboard=true")
    assert result.exit_code == 2
    assert "run.tensorboard needs the package tensorboard: pip install 'lumbar[tensorboard]'" in result.output
    assert not Path("run").exists()


def test_tensorboard_gets_every_epoch_once_from_a_run_that_was_interrupted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with pytest.MonkeyPatch.context() as patch:
        InterruptedAfter(patch, STEPS + 1)
        assert run_train("--set", "run.tensorboard=true").exit_code == 130
    assert run_train("--set", "run.tensorboard=true").exit_code == 0
    events = EventAccumulator("run/tensorboard").Reload()
    metrics = pd.read_csv("run/metrics.csv")
    for name in metrics.columns.drop("epoch"):
        assert [event.step for event in events.Scalars(name)] == [0, 1]
        assert [event.value for event in events.Scalars(name)] == pytest.approx(metrics[name].tolist(), rel=1e-5)


def test_an_interrupt_before_the_first_checkpoint_says_so(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        InterruptedAfter(patch, 1)
        result = run_train("--set", "run.save_steps=0")
    assert result.exit_code == 130
    assert "the same command begins anew: no checkpoint yet" in result.output
    result = run_train("--set", "run.save_steps=0", "--set", "run.epochs=1")
    assert result.exit_code == 0, "there was nothing to lose"


def test_a_second_process_in_the_folder_is_told(folder: Path) -> None:
    with held(Path("run")):
        result = run_train("--restart")
    assert result.exit_code == 1
    assert result.output == "lumbar: another process works in run: wait for its end, or name another folder\n"


def test_a_device_that_was_not_here_does_not_bind_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert run_train("--set", "run.accelerator=cuda").exit_code == 1
    result = run_train("--set", "run.epochs=1")
    assert result.exit_code == 0, result.output


def test_a_config_that_somebody_else_laid_there_is_left_alone(folder: Path) -> None:
    Path("run").mkdir()
    Path("run/config.toml").write_text("# mine\n")
    assert "the folder has a run of another config" in run_train().output
    assert Path("run/config.toml").read_text() == "# mine\n"


def test_more_processes_than_cores(folder: Path) -> None:
    result = run_train("--set", "run.devices=4096")
    assert result.exit_code == 2
    assert "run.devices is 4096: so many processes would train" in result.output


def test_weights_that_diverge_are_answered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No best weights are kept of them, and the loss is no number in the first epoch already."""
    monkeypatch.setattr(training.loop, "learning_rate_at", lambda *_: 1e38)
    result = run_train("--set=run.save_steps=0", "--set=optimizer.name=adadelta", "--set=optimizer.learning_rate=1.0")
    assert result.exit_code == 1
    last = result.output.splitlines()[-1]
    assert re.fullmatch(r"lumbar: the validation loss of epoch 1 is nan: the weights diverge; set a lower .*", last)
    assert not Path("run/best.pt").exists() and not Path("run/summary.json").exists()


def test_a_disk_that_is_full_is_named(folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        result = run_train()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "lumbar: last.pt: File too large")
    assert not list(Path("run").glob("*.writing"))
    assert run_train("--set", "run.epochs=1").exit_code == 0


@pytest.fixture
def begun(folder: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        InterruptedAfter(patch, 1)
        assert run_train().exit_code == 130
    return folder


def test_another_config_is_answered_with_what_differs(begun: Path) -> None:
    result = run_train("--set", "run.seed=5", "--set", "model.dropout=0.3")
    assert result.exit_code == 1
    assert "model.dropout was 0.2, now 0.3; run.seed was 0, now 5" in result.output


def test_other_labels_are_answered_with_what_differs(begun: Path) -> None:
    table = pd.read_csv("labels.csv")
    was = int(table.loc[0, "low"])
    now = 3 - was
    table.loc[0, ["grade", "low", "high"]] = now
    table = table[~((table["study_id"] == "s3") & (table["level"] == "L5-S1"))]
    table.to_csv("labels.csv", index=False)
    result = run_train()
    assert result.exit_code == 1
    assert "discs gone: 1 (s3 L5-S1)" in result.output
    assert f"other labels of SCS: 1 (s0 L3-L4 was {was}, now {now})" in result.output


def test_another_store_is_answered_with_what_differs(begun: Path) -> None:
    memory, _ = make_cohort(8, 0)
    other, _ = make_cohort(8, 1)
    write_store(Path("volumes"), memory.discs | {("s2", "L4-L5"): other.discs["s2", "L4-L5"]})
    result = run_train()
    assert result.exit_code == 1
    assert "discs with other voxels: 1 (s2 L4-L5)" in result.output


def test_another_split_is_answered_with_what_differs(begun: Path) -> None:
    path = Path("run/split.csv")
    lines = path.read_text().splitlines()
    moved = {"training": "test", "test": "training", "validation": "test"}
    lines[1] = re.sub(r"\w+$", lambda part: moved[part[0]], lines[1])
    path.write_text("\n".join(lines) + "\n")
    result = run_train()
    assert result.exit_code == 1
    assert "1 discs changed their part" in result.output


def test_restart_begins_anew_and_leaves_foreign_files(begun: Path) -> None:
    Path("run/notes.txt").write_text("mine")
    result = run_train("--set", "run.seed=5", "--set", "run.epochs=1", "--restart")
    assert result.exit_code == 0, result.output
    assert len(pd.read_csv("run/metrics.csv")) == 1
    assert Path("run/notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "options",
    [["--set=targets.tasks=['RSS']"], ["--set=run.devices=4096"], ["--patients=empty.csv"], ["--store=nothing"]],
)
def test_a_restart_that_cannot_be_done_leaves_the_run(begun: Path, options: list[str]) -> None:
    Path("nothing").mkdir()
    Path("empty.csv").touch()
    before = {path.name: path.read_bytes() for path in Path("run").iterdir() if path.is_file()}
    assert {"last.pt", "split.csv", "discs.csv"} <= before.keys()
    assert run_train("--restart", *options).exit_code in (1, 2)
    assert {path.name: path.read_bytes() for path in Path("run").iterdir() if path.is_file()} == before


def test_a_restart_on_the_runs_own_split(begun: Path) -> None:
    split = Path("run/split.csv").read_text()
    result = run_train("--restart", "--set=split.file=run/split.csv", "--set=split.seed=7", "--set=run.epochs=1")
    assert result.exit_code == 0, result.output
    assert "split as in split.csv:" in result.output
    assert "split by" not in result.output
    assert Path("run/split.csv").read_text() == split


def test_a_split_that_parts_a_patient_is_told(folder: Path) -> None:
    assert "patients with discs in several parts" not in run_train("--set=run.epochs=1").output
    result = run_train("--set=split.by=disc", "--set=run.epochs=1", "--out=discs")
    assert re.search(r"patients with discs in several parts: [1-8]; figures of such a split", result.output)


def test_a_folder_of_something_else_is_left_alone(folder: Path) -> None:
    Path("run").mkdir()
    Path("run/photo.png").write_text("mine")
    result = run_train("--restart")
    assert result.exit_code == 1
    assert "run holds files but no config.toml" in result.output
    assert [path.name for path in Path("run").iterdir()] == ["photo.png"]


@pytest.mark.parametrize("complete", [False, True])
def test_of_several_processes_only_the_first_speaks(
    folder: Path, complete: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The errors that all of them meet before they train, and that a run is complete."""
    if complete:
        assert run_train("--set", "run.epochs=1").exit_code == 0
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setattr(lumbar.ranks, "SECONDS_TO_SPEAK", 0.0)
    result = run_train("--set", "run.epochs=1" if complete else "run.epoch=1")
    assert (result.exit_code, result.output) == (0 if complete else 2, "")


@pytest.mark.parametrize(("error", "output"), [(SharedError("diverges"), ""), (RunError("mine"), "lumbar: mine\n")])
def test_a_later_process_says_only_what_it_alone_met(
    folder: Path, error: Exception, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setenv("RANK", "1")
    monkeypatch.setattr(lumbar.ranks, "SECONDS_TO_SPEAK", 0.0)
    monkeypatch.setattr(Fabric, "is_global_zero", False)
    monkeypatch.setattr(training.loop, "train", fail)
    result = run_train()
    assert (result.exit_code, result.output) == (1, output)


def test_nodes_that_nothing_tells_apart_do_not_begin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lumbar.train_run, "train_run", lambda *_: None)  # which would wait for the other node
    result = run_train("--set", "run.nodes=2")
    assert result.exit_code == 2
    assert "nothing says which node this is" in " ".join(result.output.split())
    assert not Path("run/config.toml").exists()


def test_torchrun_says_how_many_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TORCHELASTIC_RUN_ID": "x", "RANK": "5", "WORLD_SIZE": "8", "LOCAL_WORLD_SIZE": "4"}.items():
        monkeypatch.setenv(name, value)
    assert lumbar.ranks.read_ranks() == (5, 4, 2)


def test_a_device_that_is_not_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    result = run_train("--set", "run.accelerator=cuda")
    assert result.exit_code == 1
    assert 'run.accelerator is "cuda", and torch finds no such device here' in result.output


def test_two_processes_train_one_run(folder: Path) -> None:
    """By Fabric's own launcher, as a user would start it."""
    options = ["--set", "run.devices=2", "--set", "run.epochs=1", "--set", "run.batch_size=12", "--out", "run"]
    given = ["--labels", "labels.csv", "--store", "volumes", "--config", "run.toml"]
    root = str(Path(__file__).parents[2])
    run = subprocess.run(
        [sys.executable, "-m", "lumbar", "train", *given, *options],
        capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": root}, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("epoch 1 of 1") == 1
    assert run.stdout.count("split by patient") == 1
    assert json.loads(Path("run/environment.json").read_text())["ranks"] == 2
