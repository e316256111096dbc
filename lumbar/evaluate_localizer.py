"""`lumbar evaluate` of a localizer's run: its held-out slices, judged by the figures that DeepSPINE reports."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lumbar.train_config import names_localizer
from lumbar.train_localizer import DETECTOR_NAMES, make_phantoms, to_text
from training.localizer.config import LocalizerConfig, read_localizer_config, to_places
from training.run_record import CONFIG, RecordError

WIDTH = 26

Own = dict[str, Any]
"""The figures of one source of slices, as ``training.localizer.evaluation.summarise`` gives them."""


CRITERIA = (
    ("usable: all three hold", "usable", "94.0 %"),
    ("  one centroid an area", "solitary", "-"),
    ("  as many as there are", "same_number", "-"),
    ("  S1 over no vertebra", "s1_apart", "-"),
)
PAPER = {"lumbar": ("0.93 (0.02)", "0.79 (0.44)"), "s1": ("0.93 (0.03)", "0.72 (0.47)")}
"""Dice, and the distance between centroids in mm, with their standard deviations."""


def is_localizer_run(folder: Path) -> bool:
    """Whether a folder is a localizer's run."""
    return (folder / CONFIG).exists() and names_localizer(folder / CONFIG)


def evaluate_localizer(folder: Path, out: Path, device: str) -> str:
    """The table of a run's held-out slices by source; written to ``out`` as evaluation.txt and evaluation.json.

    The slices are read and made again; RecordError where they are not those of the run, or no longer there.
    """
    config = _read_run(folder)
    values = {"run": folder.name, **_judge(folder, config, device)}
    text = describe(config, values)
    out.mkdir(parents=True, exist_ok=True)
    (out / "evaluation.txt").write_text(text, encoding="utf-8")
    (out / "evaluation.json").write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    return text


def _read_run(folder: Path) -> LocalizerConfig:
    """A run's config; RecordError where it has no weights yet, or where what it was made from is not there."""
    from training.run_predictions import check_trained

    check_trained(folder)
    config = read_localizer_config(folder / CONFIG)
    for key, place in to_places(config).items():
        if key != "network.init" and not Path(place).exists():
            raise RecordError(f"{Path(place).name}, which the run was made from ({key}), is not there")
    return config


def _judge(folder: Path, config: LocalizerConfig, device: str) -> dict[str, Any]:
    """The figures of a run's best weights, by source of the slices held out, and what they are of."""
    from training.environment import choose_device, describe_environment
    from training.localizer.material import describe_slices, gather_held_out, VALIDATION
    from training.localizer.recipe import judge_sources, read_best
    from training.localizer.record import check_same_slices

    chosen = choose_device(device)
    gathered = gather_held_out(config, make_phantoms)
    check_same_slices(folder, describe_slices(gathered), VALIDATION)
    network, epoch = read_best(folder, config)
    return {
        "best_epoch": epoch,
        "detectors": list(config.task.detectors),
        "figures": judge_sources(network, config, gathered, chosen),
        "environment": describe_environment(chosen, 1),
    }


def describe(config: LocalizerConfig, values: dict[str, Any]) -> str:
    """The table: a column for each source of slices, and the paper's."""
    figures: dict[str, Own] = values["figures"]
    rows = [["", *figures, "paper"], *_to_rows(config.task.detectors, list(figures.values()))]
    title = f"{values['run']}: the weights of epoch {values['best_epoch'] + 1}, on patients held out"
    table = "\n".join(map(_to_line, rows))
    return f"{title}\n\n{table}\n\n{_to_remarks(config, figures)}"


def _to_line(row: list[str]) -> str:
    return "".join([row[0].ljust(WIDTH), *(each.rjust(20) for each in row[1:])]).rstrip()


def _to_rows(detectors: tuple[str, ...], sources: list[Own]) -> Iterator[list[str]]:
    yield ["slices", *(str(own["slices"]) for own in sources), "200"]
    for name, key, paper in CRITERIA:
        yield [name, *(_to_percent(own[key]) for own in sources), paper]
    for key in detectors:
        name, each = DETECTOR_NAMES[key], [own[key] for own in sources]
        yield [f"{name}: slices marked", *(str(own["marked_slices"]) for own in each), "200"]
        yield [f"{name}: Dice (sd)", *(_to_spread(own, "dice") for own in each), PAPER[key][0]]
        yield [f"{name}: error, mm (sd)", *(_to_spread(own, "error_mm") for own in each), PAPER[key][1]]
        yield [f"{name}: median error, mm", *(to_text(own["error_mm_median"]) for own in each), "-"]


def _to_percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _to_spread(own: Own, name: str) -> str:
    mean, std = own[f"{name}_mean"], own[f"{name}_std"]
    return "-" if mean is None else f"{mean:.2f} ({std:.2f})"


def _to_remarks(config: LocalizerConfig, sources: Iterable[str]) -> str:
    """What a reader of the table has to know."""
    remarks = [
        "The paper's figures are of its own 200 cases, none of them here. Errors are of the areas that hold one true",
        "centroid. The checkpoint was chosen by the loss on these slices.",
    ]
    if "spider-midsagittal" in sources:
        remarks += ["spider-midsagittal: the masks are another localizer's, not a reader's."]
    if len(config.task.detectors) == 1:
        name = DETECTOR_NAMES[config.task.detectors[0]]
        remarks += [f"One detector by itself: the criteria are of {name} only, and nothing says whether S1 overlaps."]
    return "\n".join(remarks) + "\n"
