"""One function over many inputs, in this process, in local ones or on a Ray cluster, results in the inputs' order."""

import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""Inputs per worker that may be begun before the oldest of them is done; it bounds the results held."""


class WorkerError(ValueError):
    """A worker that failed or is gone; the message has the error's type and place, never its words."""


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
    items = iter(items)
    if ray_address is not None:
        yield from _on_ray(make, items, jobs, ray_address)
        return
    head = list(islice(items, 2))
    jobs = jobs or available_cores()
    if jobs == 1 or len(head) < 2:
        yield from map(make(), chain(head, items))
    else:
        yield from _on_processes(make, chain(head, items), jobs)


def _on_processes(make: Callable[[], Callable[[T], R]], items: Iterator[T], jobs: int) -> Iterator[R]:
    """Each worker has its own pipe and one item at a time; if the parent is killed, the pipe ends and so does it."""
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    try:
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            context.Process(target=_serve, args=(make, theirs), daemon=True).start()
            theirs.close()
            pipes.append(ours)
        yield from _exchange(pipes, items, AHEAD * jobs)
    finally:
        for pipe in pipes:
            pipe.close()


def _exchange(pipes: list[Connection], items: Iterator[Any], ahead: int) -> Iterator[Any]:
    """Hand items to idle workers and give their results in order."""
    idle = deque(pipes)
    busy: dict[Connection, int] = {}
    done: dict[int, Any] = {}
    numbered = enumerate(items)
    following, next_result = next(numbered, None), 0
    while following or busy or done:
        while following and idle and following[0] < next_result + ahead:
            pipe = idle.popleft()
            _send(pipe, following[1])
            busy[pipe] = following[0]
            following = next(numbered, None)
        while next_result in done:
            yield done.pop(next_result)
            next_result += 1
        for ready in wait(list(busy)) if busy else ():
            assert isinstance(ready, Connection)
            done[busy.pop(ready)] = _receive(ready)
            idle.append(ready)


def _send(pipe: Connection, item: object) -> None:
    try:
        pipe.send(item)
    except OSError:
        raise WorkerError(_GONE) from None


def _receive(pipe: Connection) -> Any:
    try:
        fault, result = pipe.recv()
    except (EOFError, OSError):
        raise WorkerError(_GONE) from None
    if fault is not None:
        raise WorkerError(f"a worker failed: {fault}")
    return result


def _serve(make: Callable[[], Callable[[Any], Any]], pipe: Connection) -> None:
    """A worker: results for items until the pipe ends. Ctrl-C is left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    made: list[Callable[[Any], Any]] = []
    with suppress(EOFError, OSError):
        while True:
            pipe.send(_attempt(make, made, pipe.recv()))


def _attempt(make: Callable[[], Callable[[Any], Any]], made: list[Callable[[Any], Any]], item: Any) -> tuple[Any, Any]:
    """The fault, None for none, and the result; the function is made for the first item."""
    try:
        if not made:
            made.append(make())
        return None, made[0](item)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}", None


class _Server:
    """A worker on a Ray cluster."""

    def __init__(self, make: Callable[[], Callable[[Any], Any]]) -> None:
        self._function = make()

    def run(self, item: Any) -> Any:
        return self._function(item)


def _on_ray(make: Callable[[], Callable[[T], R]], items: Iterator[T], jobs: int | None, address: str) -> Iterator[R]:
    """The nodes must have the same lumbar installed. A worker lost with its node is started again elsewhere."""
    try:
        import ray  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        raise WorkerError("--ray needs Ray: pip install 'lumbar[ray]'") from None
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
