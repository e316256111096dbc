"""Many reports to findings, in this process or in several; and the map over worker processes that does it."""

import gc
import multiprocessing
import signal
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from itertools import chain, islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from lexicons.load import Lexicon, read_lexicon
from reportparse.pipeline import ParsedReport, ReportParser
from reportparse.policy import Policy

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""Items per worker that may be begun before the oldest of them is done; it bounds the results held."""


class ReportError(ValueError):
    """A report that cannot be parsed; the message has its study_id and the error's type and place, never its words."""


class WorkerError(ValueError):
    """A worker that failed; the message has the error's type and place, never its words."""


class WorkerGoneError(WorkerError):
    """A worker process that ended by itself."""


class _Done(NamedTuple):
    """What became of a batch: its reports as far as they could be parsed, and what is wrong with the next."""

    reports: list[tuple[str, ParsedReport]]
    fault: str | None


def parse_reports(
    reports: Iterable[tuple[str, str]],
    jobs: int = 1,
    policy: Policy = Policy(),
    lexicon_folder: Path | None = None,
    batch: int = 500,
) -> Iterator[tuple[str, ParsedReport]]:
    """(study_id, parsed report) for (study_id, text) pairs, in the order of the input, the same for any ``jobs``.

    ``jobs`` is the number of worker processes; with 1, reports are read and parsed in this process as they are asked
    for. With more, workers take ``batch`` reports at a time, AHEAD batches a worker at most before the one asked for.
    They are spawned: a script that is run as it stands needs ``if __name__ == "__main__":`` around its call. Closing
    the iterator, an error or Ctrl-C ends them.

    ``lexicon_folder`` holds phrase tables that are laid over the English ones. An error of ``reports`` is raised as it
    is, and ReportError for a report that is no text or on which the parser fails, both after the results before it.
    """
    if jobs < 1 or batch < 1:
        raise ValueError(f"jobs is {jobs} and batch is {batch}; expected at least 1 of each")
    make = partial(_make_batch_parser, read_lexicon(lexicon_folder), policy)
    return _parse_batches(make, reports, jobs, batch)


def _parse_batches(
    make: Callable[[], Callable[[list[tuple[str, str]]], _Done]],
    reports: Iterable[tuple[str, str]],
    jobs: int,
    size: int,
) -> Iterator[tuple[str, ParsedReport]]:
    faults: list[Exception] = []
    batches = _to_batches(reports, 1 if jobs == 1 else size, faults)
    with closing(map_ordered(make, batches, jobs)) as results:
        for done in results:
            yield from done.reports
            if done.fault is not None:
                raise ReportError(done.fault)
    if faults:
        raise faults[0]


def _to_batches(reports: Iterable[T], size: int, faults: list[Exception]) -> Iterator[list[T]]:
    """Lists of ``size`` reports; an error of the iterable ends them and is put aside: those before it come first."""
    batch: list[T] = []
    try:
        for report in reports:
            batch.append(report)
            if len(batch) == size:
                yield batch
                batch = []
    except Exception as error:
        faults.append(error)
    if batch:
        yield batch


def _make_batch_parser(lexicon: Lexicon, policy: Policy) -> Callable[[list[tuple[str, str]]], _Done]:
    return partial(_parse_batch, ReportParser(lexicon, policy))


def _parse_batch(parser: ReportParser, batch: list[tuple[str, str]]) -> _Done:
    reports: list[tuple[str, ParsedReport]] = []
    for study_id, text in batch:
        if not isinstance(text, str):
            return _Done(reports, f"study_id {study_id}: the report is of type {type(text).__name__}, expected str")
        try:
            reports.append((study_id, parser.read(text)))
        except Exception as error:
            return _Done(reports, f"study_id {study_id}: the parser failed: {_to_place(error)}")
    return _Done(reports, None)


