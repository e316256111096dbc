"""A text made to slow the parser down takes time in proportion to its length."""

import gc
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, cycle, islice

import pytest

from lexicons.load import read_lexicon
from reportparse.pipeline import ReportParser

LENGTH = 6_000
TIMES = 4
MOST = 6.0
"""Text four times as long may take six times as long: four is linear, sixteen quadratic."""

FLOOR_SECONDS = 0.02
"""Times under this are too short to say how they grow; a quadratic text of this length is far above it."""

TRIES = 4

REPEATED = [
    "a", " ", "\n", "\t", ".", ",", ";", ":", "-", "/", "|", "(", ")", "[", "*", "#", "_", "=", "1", "1.", "1/", "l",
    "L4", "L4-", "L4-5", "L4-5 ", "L4-5, ", "L4-5:", "L4-5:\n", "L4-5: mild. ", "L1-L5 to ", "4-5 ", "at 4-5, ",
    "no ", "not, ", "mild ", "mild to ", "mild/", "mild-", "mild, ", "no mild ", "left ", "left and ",
    "right greater than left ", "r>l ", "canal ", "canal and ", "foraminal, ", "stenosis ", "no stenosis, ",
    "without ", "( mild ", "[x] ", "-\n", "- a\n", "at\n", "and\n", "Mild left\n", "a   ", "a \t", "a | ", "\n   ",
    "\n \n", "word: ", "disc bulge causing ", "mild canal stenosis and ", "mild canal stenosis at L4-5, ",
    "mild left, severe right, ", "worse on the left, ", "except on the left, ",
    "all levels normal, ", "same. ", "Similar at L3-4. ", "as above, ", "respectively ",
    "mild and severe respectively ", "IMPRESSION:\n", "FINDINGS: IMPRESSION: ", "HISTORY:\n", "History of ",
    "cervical spine:\n", "PRIOR REPORT:\n", "Page 1 of 2\n", "----\n",
    " period", " new paragraph ", "grade 1 ", "Lee grade 2 left, ", "Schizas ", "L four five ", "el to ",
    "from mild to severe, ", "previously severe, now mild, ", "if ", "possible ", "no longer ", "5 mm ", "\u2028",
    "İ", "é", "\x00", "a.b.c.", "e.g. ", "L. ", "Dr. ", "?!", "exiting root ", "thecal sac ", "compressing ",
    "narrowing of the ",
    "<", "&a", "[/", "[ ] ", "[x] mild ", '"a', "> a\n", "a;b;c;d;e\n", " / a / b", "other levels normal. ",
]  # fmt: skip
"""Units said over and over."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _strange_words() -> Iterator[str]:
    """Words near those of the trade, no two alike."""
    rng = random.Random(0)
    for word in cycle(("stenosis", "moderate", "foraminal", "narrowing", "bilateral", "degenerative")):
        at = rng.randrange(len(word))
        yield word[:at] + rng.choice(_LETTERS) + rng.choice(_LETTERS) + word[at:] + " "


def _new_sentences() -> Iterator[str]:
    for number in count():
        yield f"L4-5: Moderate canal stenosis and bulge {number} of {number * 7} mm. "


def _new_lines() -> Iterator[str]:
    for number in count():
        yield f"L{number % 4 + 1}-{number % 4 + 2}: Bulge of {number} mm with mild left foraminal\nnarrowing.\n"


def _grades_by_level() -> Iterator[str]:
    for number, grade in enumerate(cycle(("mild", "moderate", "severe"))):
        yield f"{grade} at L{number % 4 + 1}-{number % 4 + 2}, "


def _rows() -> Iterator[str]:
    yield "| level | canal | left foramen |\n"
    for number in count():
        yield f"| L{number % 4 + 1}-{number % 4 + 2} | mild | bulge {number} |\n"


def _columns() -> Iterator[str]:
    yield "level   canal   left foramen\n"
    for number in count():
        yield f"L4-5   mild   {number}\n"


def _sections() -> Iterator[str]:
    for number in count():
        yield f"IMPRESSION:\n{number}. Mild canal stenosis at L4-5.\n\nHISTORY: Pain.\nFINDINGS:\nL3-4: Normal.\n\n"


STREAMS: dict[str, Callable[[], Iterator[str]]] = {
    "strange words": _strange_words,
    "new sentences": _new_sentences,
    "new lines": _new_lines,
    "grades by level": _grades_by_level,
    "rows": _rows,
    "columns": _columns,
    "sections": _sections,
}


def _stream(parts: Callable[[], Iterator[str]], length: int) -> str:
    return "".join(islice(parts(), length // 2))[:length]


def _repeat(unit: str, length: int) -> str:
    return (unit * (length // len(unit) + 1))[:length]


def _wide_table(length: int) -> str:
    columns = length // 14
    return f"level | {'canal | ' * columns}\nL4-5 | {'mild | ' * columns}\nL5-S1 | none |"


def _nested(length: int) -> str:
    return "(" * (length // 2) + "mild canal stenosis at L4-5" + ")" * (length // 2)


def _sentence_in(filling: str, length: int) -> str:
    return f"L4-5: Mild {_repeat(filling, length)} canal stenosis."


MAKERS: dict[str, Callable[[int], str]] = {
    **{repr(unit): partial(_repeat, unit) for unit in REPEATED},
    **{name: partial(_stream, parts) for name, parts in STREAMS.items()},
    **{
        f"between {filling!r}": partial(_sentence_in, filling) for filling in ("and ", ", ", "left ", "no ", "\n", "a ")
    },
    "wide table": _wide_table,
    "nested": _nested,
}


@pytest.fixture(autouse=True)
def no_collection() -> Iterator[None]:
    """The collector walks whatever other tests left behind; it is off while time is taken."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def seconds(text: str) -> float:
    """Processor seconds that a parser with empty memos takes."""
    parser = ReportParser(read_lexicon())
    start = time.process_time()
    parser.parse(text)
    return time.process_time() - start


@pytest.mark.parametrize("name", MAKERS)
def test_time_grows_with_length(name: str) -> None:
    make = MAKERS[name]
    quick, slow = FLOOR_SECONDS / TIMES, float("inf")
    for _ in range(TRIES):
        slow = min(slow, seconds(make(LENGTH * TIMES)))
        if slow < MOST * quick:
            return
        quick = max(FLOOR_SECONDS / TIMES, seconds(make(LENGTH)))
        if slow < MOST * quick:
            return
    pytest.fail(f"{TIMES} times the text took {slow / quick:.1f} times as long")


def test_many_reports_take_no_longer_each() -> None:
    """The memos are bounded and cost nothing when they are full."""
    parser = ReportParser(read_lexicon())
    took = []
    for start in (0, 30_000):
        begin = time.process_time()
        for number in range(start, start + 1500):
            parser.parse(f"L4-5: Bulge of {number} mm with mild canal stenosis.\n\nL5-S1: Spur {number}. No stenosis.")
        took.append(time.process_time() - begin)
    assert took[1] < 3 * took[0] + 0.2
