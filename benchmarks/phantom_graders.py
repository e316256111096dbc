"""Graders on a phantom cohort, taught by its reports: three seeds, both views or one, with intervals or without."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, NamedTuple

import click
import pandas as pd
from machine_facts import BUILD, describe_machine, machine, write_results

from imaging.phantom.grades import to_ceiling
from imaging.store.reader import VolumeStore
from lexicons.vocabulary import View
from lumbar.demo.chosen import read_grades
from lumbar.demo.cohort import make_studies
from lumbar.demo.places import Places
from lumbar.demo.settings import DemoSettings, TINY_RECIPE, to_set_options
from lumbar.phantom_reports.archive import write_archive, write_reports
from lumbar.phantom_reports.statements import SayingRates
from lumbar.phantom_reports.writer import ReportSettings
from training.coverage import find_seen

VAGUE = 1 / 3
"""Of the slots spoken of, in the second archive: ungraded or bounded."""

EVERY_VIEW = {"model.view_dropout": "0.0"}
"""As in the paper; by default a tenth of the discs lose a view in training, so that one view can be graded too."""


HARD = {"targets.hard_labels": "true"}


class Grader(NamedTuple):
    """A way to train: the archive of its labels, what it changes of the recipe, and whose split it takes.

    ``few``: only every eighth training study has labels, and each is seen four times as often.
    """

    name: str
    archive: str
    changes: Mapping[str, str]
    split_of: str = ""
    few: bool = False


GRADERS = (
    Grader("both", "usual", {}),
    Grader("both-kept", "usual", EVERY_VIEW, "both"),
    Grader("axial", "usual", {"model.views": '["axial"]', **EVERY_VIEW}, "both"),
    Grader("sagittal", "usual", {"model.views": '["sagittal"]', **EVERY_VIEW}, "both"),
    Grader("intervals", "vague", {}, "both"),
    Grader("hard-labels", "vague", HARD, "both"),
    Grader("intervals-few", "vague", {}, "both", few=True),
    Grader("hard-labels-few", "vague", HARD, "both", few=True),
)
FEW, LONGER = 8, 4

VIEWS = ("both", "both-kept", "axial", "sagittal")
TABLES = (("both", "both-kept"), VIEWS, ("intervals", "hard-labels"), ("intervals-few", "hard-labels-few"))

PAPER = {
    ("Spinal canal", "class_average_4"): 0.706,
    ("Spinal canal", "class_average_3"): 0.804,
    ("Spinal canal", "severe_auc"): 0.983,
    ("Foramina", "class_average_4"): 0.671,
    ("Foramina", "class_average_3"): 0.781,
    ("Foramina", "severe_auc"): 0.961,
}
"""DeepSPINE's figures (Lu et al. 2018, tables 1 and figure 4), on patients: what the phantom's are held against."""

TRUTHS = {"reports": "the grades that usual reports tell", "phantom": "the phantom's own grades"}

FIGURES = ("class_average_4", "class_average_3", "severe_auc", "quadratic_kappa")

CEILINGS = {"class_average_4": to_ceiling(classes=4), "class_average_3": to_ceiling(classes=3)}


def lumbar(*arguments: str) -> None:
    """A command of `lumbar` in a process of its own, on one thread; ClickException with its words where it fails."""
    command = [sys.executable, "-m", "lumbar", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    if done.returncode not in (0, 3):
        raise click.ClickException(f"lumbar {arguments[0]}: {done.stderr[-2000:]}")


def prepare(out: Path, studies: int, seed: int) -> None:
    """Cohort, landmarks, volumes, and two archives of reports with their labels; what is there already is kept."""
    places = Places(out)
    check_settings(out / "settings.json", {"studies": studies, "seed": seed})
    if not places.grades.exists():
        make_studies(places, DemoSettings(studies, seed))
    by_number = ("--study-id-from", "AccessionNumber")
    if not places.landmarks.exists():
        lumbar("localize", str(places.studies), "--out", str(places.landmarks), *by_number)
    if not (places.volumes / "summary.json").exists():
        lumbar(
            "volumes", "build", str(places.studies), "--landmarks", str(places.landmarks), "--out", str(places.volumes),
            *by_number,
        )  # fmt: skip
    grades = read_grades(places.grades)
    for archive, rates in (("usual", SayingRates()), ("vague", SayingRates(vague=VAGUE))):
        labels = out / f"{archive}-labels.csv"
        if not labels.exists():
            write_archive(write_reports(grades, seed, ReportSettings(rates=rates)), out / f"{archive}.csv")
            lumbar("parse", str(out / f"{archive}.csv"), "--out", str(labels))


def check_settings(path: Path, settings: Mapping[str, int]) -> None:
    """ClickException where the folder is of another cohort."""
    if not path.exists():
        path.write_text(json.dumps(settings), encoding="utf-8")
    if json.loads(path.read_text(encoding="utf-8")) != settings:
        raise click.ClickException(f"{path.parent.name} has another cohort ({path.name}): name another --out")


def to_run(out: Path, grader: Grader, seed: int) -> Path:
    """The folder of a grader's run."""
    return out / f"{grader.name}-{seed}"


def train(out: Path, grader: Grader, seed: int, epochs: int) -> str:
    """Train a grader, or go on with it."""
    epochs *= LONGER if grader.few else 1
    chosen = {
        **TINY_RECIPE,
        **grader.changes,
        "run.epochs": str(epochs),
        "run.seed": str(seed),
        "split.seed": str(seed),
    }
    labels = out / f"{grader.archive}-labels.csv"
    if grader.split_of:
        split = out / f"{grader.split_of}-{seed}" / "split.csv"
        chosen["split.file"] = str(split)
        labels = to_fewer(labels, split, out / f"{grader.archive}-few-{seed}.csv") if grader.few else labels
    data = ("--labels", str(labels), "--store", str(out / "volumes"))
    lumbar("train", *data, "--out", str(to_run(out, grader, seed)), *to_set_options(chosen))
    return f"{grader.name}, seed {seed}"


