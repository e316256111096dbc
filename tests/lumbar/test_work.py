import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path

import pytest

from lumbar import work
from lumbar.work import check_reachable, map_ordered, WorkerError
from reportparse import parallel


def slow_double(number: int) -> int:
    time.sleep(0.02 * (number % 3))
    return 2 * number


def fail_at(bad: int, number: int) -> int:
    if number == bad:
        raise KeyError("SENTINEL report text")
    return number


def die_at(bad: int, number: int) -> int:
    if number == bad:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def make_double() -> Callable[[int], int]:
    return slow_double


def make_failing(bad: int) -> Callable[[int], int]:
    return partial(fail_at, bad)


def make_dying(bad: int) -> Callable[[int], int]:
    return partial(die_at, bad)


def fail_to_make() -> Callable[[int], int]:
    raise FileNotFoundError("SENTINEL")


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    assert list(map_ordered(make_double, range(20), jobs)) == [2 * i for i in range(20)]


@pytest.mark.parametrize("items", [[], [7]])
def test_few_items_start_no_worker(items: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(parallel, "_on_processes")
    assert list(map_ordered(make_double, items, 2)) == [2 * i for i in items]


def test_items_are_taken_as_they_are_needed() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    results = map_ordered(make_double, items(), 2)
    assert list(islice(results, 5)) == [0, 2, 4, 6, 8]
    assert len(taken) <= 5 + 2 * work.AHEAD + 2
    results.close()  # type: ignore[attr-defined]


def test_a_failing_worker_is_named_by_type_and_place_only() -> None:
    with pytest.raises(WorkerError, match=r"KeyError at test_work\.py:\d+") as error:
        list(map_ordered(partial(make_failing, 5), range(10), 2))
    assert "SENTINEL" not in str(error.value)


def test_a_worker_that_cannot_start_is_an_error() -> None:
    with pytest.raises(WorkerError, match="FileNotFoundError") as error:
        list(map_ordered(fail_to_make, range(10), 2))
    assert "SENTINEL" not in str(error.value)


def test_a_worker_that_is_killed_is_an_error_and_not_a_hang() -> None:
    with pytest.raises(WorkerError, match=r"gone .* fewer --jobs"):
        list(map_ordered(partial(make_dying, 5), range(10), 2))


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, time\n"
        "from lumbar.work import map_ordered\n"
        "def note(number):\n"
        "    open(os.path.join(os.path.dirname(__file__), f'{os.getpid()}.pid'), 'w').close()\n"
        "    time.sleep(0.05)\n"
        "def make():\n"
        "    return note\n"
        "if __name__ == '__main__':\n"
        "    list(map_ordered(make, range(10_000), 2))\n"
    )
    root = Path(__file__).parents[2]
    parent = subprocess.Popen([sys.executable, str(script)], env=os.environ | {"PYTHONPATH": str(root)})
    wait_for(lambda: len(list(tmp_path.glob("*.pid"))) == 2)
    parent.kill()
    parent.wait()
    workers = [int(path.stem) for path in tmp_path.glob("*.pid")]
    wait_for(lambda: not any(is_alive(pid) for pid in workers))


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody waits for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_ray_gives_the_same() -> None:
    pytest.importorskip("ray", reason="Ray is not installed")
    assert list(map_ordered(make_double, range(20), 2, "local")) == [2 * i for i in range(20)]


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "[::1]:1", "127.0.0.1:99999", "\x00:1"])
def test_a_cluster_that_does_not_answer_is_told_at_once(address: str) -> None:
    with pytest.raises(WorkerError, match="nothing answers"):
        check_reachable(address)


def test_an_address_that_ray_looks_up_itself_is_left_to_it() -> None:
    check_reachable("auto")
    check_reachable("local")


def test_without_ray_its_option_is_answered() -> None:
    if "ray" in sys.modules:
        pytest.skip("Ray is installed")
    try:
        import ray  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: F401
    except ImportError:
        with pytest.raises(WorkerError, match=r"pip install 'lumbar\[ray\]'"):
            list(map_ordered(make_double, range(3), 2, "auto"))
