"""Reports a second on one core: reportparse beside medSpaCy's default pipeline, on the same reports, in turns."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import click
from engines import Engine, EngineError, medspacy_python, Timing
from machine_facts import BUILD, describe_machine, machine, write_results
from repetition import describe, measure_repetition
from report_writer import AS_WRITTEN, write_reports

TARGET_RATE = 5_000
TARGET_RATIO = 200


class Plan(NamedTuple):
    """How much is measured: reports read before the clock starts, reports a round, how many of them medSpaCy gets."""

    rounds: int
    warm_up: int
    each_round: int
    medspacy_each: int


class Round(NamedTuple):
    """One round's timings; ``same`` is reportparse on the very reports that medSpaCy read."""

    cold: Timing
    steady: Timing
    same: Timing
    medspacy: Timing | None


class Series(NamedTuple):
    """The rounds on one set of reports."""

    name: str
    texts: list[str]
    plan: Plan
    rounds: list[Round]


def measure_series(name: str, texts: list[str], plan: Plan, medspacy: Engine | None) -> Series:
    """All rounds on one set of reports; no report is read in two rounds."""
    rounds = []
    with Engine("reportparse") as steady:
        steady.read(texts[: plan.warm_up])
        if medspacy:
            medspacy.read(texts[: min(5, plan.medspacy_each)])
        for number in range(plan.rounds):
            start = plan.warm_up + number * plan.each_round
            rounds.append(measure_round(texts[start : start + plan.each_round], plan, steady, medspacy))
    return Series(name, texts, plan, rounds)


def measure_round(texts: list[str], plan: Plan, steady: Engine, medspacy: Engine | None) -> Round:
    """The engines one after the other on one share of the reports."""
    shared, others = texts[: plan.medspacy_each], texts[plan.medspacy_each :]
    with Engine("reportparse") as fresh:
        cold = fresh.read(texts)
    same = steady.read(shared)
    beside = medspacy.read(shared) if medspacy else None
    rest = steady.read(others) if others else Timing(0, 0, 0)
    total = Timing(same.wall + rest.wall, same.cpu + rest.cpu, same.found + rest.found)
    return Round(cold, total, same, beside)


def rate(series: Series, count: int, time_of: Callable[[Round], float]) -> list[float]:
    """Reports a second, for each round."""
    return [count / time_of(each) for each in series.rounds]


def summarise(series: Series) -> dict[str, Any]:
    """The figures of one set of reports: medians over the rounds, and the rounds."""
    plan, texts = series.plan, series.texts
    repetition = measure_repetition(texts)
    found: dict[str, Any] = {
        "reports": len(texts),
        "characters_each": sum(map(len, texts)) / len(texts),
        "sentences": repetition.sentences,
        "distinct_sentences": repetition.distinct,
        "distinct_with_numbers_alike": repetition.distinct_wording,
        "findings_each": median(each.steady.found / plan.each_round for each in series.rounds),
        "reportparse_cold": _both(series, plan.each_round, lambda each: each.cold),
        "reportparse_steady": _both(series, plan.each_round, lambda each: each.steady),
    }
    if all(each.medspacy for each in series.rounds):
        found["medspacy"] = _both(series, plan.medspacy_each, lambda each: each.medspacy or each.same)
        found["ratio"] = found["reportparse_steady"]["cpu"] / found["medspacy"]["cpu"]
        found["ratio_cold"] = found["reportparse_cold"]["cpu"] / found["medspacy"]["cpu"]
        found["ratio_by_the_clock"] = found["reportparse_steady"]["wall"] / found["medspacy"]["wall"]
        found["ratio_same_reports"] = median(
            each.medspacy.cpu / each.same.cpu for each in series.rounds if each.medspacy
        )
    return found


def _both(series: Series, count: int, of: Callable[[Round], Timing]) -> dict[str, Any]:
    wall = rate(series, count, lambda each: of(each).wall)
    cpu = rate(series, count, lambda each: of(each).cpu)
    return {"wall": median(wall), "cpu": median(cpu), "wall_rounds": wall, "cpu_rounds": cpu}


def show(name: str, found: dict[str, Any], plan: Plan, description: str) -> None:
    """The figures as a table."""
    print(f"\n{name}: {description}")
    print(
        f"  {found['findings_each']:.1f} findings a report; {plan.rounds} rounds of {plan.each_round:,} further reports"
    )
    print(f"  {'reports/s, one core':34}{'by the clock':>14}{'lowest..highest round':>26}{'of the processor':>18}")
    rows = (
        ("reportparse, fresh parser", "reportparse_cold"),
        (f"reportparse, after {plan.warm_up:,} others", "reportparse_steady"),
        (f"medSpaCy, {plan.medspacy_each} of each round", "medspacy"),
    )
    for title, key in rows:
        if key in found:
            figures = found[key]
            spread = f"{min(figures['wall_rounds']):,.0f}..{max(figures['wall_rounds']):,.0f}"
            print(f"  {title:34}{figures['wall']:>14,.0f}{spread:>26}{figures['cpu']:>18,.0f}")
    if "ratio" in found:
        print(
            f"  times medSpaCy, by processor time: {found['ratio']:.0f}; with a fresh parser {found['ratio_cold']:.0f};"
        )
        print(f"  on the very same reports, round by round, {found['ratio_same_reports']:.0f}")