def _to_place(error: Exception) -> str:
    """An error's type and place; of an OSError also the system's reason, such as a full disk, without the file."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    reason = f" ({error.strerror})" if isinstance(error, OSError) and error.errno else ""
    return f"{type(error).__name__}{reason} at {Path(frame.filename).name}:{frame.lineno}"


def map_ordered(make: Callable[[], Callable[[T], R]], items: Iterable[T], jobs: int) -> Generator[R]:
    """``make()(item)`` for each item, in order; ``make`` is called once in each of ``jobs`` worker processes.

    At most AHEAD items a worker are in memory. ``make``, items and results are pickled; workers are spawned, not
    forked, so nothing of this process is shared. Closing the iterator, or the death of this process, ends them. With
    one job, or fewer than two items, the work is done here.
    """
    items = iter(items)
    head = list(islice(items, jobs if jobs > 1 else 0))
    if len(head) < 2:
        yield from map(make(), chain(head, items))
    else:
        yield from _on_processes(make, chain(head, items), len(head))


def _on_processes(make: Callable[[], Callable[[T], R]], items: Iterator[T], jobs: int) -> Iterator[R]:
    """Each worker has its own pipe and one item at a time; if the parent is killed, the pipe ends and so does it."""
    context = multiprocessing.get_context("spawn")
    workers: dict[Connection, multiprocessing.context.SpawnProcess] = {}
    try:
        with _interrupts_held():
            for _ in range(jobs):
                ours, theirs = context.Pipe()
                worker = context.Process(target=_serve, args=(theirs,), daemon=True)
                worker.start()
                theirs.close()
                workers[ours] = worker
        for pipe in workers:  # only now, for a large object waits until the worker has loaded
            _send(pipe, make)
        yield from _exchange(list(workers), items, AHEAD * jobs)
    finally:
        for pipe, worker in workers.items():
            pipe.close()
            worker.terminate()
        for worker in workers.values():
            worker.join()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """A block whose Ctrl-C comes at its end; processes started in it get none, also while Python loads there."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # or the first process would start it, which lets Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _exchange(pipes: list[Connection], items: Iterator[Any], ahead: int) -> Iterator[Any]:
    """Hand items to idle workers and give their results in order."""
    idle = deque(pipes)
    busy: dict[Connection, int] = {}
    done: dict[int, Any] = {}
    numbered = enumerate(items)
    following, next_result = next(numbered, None), 0
    while following or busy or done:
        for ready in wait(list(busy), 0 if next_result in done else None) if busy else ():
            assert isinstance(ready, Connection)
            done[busy.pop(ready)] = _receive(ready)
            idle.append(ready)
        while following and idle and following[0] < next_result + ahead:
            pipe = idle.popleft()
            _send(pipe, following[1])
            busy[pipe] = following[0]
            following = next(numbered, None)
        if next_result in done:
            yield done.pop(next_result)
            next_result += 1


def _send(pipe: Connection, item: object) -> None:
    try:
        pipe.send(item)
    except OSError:
        raise WorkerGoneError(_GONE) from None


def _receive(pipe: Connection) -> Any:
    try:
        fault, result = pipe.recv()
    except (EOFError, OSError):
        raise WorkerGoneError(_GONE) from None
    if fault is not None:
        raise WorkerError(f"a worker failed: {fault}")
    return result


def _serve(pipe: Connection) -> None:
    """A worker: takes ``make``, then gives a result for each item until the pipe ends. Ctrl-C is left to the parent."""
    gc.set_threshold(100_000, 20, 100)  # what a parser remembers is no garbage: searching it took a sixth of the time
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for systems where it was not held as this process began
    function: Callable[[Any], Any] | None = None
    with suppress(EOFError, OSError):
        make = pipe.recv()
        while True:
            item = pipe.recv()
            try:
                if function is None:
                    function = make()
                pipe.send((None, function(item)))
            except Exception as error:
                pipe.send((_to_place(error), None))


_GONE = (
    "a worker process is gone: killed, out of memory, or started by a script without "
    "`if __name__ == '__main__':` around its call"
)
