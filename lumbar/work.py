"""One function over many inputs, in this process, in local ones or on a Ray cluster, results in the inputs' order."""

import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from lumbar.console import progress
from reportparse import parallel
from reportparse.parallel import AHEAD, WorkerError, WorkerGoneError

__all__ = ["AHEAD", "WorkerError", "available_cores", "map_ordered", "map_shown"]

T = TypeVar("T")
R = TypeVar("R")


def available_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_ordered(
    make: Callable[[], Callable[[T], R]], items: Iterable[T], jobs: int | None = None, ray_address: str | None = None
) -> Iterator[R]:
    """``make()(item)`` for each item, in order; ``make`` is called once in each worker.

    ``jobs`` is the number of workers, by default all cores of the machine or, with ``ray_address``, of the cluster. At
    most AHEAD items a worker are in memory. ``make``, items and results are pickled; workers are spawned, not forked,
    so nothing of this process is shared. Closing the iterator, or the death of this process, ends the workers.
    """
    if ray_address is not None:
        yield from _on_ray(make, iter(items), jobs, ray_address)
        return
    jobs = jobs or available_cores()
    try:
        yield from parallel.map_ordered(partial(_make_on_one_thread, make) if jobs > 1 else make, items, jobs)
    except WorkerGoneError:
        raise WorkerError(_GONE) from None


def map_shown(function: Callable[[T], R], items: Sequence[T], label: str, jobs: int | None = None) -> Iterator[R]:
    """``function(item)`` for each item, as ``map_ordered`` gives them, on a bar."""
    with progress(len(items), label) as bar:
        for result in map_ordered(partial(_same, function), items, jobs):
            bar.advance()
            yield result


def _same(function: Callable[[T], R]) -> Callable[[T], R]:
    return function


def _make_on_one_thread(make: Callable[[], Callable[[T], R]]) -> Callable[[T], R]:
    """``make()`` in a worker that leaves the other cores to the others: BLAS and torch would spin on all."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,import-not-found,unused-ignore]

    function = make()
    threadpool_limits(1)
    return function


class _Server:
    """A worker on a Ray cluster."""

    def __init__(self, make: Callable[[], Callable[[Any], Any]]) -> None:
        self._function = make()

    def run(self, item: Any) -> Any:
        return self._function(item)


def check_reachable(address: str) -> None:
    """WorkerError where nothing answers at a HOST:PORT or ray://HOST:PORT; Ray itself would try for many minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
    except (OSError, OverflowError):
        raise WorkerError("nothing answers at this --ray address; expected HOST:PORT of a running cluster") from None


def _on_ray(make: Callable[[], Callable[[T], R]], items: Iterator[T], jobs: int | None, address: str) -> Iterator[R]:
    """The nodes must have the same lumbar installed. A worker lost with its node is started again elsewhere."""
    try:
        import ray  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        raise WorkerError("--ray needs Ray: pip install 'lumbar[ray]'") from None
    check_reachable(address)
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except Exception as error:
        raise WorkerError(f"no Ray cluster could be reached at this --ray address ({type(error).__name__})") from None
    try:
        count = jobs or int(ray.cluster_resources().get("CPU", 1))
        server = ray.remote(num_cpus=1, max_restarts=3, max_task_retries=3)(_Server)
        servers = [server.remote(make) for _ in range(count)]
        waiting: deque[Any] = deque()
        for number, item in enumerate(items):
            waiting.append(servers[number % count].run.remote(item))
            if len(waiting) >= AHEAD * count:
                yield ray.get(waiting.popleft())
        while waiting:
            yield ray.get(waiting.popleft())
    except ray.exceptions.RayError as error:
        raise WorkerError(f"a Ray worker failed: {type(error).__name__}") from None
    finally:
        ray.shutdown()


_GONE = "a worker process is gone (killed, or out of memory); what is done is kept: run again, with fewer --jobs"
