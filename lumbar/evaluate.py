"""`lumbar evaluate`: runs or tables of predictions against labels, as the paper's tables, figures and a model card."""

from pathlib import Path

import click

from lumbar.errors import ExitCode

_FOR_GRADERS = (
    "--labels, --store, --patients and --part training are for graders; a localizer is held against the masks of its "
    "held-out slices"
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--labels", type=_FILE, help="Labels to hold against; the run's own where not given.")
@click.option(
    "--store",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The volume store, where it is no longer where the run had it.",
)
@click.option("--patients", type=_FILE, help="A table study_id, patient_id; the run's own where not given.")
@click.option(
    "--part",
    type=click.Choice(["training", "validation", "test"]),
    default="test",
    show_default=True,
    help="The part of a run's split to grade.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where to write; of one run its folder, of a table nowhere.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where discs are graded.",
)
@click.option(
    "--bootstrap",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    metavar="N",
    help="Draws of patients for the 95 % intervals; 0 for none.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the draws.")
def evaluate(
    runs: tuple[Path, ...],
    labels: Path | None,
    store: Path | None,
    patients: Path | None,
    part: str,
    out: Path | None,
    device: str,
    bootstrap: int,
    seed: int,
) -> None:
    """Hold graders against labels: DeepSPINE's Tables 1, 2 and 3, severe AUC, kappa, calibration, RSNA 2024's loss.

    RUN is a run folder, or a table: predictions (columns p0 to p3), or a label table, such as the parser's or a
    radiologist's, whose grades count as certain. Of several runs the tables have means and standard deviations: give
    three seeds, or a run and its swapped twin; runs of one view go into Table 2.

    Written: evaluation.txt, evaluation.json, figures (PNG) and MODEL_CARD.md; the predictions lie in the run folder.

    RUN may be a localizer's, by itself: its held-out slices by the paper's three criteria, with Dice and centroid error
    in mm, as evaluation.txt and evaluation.json.

    \b
    Examples:
      lumbar evaluate run
      lumbar evaluate seed0 seed1 seed2 axial0 sagittal0 --out comparison
      lumbar evaluate parsed.parquet --labels radiologist.csv
      lumbar evaluate localizer
    """
    tables = [path for path in runs if path.is_file()]
    folders = [path for path in runs if path.is_dir()]
    from lumbar.evaluate_localizer import evaluate_localizer, is_localizer_run

    if any(map(is_localizer_run, folders)):
        if len(runs) > 1:
            raise click.UsageError("a localizer is evaluated by itself: name one RUN")
        if labels or store or patients or part == "training":
            raise click.UsageError(_FOR_GRADERS)
        click.echo(evaluate_localizer(folders[0], out or folders[0], device), nl=False)
        click.echo(f"\nwritten to {(out or folders[0]).name}: evaluation.txt, evaluation.json")
        raise click.exceptions.Exit(ExitCode.DONE)
    if tables and labels is None:
        raise click.UsageError(f"{tables[0].name} is a table: --labels says what to hold it against")
    if len(runs) > 1 and out is None:
        raise click.UsageError("of several graders nothing says where to write: give --out FOLDER")
    if len({path.name for path in runs}) < len(runs):
        raise click.UsageError("two of RUN have the same name: the tables could not tell them apart")
    from lumbar.evaluate_run import Asked, evaluate_all

    if out is None and folders:
        out = folders[0] if part == "test" else folders[0] / part
    asked = Asked(runs, labels, store, patients, part, out, device, bootstrap, seed)
    text = evaluate_all(asked)
    click.echo(text, nl=False)
    if out is not None:
        click.echo(
            f"\nwritten to {out.name}: evaluation.txt, evaluation.json, figures{', MODEL_CARD.md' * bool(folders)}"
        )
    raise click.exceptions.Exit(ExitCode.DONE)
