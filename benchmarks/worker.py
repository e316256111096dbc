"""Reads reports with one engine on one core and says how long it took; ``engines.py`` starts it and feeds it.

It runs in the venv of its engine, so it imports nothing but the standard library and that engine. A JSON line in, with
the texts, is a JSON line out, with seconds and what was found.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

Read = Callable[[list[str]], int]


def make_reportparse() -> Read:
    """A fresh parser, its memo empty."""
    from lexicons.load import read_lexicon
    from reportparse.pipeline import ReportParser

    read = ReportParser(read_lexicon()).read
    return lambda texts: sum(len(read(text).findings) for text in texts)


def make_medspacy() -> Read:
    """medSpaCy's default pipeline as ``medspacy.load()`` gives it, with the debug log of its sentence splitter off.

    That log costs it some 7% of its speed.
    """
    import loguru  # type: ignore[import-not-found,unused-ignore]
    import medspacy  # type: ignore[import-not-found,unused-ignore]

    loguru.logger.remove()
    nlp = medspacy.load()
    return lambda texts: sum(sum(1 for _ in doc.sents) for doc in nlp.pipe(texts))


ENGINES: dict[str, tuple[Callable[[], Read], tuple[str, ...]]] = {
    "reportparse": (make_reportparse, ("lumbar",)),
    "medspacy": (make_medspacy, ("medspacy", "spacy", "PyRuSH")),
}


def measure(read: Read, texts: list[str], repeats: int) -> dict[str, Any]:
    """The quickest of the repeats: its seconds by the clock and of the processor."""
    times = []
    found = 0
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        found = read(texts)
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    wall, processor = min(times)
    return {"wall": wall, "cpu": processor, "found": found}


def main() -> None:
    """Answer requests until the input ends; what the engine prints goes to the error stream."""
    name, core = sys.argv[1], int(sys.argv[2])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    answers, sys.stdout = sys.stdout, sys.stderr
    make, packages = ENGINES[name]
    start = time.perf_counter()
    read = make()
    ready = {"load": time.perf_counter() - start, "versions": {package: version(package) for package in packages}}
    print(json.dumps(ready), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["fresh"]:
            read = make()
        print(json.dumps(measure(read, request["texts"], request["repeats"])), file=answers, flush=True)


if __name__ == "__main__":
    main()