def to_fewer(labels: Path, split: Path, fewer: Path) -> Path:
    """The labels without those of most training studies; the parts that validate and test stay whole."""
    if not fewer.exists():
        parts = pd.read_csv(split, dtype="string")
        training = sorted(set(parts.loc[parts["part"] == "training", "study_id"]))
        left_out = set(training) - set(training[::FEW])
        table = pd.read_csv(labels, dtype="string", keep_default_na=False)
        table[~table["study_id"].isin(left_out)].to_csv(fewer, index=False)
    return fewer


def train_all(out: Path, seeds: int, epochs: int, jobs: int) -> None:
    """Every grader with every seed, ``jobs`` at a time; first those whose splits the others take."""
    tasks = [(grader, seed) for seed in range(seeds) for grader in GRADERS]
    with ThreadPoolExecutor(jobs) as pool:
        for wave in (False, True):
            own = [(grader, seed) for grader, seed in tasks if bool(grader.split_of) is wave]
            for done in pool.map(lambda task: train(out, *task, epochs), own):
                print(f"trained: {done}", file=sys.stderr, flush=True)


def evaluate(out: Path, truth: str, names: Sequence[str], seeds: int) -> dict[str, list[dict[str, Any]]]:
    """The figures of graders on their test patients against ``truth``, by grader, one for each seed.

    Views are compared on discs that have both.
    """
    labels = Places(out).grades if truth == "phantom" else out / "usual-labels.csv"
    if names == VIEWS:
        labels = to_seen(labels, out / "volumes", out / f"{truth}-of-both-views.csv")
    graders = [grader for grader in GRADERS if grader.name in names]
    runs = [str(to_run(out, grader, seed)) for grader in graders for seed in range(seeds)]
    folder = out / f"{truth}-{'-'.join(names)}"
    lumbar("evaluate", *runs, "--labels", str(labels), "--out", str(folder), "--device", "cpu", "--bootstrap", "0")
    found = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    by_name = {figures["name"]: figures for figures in found}
    return {grader.name: [by_name[f"{grader.name}-{seed}"] for seed in range(seeds)] for grader in graders}


def to_seen(labels: Path, volumes: Path, seen: Path) -> Path:
    """The labels of the discs that have images of both views."""
    index = VolumeStore(volumes).index
    discs = find_seen(index, [View.AXIAL]) & find_seen(index, [View.SAGITTAL])
    table = pd.read_csv(labels, dtype="string", keep_default_na=False)
    kept = [disc in discs for disc in zip(table["study_id"], table["level"], strict=True)]
    table[kept].to_csv(seen, index=False)
    return seen


def to_values(figures: Sequence[Mapping[str, Any]], kind: str, name: str) -> list[float]:
    """A figure of each seed."""
    return [of_seed["kinds"][kind][name]["value"] for of_seed in figures]


def to_text(values: Sequence[float]) -> str:
    """Mean and sample standard deviation."""
    return f"{fmean(values):.3f} ± {stdev(values):.3f}" if len(values) > 1 else f"{values[0]:.3f}"


def to_lines(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """A row for each kind of stenosis and figure, a column for each grader; of two also what the first gains."""
    gains = ("gain, seed by seed",) if len(found) == 2 else ()
    head = [*found, *gains, "paper, on patients", "ceiling"]
    yield f"| | {' | '.join(head)} |"
    yield "| --- " * (len(head) + 1) + "|"
    for kind, name in product(("Spinal canal", "Foramina"), FIGURES):
        columns = [to_values(figures, kind, name) for figures in found.values()]
        if gains:
            columns.append([one - other for one, other in zip(*columns, strict=True)])
        known = [f"{value:.3f}" if value else "" for value in (PAPER.get((kind, name)), CEILINGS.get(name))]
        yield f"| {kind}, {name} | {' | '.join([*map(to_text, columns), *known])} |"


@click.command()
@click.option("--out", default=BUILD / "benchmarks" / "phantom_graders", type=click.Path(path_type=Path))
@click.option("--studies", default=320, show_default=True)
@click.option("--seed", default=20, show_default=True, help="Of the cohort and its reports.")
@click.option("--seeds", default=3, show_default=True, help="How many splits and trainings.")
@click.option("--epochs", default=10, show_default=True)
@click.option("--jobs", default=os.cpu_count(), show_default="all cores", help="Trainings side by side.")
def main(out: Path, studies: int, seed: int, seeds: int, epochs: int, jobs: int) -> None:
    """Train 24 graders and hold them against reports and the phantom's own grades. Stop it at any time."""
    facts = machine()
    print(f"{describe_machine(facts)}, {studies} studies, {seeds} seeds")
    out.mkdir(parents=True, exist_ok=True)
    prepare(out, studies, seed)
    train_all(out, seeds, epochs, jobs)
    results: dict[str, Any] = {"machine": facts, "studies": studies, "epochs": epochs}
    for truth in ("reports", "phantom"):
        for names in TABLES:
            found = evaluate(out, truth, names, seeds)
            reports = "usual reports" if "both" in names else f"reports with {VAGUE:.0%} of their slots vague"
            where = ", on discs with both views" if names == VIEWS else ""
            print(f"\nTrained on {reports}, held against {TRUTHS[truth]}{where}\n")
            print("\n".join(to_lines(found)))
            results[f"{truth}, {'/'.join(names)}"] = found
    write_results(BUILD / "benchmarks" / "phantom_graders.json", results)


if __name__ == "__main__":
    main()