def verdict(found: dict[str, Any]) -> str:
    """Whether the targets are met by this set of reports, by processor time: a core that nobody else is using."""
    speed = found["reportparse_steady"]["cpu"]
    lines = [f"{_met(speed >= TARGET_RATE)} {TARGET_RATE:,} reports/s ({speed:,.0f})"]
    if "ratio" in found:
        lines.append(f"{_met(found['ratio'] >= TARGET_RATIO)} {TARGET_RATIO} times medSpaCy ({found['ratio']:.0f})")
    return "  by processor time: " + "; ".join(lines)


def _met(is_met: bool) -> str:
    return "meets" if is_met else "misses"


def read_texts(archive: Path, text_column: str | None, most: int) -> list[str]:
    """The texts of a user's archive, of any kind that ``lumbar parse`` reads, each text once."""
    from reportparse.archive.open import open_archive

    texts = (record.text for record in open_archive(archive, text_column, None) if record.text is not None)
    return list(dict.fromkeys(islice(texts, most)))


def fit(plan: Plan, count: int) -> Plan:
    """The plan for an archive of ``count`` reports: as asked where there are enough, else smaller rounds."""
    each_round = min(plan.each_round, count // (plan.rounds + 1))
    if each_round < 1:
        raise click.UsageError(f"{count} reports are too few for {plan.rounds} rounds")
    return Plan(
        plan.rounds,
        min(plan.warm_up, count - plan.rounds * each_round),
        each_round,
        min(plan.medspacy_each, each_round),
    )


@click.command()
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(min=1))
@click.option("--warm-up", default=1500, show_default=True, help="Reports read before the steady rounds.")
@click.option("--each-round", default=1000, show_default=True, type=click.IntRange(min=1), help="Reports a round.")
@click.option(
    "--medspacy-each", default=60, show_default=True, help="How many of a round's reports medSpaCy reads; 0: none."
)
@click.option(
    "--novelty", type=click.FloatRange(0, 1), help="Only this share of unique sentences, not the usual two sets."
)
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--reports", type=click.Path(exists=True, path_type=Path), help="Your archive instead of written reports."
)
@click.option("--text-column", help="The column of its texts, where it is not found by itself.")
@click.option(
    "--medspacy-venv", default=BUILD / "medspacy-venv", type=click.Path(path_type=Path), help="Made if missing."
)
@click.option("--out", default=BUILD / "benchmarks" / "parse_speed.json", type=click.Path(path_type=Path))
def main(
    rounds: int,
    warm_up: int,
    each_round: int,
    medspacy_each: int,
    novelty: float | None,
    seed: int,
    reports: Path | None,
    text_column: str | None,
    medspacy_venv: Path,
    out: Path,
) -> None:
    """Measure reports a second on one core, reportparse beside medSpaCy's default pipeline.

    \b
    Example:
      python benchmarks/parse_speed.py
      python benchmarks/parse_speed.py --reports my_reports.jsonl --text-column text
    """
    plan = Plan(rounds, warm_up, each_round, min(medspacy_each, each_round))
    needed = warm_up + rounds * each_round
    facts = machine()
    print(describe_machine(facts))
    sets = to_sets(plan, needed, novelty, seed, read_texts(reports, text_column, needed) if reports else None)
    medspacy, reason = start_medspacy(medspacy_venv) if medspacy_each else (None, "not asked for")
    print("medSpaCy: " + (", ".join(f"{k} {v}" for k, v in medspacy.versions.items()) if medspacy else reason))
    results: dict[str, Any] = {"machine": facts, "medspacy": medspacy.versions if medspacy else reason, "reports": {}}
    for name, texts, fitted in sets:
        found = summarise(measure_series(name, texts, fitted, medspacy))
        show(name, found, fitted, describe(texts))
        print(verdict(found))
        results["reports"][name] = found
    if medspacy:
        medspacy.__exit__(None, None, None)
    print()
    write_results(out, results)


def to_sets(
    plan: Plan, needed: int, novelty: float | None, seed: int, given: list[str] | None
) -> list[tuple[str, list[str], Plan]]:
    """The sets of reports to measure on, each with a name that says what it is."""
    if given is not None:
        return [("as given", given, fit(plan, len(given)))]
    novelties = {"as written": AS_WRITTEN, "every sentence distinct": 1.0}
    if novelty is not None:
        novelties = {f"{novelty:.0%} of sentences made unique": novelty}
    return [(name, list(write_reports(needed, seed, share)), plan) for name, share in novelties.items()]


def start_medspacy(venv: Path) -> tuple[Engine | None, str]:
    """medSpaCy ready to read, or None and why not."""
    try:
        return Engine("medspacy", medspacy_python(venv)), ""
    except EngineError as error:
        return None, f"NOT MEASURED: {error}"


if __name__ == "__main__":
    main()
