"""How the parser's time grows with the length of texts made to slow it: exponents of growth, pass or fail."""

import math
from typing import Any, NamedTuple

import click
from engines import Engine, TooSlow
from hostile_texts import hostile_texts, Make, random_texts
from machine_facts import BUILD, describe_machine, machine, write_results

MOST = 1.3
"""A text passes under this exponent of growth: 1 is linear, 2 is quadratic; noise and caches have the rest."""

DOUBLINGS = 4
NEGLIGIBLE_SECONDS = 0.002
"""Times under this are too short for a growth to show; such a text passes."""


class Growth(NamedTuple):
    """Processor seconds by length, and what came of them. ``seconds`` ends early where the parser took too long."""

    name: str
    lengths: list[int]
    seconds: list[float]
    exponent: float
    passed: bool


class Bench:
    """A worker, a new one where the last was stopped; how often and how long it may read."""

    def __init__(self, lengths: list[int], repeats: int, limit: float, retries: int) -> None:
        self.lengths = lengths
        self._repeats = repeats
        self._limit = limit
        self._retries = retries
        self._engine = Engine("reportparse")

    def measure(self, name: str, make: Make) -> Growth:
        """How the time for one kind of text grows; measured again where it nearly passes, so that noise fails none."""
        for _ in range(self._retries + 1):
            growth = self._measure_once(name, make)
            if growth.passed or growth.exponent > MOST + 0.3:
                break
        return growth

    def _measure_once(self, name: str, make: Make) -> Growth:
        seconds: list[float] = []
        for length in self.lengths:
            try:
                seconds.append(self._time(make(length)))
            except TooSlow:
                self._engine = Engine("reportparse")
                return Growth(name, self.lengths, seconds, math.inf, False)
        exponent = fit_exponent(self.lengths, seconds)
        return Growth(name, self.lengths, seconds, exponent, exponent < MOST or seconds[-1] < NEGLIGIBLE_SECONDS)

    def _time(self, text: str) -> float:
        """The quickest of the repeats in processor seconds, each by a fresh parser; at most one where it is slow."""
        first = self._engine.read([text], fresh=True, limit=self._limit).cpu
        repeats = self._repeats - 1 if first < 1 else 0
        return min([first, *(self._engine.read([text], fresh=True, limit=self._limit).cpu for _ in range(repeats))])


def fit_exponent(lengths: list[int], seconds: list[float]) -> float:
    """The slope of log time over log length, by least squares."""
    xs = [math.log(length) for length in lengths]
    ys = [math.log(max(each, 1e-6)) for each in seconds]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True)) / sum((x - x_mean) ** 2 for x in xs)


def shorten(name: str) -> str:
    return name if len(name) <= 44 else f"{name[:32]}...{name[-9:]}"


def show(growth: Growth, show_passed: bool) -> None:
    """A row of the table."""
    if growth.passed and not show_passed:
        return
    times = [f"{1000 * each:,.1f}" for each in growth.seconds]
    times += ["too long"] * (len(growth.lengths) - len(times))
    cells = "".join(f"{each:>10}" for each in times)
    per_character = 1e6 * growth.seconds[-1] / growth.lengths[len(growth.seconds) - 1] if growth.seconds else math.inf
    verdict = "pass" if growth.passed else "FAIL"
    print(f"{shorten(growth.name):44}{cells}{per_character:>9.2f}{growth.exponent:>7.2f}  {verdict}", flush=True)


def to_results(growth: Growth) -> dict[str, Any]:
    """The figures of one kind of text; an exponent of null: the parser took too long."""
    return growth._asdict() | {"exponent": growth.exponent if math.isfinite(growth.exponent) else None}


@click.command()
@click.option(
    "--length", default=5000, show_default=True, help="The shortest text; the others are 2, 4 and 8 times it."
)
@click.option("--repeats", default=2, show_default=True, help="Readings of each text; the quickest counts.")
@click.option("--limit", default=10.0, show_default=True, help="Seconds after which a reading is given up.")
@click.option("--only", default="", help="Only texts whose name has this in it.")
@click.option("--all", "show_passed", is_flag=True, help="Show the texts that pass, too.")
@click.option("--retries", default=2, show_default=True, help="How often a text that nearly passes is measured again.")
@click.option("--random", "drawn", type=int, help="So many texts of units drawn by chance, in place of the fixed ones.")
@click.option("--seed", default=0, show_default=True, help="What is drawn with --random.")
def main(
    length: int, repeats: int, limit: float, only: str, show_passed: bool, retries: int, drawn: int | None, seed: int
) -> None:
    """Measure how the parser's time grows with the length of hostile texts; ends with 1 where one fails.

    \b
    Example:
      python benchmarks/hostile.py
      python benchmarks/hostile.py --all --only table
      python benchmarks/hostile.py --random 200 --seed 7
      python benchmarks/hostile.py --length 125000 --repeats 1
    """
    facts = machine()
    print(describe_machine(facts))
    lengths = [length * 2**doubling for doubling in range(DOUBLINGS)]
    print(f"{'milliseconds by characters':44}{''.join(f'{each:>10,}' for each in lengths)}{'µs/char':>9}{'growth':>7}")
    bench = Bench(lengths, repeats, limit, retries)
    growths = []
    texts = hostile_texts() if drawn is None else random_texts(drawn, seed)
    for name, make in texts.items():
        if only in name:
            growths.append(bench.measure(name, make))
            show(growths[-1], show_passed)
    if not growths:
        raise click.UsageError(f"no text has {only!r} in its name")
    failed = sum(not growth.passed for growth in growths)
    slowest = max(growths, key=lambda growth: growth.seconds[-1] if growth.seconds else math.inf)
    print(f"{len(growths)} texts, {failed} fail (growth {MOST} or more); the slowest was {slowest.name}:")
    show(slowest, True)
    write_results(BUILD / "benchmarks" / "hostile.json", {"machine": facts, "texts": list(map(to_results, growths))})
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
