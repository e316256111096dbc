"""`lumbar train` with a localizer's config: slices with masks into a run folder with weights and their recipe."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TYPE_CHECKING

import click

from lumbar.ranks import first_speaks, on_ranks, Ranks
from lumbar.train_config import resolve_localizer_config
from lumbar.work import available_cores, map_shown

if TYPE_CHECKING:
    import pandas as pd

    from training.localizer.config import LocalizerConfig
    from training.localizer.marked import MarkedSlice
    from training.localizer.material import Gathered


LEAST_PHANTOMS = 8
"""Of a worker."""

DETECTOR_NAMES = {"lumbar": "T12-L5", "s1": "S1"}


def train_localizer(config_file: Path, settings: tuple[str, ...], out: Path, restart: bool, ranks: Ranks) -> None:
    """Train a localizer into a run folder, or go on; at the end its weights and recipe are written there."""
    with first_speaks(ranks):
        config = on_ranks(resolve_localizer_config(config_file, settings), ranks)
        gathered = _prepare(config, out, restart, ranks)
    if gathered is None:
        if ranks.rank == 0:
            click.echo(f"{out.name} is complete: nothing to do (--restart trains anew)")
        return
    from lumbar.train_run import run_loop
    from training.localizer.learner import to_material
    from training.localizer.material import describe_slices

    def describe() -> "list[pd.DataFrame]":
        # Without their checksums: pixels are made on each node, and processors differ in the last bit.
        return [describe_slices(gathered).drop(columns="crc32")]

    if run_loop(config, to_material(config, gathered), describe, out, ranks):
        _export(out, config, gathered)


def _prepare(config: "LocalizerConfig", out: Path, restart: bool, ranks: Ranks) -> "Gathered | None":
    """The slices of a run; its folder begun, or found to be of the same slices; None where it is complete."""
    from lumbar.train_run import check_machine
    from training.localizer.material import describe_slices
    from training.localizer.record import check_same_slices, RECIPE, write_slice_record
    from training.run_lock import held
    from training.run_record import clear_run, is_complete, open_run

    if ranks.rank == 0:
        click.get_current_context().with_resource(held(out))
    complete = is_complete(out) and (out / RECIPE).exists() and not restart
    begun = ranks.rank == 0 and open_run(out, config, restart)
    if complete:
        return None
    check_machine(config.run, ranks)
    gathered = _gather(config, ranks)
    if ranks.rank > 0:
        return gathered
    table = describe_slices(gathered)
    for (source, part), rows in table.groupby(["source", "part"]):
        click.echo(f"{source}: {len(rows)} slices of {rows['patient'].nunique()} patients for {part}")
    if begun:
        check_same_slices(out, table)
        click.echo(f"going on with the run in {out.name}", err=True)
    else:
        clear_run(out)  # only now: an error above no longer costs a finished run
        write_slice_record(out, config, table)
    return gathered


def _gather(config: "LocalizerConfig", ranks: Ranks) -> "Gathered":
    from training.localizer.material import gather

    return gather(config) if ranks.rank > 0 else gather(config, make_phantoms)


def make_phantoms(
    make: "Callable[[int], tuple[MarkedSlice, ...]]", numbers: Sequence[int]
) -> "Iterator[tuple[MarkedSlice, ...]]":
    """The slices of each phantom, made side by side on all cores, on a bar."""
    if not numbers:
        return
    yield from map_shown(make, numbers, "phantoms", to_jobs(len(numbers)))


def to_jobs(phantoms: int) -> int:
    """How many workers make the phantoms: all cores, but none for a few, for a worker takes seconds to begin."""
    return max(1, min(available_cores(), phantoms // LEAST_PHANTOMS))


def _export(out: Path, config: "LocalizerConfig", gathered: "Gathered") -> None:
    from training.localizer.recipe import export
    from training.localizer.record import RECIPE, WEIGHTS
    from training.run_record import ENVIRONMENT

    environment = json.loads((out / ENVIRONMENT).read_text(encoding="utf-8"))
    recipe = export(out, config, gathered, environment)
    for line in describe_figures(recipe["figures"]):
        click.echo(line)
    click.echo(f"{out.name}: {WEIGHTS}, and {RECIPE}, its recipe")


def describe_figures(figures: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The figures of held-out slices, a line for each source."""
    for source, own in figures.items():
        each = "; ".join(
            f"{name} Dice {to_text(own[key]['dice_mean'])}, "
            f"median centroid error {to_text(own[key]['error_mm_median'])} mm"
            for key, name in DETECTOR_NAMES.items()
            if key in own
        )
        yield f"{source}, {own['slices']} held-out slices: {own['usable']:.1%} usable by the paper's criteria; {each}"


def to_text(value: float | None) -> str:
    """A figure with two digits, or a dash."""
    return "-" if value is None else f"{value:.2f}"
