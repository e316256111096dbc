"""Running the demo: every step that is not done yet, with the command it is, and how long it took."""

import shlex
import shutil
import time
from collections.abc import Sequence

import click

from lumbar.demo.places import Places, RECORD
from lumbar.demo.record import DemoError, read_seconds, write_seconds
from lumbar.demo.settings import DemoSettings
from lumbar.demo.steps import Step, to_steps
from lumbar.errors import ExitCode


def tell(places: Places, settings: DemoSettings, restart: bool) -> dict[str, float]:
    """Do the steps that are not done, and return the seconds of all."""
    record = places.out / RECORD
    steps = to_steps(places)
    if restart and record.exists():
        clear(places, steps)
    places.out.mkdir(parents=True, exist_ok=True)
    seconds = read_seconds(record, settings)
    write_seconds(record, settings, seconds)
    for number, step in enumerate(steps, 1):
        head = f"[{number}/{len(steps)}] {step.title}"
        if step.name in seconds and step.made.exists():
            click.echo(f"{head}: done before, in {seconds[step.name]:.1f} s")
            continue
        click.secho(f"\n{head}", bold=True)
        began = time.monotonic()
        do(step, places, settings)
        seconds[step.name] = time.monotonic() - began
        write_seconds(record, settings, seconds)
    return seconds


def do(step: Step, places: Places, settings: DemoSettings) -> None:
    """Do one step; DemoError where its command fails. That some inputs were refused is no failure."""
    if step.function is not None:
        step.function(places, settings)
    if step.command is None:
        return
    from lumbar.main import main

    arguments = step.command(places, settings)
    click.echo(f"$ {to_command_line(arguments)}")
    code = main.main(list(arguments), prog_name="lumbar", standalone_mode=False)
    if code not in (None, ExitCode.DONE, ExitCode.REFUSED):
        raise DemoError(f"the step {step.name!r} failed with exit code {code}; what is done is kept")


def to_command_line(arguments: Sequence[str]) -> str:
    """A step's command as it would be typed."""
    return shlex.join(["lumbar", *arguments])


def clear(places: Places, steps: Sequence[Step]) -> None:
    """Remove what the demo's steps made in its folder, and nothing else."""
    (places.out / RECORD).unlink()
    for name in sorted({step.made.relative_to(places.out).parts[0] for step in steps}):
        made = places.out / name
        if made.is_dir():
            shutil.rmtree(made)
        else:
            made.unlink(missing_ok=True)
