"""`lumbar train`: label table times volume store into a run folder with a trained grader, or slices to a localizer."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lumbar.ranks import first_speaks, on_ranks, Ranks, read_ranks
from lumbar.train_config import (
    check_places,
    names_localizer,
    print_config,
    print_localizer_config,
    resolve_config,
    to_key_list,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.config import Config
    from training.preparation import Prepared

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog=to_key_list())
@click.option("--labels", type=_FILE, help="The label table, .parquet, .csv or .tsv; `lumbar parse` writes one.")
@click.option(
    "--store",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The volume store; `lumbar volumes build` writes one.",
)
@click.option("--patients", type=_FILE, help="A table study_id, patient_id, where a patient may have several studies.")
@click.option("--config", "config_file", type=_FILE, help="A TOML file; --print-config prints one with every key.")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="One key, such as run.epochs=5. May be repeated."
)
@click.option("--hard-labels", is_flag=True, help="Learn only from slots with a grade, as the paper does.")
@click.option(
    "--out",
    default="run",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The run folder.",
)
@click.option("--restart", is_flag=True, help="Throw away the run that the folder holds, and begin anew.")
@click.option(
    "--print-config",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_config,
    help="Print a TOML file with every key, its default and what it means.",
)
@click.option(
    "--print-localizer-config",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_localizer_config,
    help="The same for a localizer: the recipe of the one that comes along.",
)
def train(
    labels: Path | None,
    store: Path | None,
    patients: Path | None,
    config_file: Path | None,
    settings: tuple[str, ...],
    hard_labels: bool,
    out: Path,
    restart: bool,
) -> None:
    """Train a grader on the discs that have both a label and a volume.

    The run folder gets config.toml, the split, the discs that were dropped and why, metrics.csv, and best.pt, the
    weights of the lowest validation loss. Stop it at any time: the same command goes on from the last checkpoint, and
    ends as it would have without the break. Without --config every key has its default: the paper's network, loss and
    optimizer, at full size.

    A config whose task.kind is "localizer" trains one instead, on slices with masks; `--print-localizer-config` prints
    such a file, and the run folder gets vertebrae.safetensors, vertebrae.json, its recipe, and slices.csv.

    Several devices: `--set run.devices=4`, or `torchrun --nproc-per-node 4 -m lumbar train ...` on each node.

    \b
    Examples:
      lumbar train --labels labels.parquet --store volumes --out run
      lumbar train --labels labels.parquet --store volumes --set model.name=deepspine-tiny \\
        --set run.epochs=20 --out tiny
      lumbar train --config run.toml --set split.swapped=true --out swapped
      lumbar train --config localizer.toml --set slices.spider=SPIDER --out localizer
    """
    ranks = read_ranks()
    out = out if out.name else out.resolve()  # "." has no name
    with first_speaks(ranks):
        is_localizer = names_localizer(config_file)
    if config_file is not None and is_localizer:
        from lumbar.train_localizer import train_localizer

        if labels or store or patients or hard_labels:
            raise click.UsageError("--labels, --store, --patients and --hard-labels are for graders, not a localizer")
        train_localizer(config_file, settings, out, restart, ranks)
        return
    with first_speaks(ranks):
        places = {"data.labels": labels, "data.volumes": store, "data.patients": patients}
        config = resolve_config(config_file, places, settings, hard_labels)
        check_places(config)
        config = on_ranks(config, ranks)
        prepared = prepare_run(config, out, restart, ranks)
    if prepared is None:
        if ranks.rank == 0:
            click.echo(f"{out.name} is complete: nothing to do (--restart trains anew)")
        return
    from lumbar.train_run import train_run

    train_run(config, prepared, out, ranks)


def prepare_run(config: "Config", out: Path, restart: bool, ranks: Ranks) -> "Prepared | None":
    """The discs of a run; its folder begun, or found to be of the same config and data; None where it is complete."""
    from training.preparation import prepare
    from training.run_lock import held
    from training.run_record import (
        check_same_data,
        clear_run,
        describe_discs,
        is_complete,
        open_run,
        write_record,
    )

    if ranks.rank == 0:
        click.get_current_context().with_resource(held(out))
    complete = is_complete(out) and not restart
    begun = ranks.rank == 0 and open_run(out, config, restart)
    prepared = prepare(config)
    if not complete:
        _check_run(config, prepared, ranks)
    if ranks.rank > 0:
        return None if complete else prepared
    describe(prepared, config)
    discs = describe_discs(prepared.joined.targets, prepared.reader.index)
    if begun:
        check_same_data(out, discs, prepared.split)
        if not complete:
            click.echo(f"going on with the run in {out.name}", err=True)
    else:
        clear_run(out)  # only now: what was asked for can be done, and an error no longer costs a finished run
        write_record(out, config, discs, prepared.split, prepared.joined.dropped)
    return None if complete else prepared


def _check_run(config: "Config", prepared: "Prepared", ranks: Ranks) -> None:
    """An error for a store or a machine on which the run cannot be trained."""
    from lexicons.vocabulary import View
    from lumbar.train_run import check_machine
    from training.models import find_model
    from training.store_grids import check_grids

    check_machine(config.run, ranks)
    check_grids(prepared.reader.settings, find_model(config.model.name), tuple(map(View, config.model.views)))


def describe(prepared: "Prepared", config: "Config") -> None:
    """Say what is learnt from, what was dropped and why, and how the rest is split."""
    from training.coverage import count_without_view, find_absent_grades
    from training.phantoms import NONE
    from training.preparation import count_dropped, count_parts
    from training.split import count_shared, Part

    dropped = prepared.joined.dropped
    used = len(prepared.joined.targets.discs)
    click.echo(f"discs with label and volume: {used} used, {len(dropped)} dropped")
    for reason, count in count_dropped(dropped).items():
        click.echo(f"  {count:6d}  {reason}")
    if config.split.file:
        click.echo(f"split as in {Path(config.split.file).name}:")
    else:
        click.echo(f"split by {config.split.by}, seed {config.split.seed}:")
    for part, row in count_parts(prepared.split, prepared.patients).iterrows():
        click.echo(f"  {part:10} {row['discs']:6d} discs of {row['studies']} studies, {row['patients']} patients")
    if shared := count_shared(prepared.split, prepared.patients):
        click.echo(f"patients with discs in several parts: {shared}; figures of such a split are too good")
    if prepared.phantom != NONE:
        click.echo(
            f"{prepared.phantom} of these studies are phantoms: what a grader learns from them holds of no patient"
        )
    targets = prepared.joined.targets
    for view, count in count_without_view(prepared.reader.index, targets.discs, config.model.views).items():
        if count:
            click.echo(f"discs without {view} images: {count} of {used}")
    for task, grades in find_absent_grades(targets, prepared.rows(Part.TRAINING)):
        names = " or ".join(grade.name.lower() for grade in grades)
        click.echo(f"{task}: no slot that trains is {names}: the grader cannot learn to say so")
    _describe_patients(prepared.patients, set(targets.discs["study_id"]))


def _describe_patients(patients: "Mapping[str, str]", studies: "set[str]") -> None:
    """Say which studies count as patients of their own."""
    lacking = len(studies - patients.keys())
    if lacking == len(studies):
        why = "the table of patients has none of these studies" if patients else "no table of patients (--patients)"
        click.echo(f"{why}: every study counts as another patient")
    elif lacking:
        click.echo(f"studies that the table of patients lacks: {lacking}; each counts as another patient")
