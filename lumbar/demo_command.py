"""`lumbar demo`: a phantom cohort with reports through every command, and a page that tells of it."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--out",
    default=Path("demo"),
    show_default=True,
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything is written.",
)
@click.option("--studies", type=click.IntRange(min=4), default=80, show_default=True, help="How many phantom studies.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another seed, other patients.")
@click.option("--quick", is_flag=True, help="Small images, one epoch: shows that everything runs, and no more.")
@click.option("--restart", is_flag=True, help="Throw away the demo that the folder holds, and begin anew.")
def demo(out: Path, studies: int, seed: int, quick: bool, restart: bool) -> None:
    """Take phantom patients from DICOM and reports to a trained grader, and write a page that shows all of it.

    Every step prints the command that does the same on your own data. Nothing here is of a patient: a phantom is drawn
    from a seed, and what is measured on it says that the machinery works, not that a grader does.

    Stop it at any time: the same command goes on from there.

    \b
    Example:
      lumbar demo --out demo
    """
    from lumbar.demo.page import write_page
    from lumbar.demo.places import Places
    from lumbar.demo.settings import DemoSettings, to_quick
    from lumbar.demo.story import tell

    places = Places(out)
    settings = to_quick(studies, seed) if quick else DemoSettings(studies, seed)
    seconds = tell(places, settings, restart)
    write_page(places, settings, seconds)
    click.echo(f"\nThe whole story: {places.page}")
