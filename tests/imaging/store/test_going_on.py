"""What is left when a writer is stopped, and what the next one makes of it."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from imaging.store.head import read_head
from imaging.store.schema import StoreError, to_file
from imaging.store.study_file import write_study
from imaging.store.whole_file import remove_leftovers, write_whole
from imaging.store.writer import find_study, finish_run, open_for_writing, read_finished, write_index, write_run
from tests.imaging.store.crops_of_noise import some_discs

SETTINGS = {"margin": 0.1}
STUDIES = [f"1.2.{number}" for number in range(4)]


def build(store: Path, studies: list[str] = STUDIES, restart: bool = False) -> None:
    open_for_writing(store, SETTINGS, restart)
    for study_id in studies:
        if find_study(store, study_id) is None:
            write_study(store, study_id, "digest", some_discs(int(study_id[4:]), axial=1), [])
    write_run(store, "run", [])
    finish_run(store, "run", "state")


def contents(store: Path) -> dict[str, bytes]:
    return {str(path.relative_to(store)): path.read_bytes() for path in store.rglob("*") if path.is_file()}


def in_child(work: Callable[[], None]) -> int:
    """The id of a process that does the work and ends without any cleaning up."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a store holds that nobody interrupted."""
    store = tmp_path_factory.mktemp("whole")
    build(store)
    return contents(store)


@pytest.mark.parametrize("step", range(0, 48, 3))
def test_a_writer_killed_at_any_step_is_gone_on_from(whole: dict[str, bytes], tmp_path: Path, step: int) -> None:
    assert killed_at_step(tmp_path, step)
    build(tmp_path)
    assert contents(tmp_path) == whole


@pytest.mark.parametrize("step", range(0, 48, 6))
def test_a_restart_killed_at_any_step_is_gone_on_from(whole: dict[str, bytes], tmp_path: Path, step: int) -> None:
    build(tmp_path, STUDIES[:2])
    assert killed_at_step(tmp_path, step, restart=True)
    build(tmp_path)
    assert contents(tmp_path) == whole


def killed_at_step(store: Path, step: int, restart: bool = False) -> bool:
    """Build in a process that kills itself before a certain disk operation; whether it came so far."""

    def work() -> None:
        left = step

        def count(function: Callable[..., object]) -> Callable[..., object]:
            def counted(*arguments: object, **options: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **options)

            return counted

        os.fsync = count(os.fsync)  # type: ignore[assignment]
        Path.replace = count(Path.replace)  # type: ignore[method-assign,assignment]
        Path.open = count(Path.open)  # type: ignore[method-assign]
        Path.unlink = count(Path.unlink)  # type: ignore[method-assign]
        build(store, restart=restart)

    _, status = os.waitpid(in_child(work), 0)
    return os.WIFSIGNALED(status)


def test_a_writer_killed_at_random_moments_ends_with_the_same_bytes(whole: dict[str, bytes], tmp_path: Path) -> None:
    rng, killed = random.Random(0), 0
    for _ in range(12):
        child = in_child(lambda: build(tmp_path))
        time.sleep(rng.uniform(0.0, 0.02))
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert killed > 3
    build(tmp_path)
    assert contents(tmp_path) == whole


def test_writers_side_by_side_do_not_disturb_each_other(whole: dict[str, bytes], tmp_path: Path) -> None:
    children = [in_child(lambda n=n: build(tmp_path, STUDIES[n::3])) for n in range(3)]  # type: ignore[misc]
    children += [in_child(lambda: build(tmp_path))]
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert contents(tmp_path) == whole


def test_a_finished_study_is_not_written_again(tmp_path: Path) -> None:
    build(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.u16")}
    build(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.u16")} == before


def test_settings_that_differ_are_named_with_both_values(tmp_path: Path) -> None:
    open_for_writing(tmp_path, {"axial": {"margin": 0.1, "samples": (8, 2)}, "strict": True})
    open_for_writing(tmp_path, {"axial": {"margin": 0.1, "samples": (8, 2)}, "strict": True})
    write_study(tmp_path, "1.2", "digest", (), [])
    with pytest.raises(StoreError, match=r"axial.margin was 0.1, now 0.2; strict was true, now null"):
        open_for_writing(tmp_path, {"axial": {"margin": 0.2, "samples": (8, 2)}})
    open_for_writing(tmp_path, {"axial": {"margin": 0.2}}, restart=True)


def test_settings_may_change_until_a_study_is_in_the_store(tmp_path: Path) -> None:
    open_for_writing(tmp_path, {"margin": 0.1})
    write_run(tmp_path, "run", [])
    open_for_writing(tmp_path, {"margin": 0.2})
    assert read_head(tmp_path)["settings"] == {"margin": 0.2}


def test_a_restart_removes_what_the_store_holds_and_nothing_else(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    open_for_writing(tmp_path, SETTINGS, restart=True)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"notes.txt", "store.json"}


def test_a_run_is_finished_for_the_input_that_it_had(tmp_path: Path) -> None:
    build(tmp_path)
    summary = read_finished(tmp_path, "run", "state")
    assert summary is not None
    assert summary["studies"] == len(STUDIES)
    assert read_finished(tmp_path, "run", "other state") is None
    assert read_finished(tmp_path, "other", "state") is None
    write_run(tmp_path, "run", [])
    assert read_finished(tmp_path, "run", "state") is None


def test_the_head_of_another_program_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text('{"format": "shop"}')
    (tmp_path / "index.parquet").write_text("mine")
    with pytest.raises(StoreError, match="'shop'"):
        open_for_writing(tmp_path, SETTINGS, restart=True)
    assert (tmp_path / "index.parquet").read_text() == "mine"
    (tmp_path / "store.json").write_text('{"format": "lumbar volume store", "version": 0, "settings": {}}')
    with pytest.raises(StoreError, match="version 0"):
        open_for_writing(tmp_path, SETTINGS)
    open_for_writing(tmp_path, SETTINGS, restart=True)


@pytest.mark.parametrize("restart", [False, True])
def test_a_folder_of_other_files_is_no_store(tmp_path: Path, restart: bool) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"no store\.json"):
        open_for_writing(tmp_path, SETTINGS, restart)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_leftovers_of_the_dead_go_and_those_of_the_living_stay(tmp_path: Path) -> None:
    path = tmp_path / "file"
    (tmp_path / ".file.0123456789abcdef.tmp").write_bytes(b"left")
    go_on, is_open = threading.Event(), threading.Event()

    def slow_parts() -> "list[bytes]":
        is_open.set()
        assert go_on.wait(10)
        return [b"whole"]

    writer = threading.Thread(target=write_whole, args=(path, (part for _ in range(1) for part in slow_parts())))
    writer.start()
    assert is_open.wait(10)
    assert remove_leftovers(tmp_path) == 1
    assert len(list(tmp_path.iterdir())) == 1
    go_on.set()
    writer.join()
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"whole")]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, [b"first"])

    def failing() -> "list[bytes]":
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_whole(path, (part for _ in range(1) for part in failing()))
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"first")]


def test_a_study_written_while_the_index_is_made_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from imaging.store import writer as writer_module

    build(tmp_path, STUDIES[:2])
    late = [lambda: write_study(tmp_path, STUDIES[2], "digest", some_discs(2), [])]
    counted = writer_module._count

    def count_late(*arguments: object) -> object:
        if late:
            late.pop()()
        return counted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(writer_module, "_count", count_late)
    assert write_index(tmp_path)["studies"] == 3
    assert to_file(STUDIES[2]).name in {path.name for path in tmp_path.rglob("*.u16")}
