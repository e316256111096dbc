"""How a command ends when something goes wrong: one line on stderr and an exit code, never the text of a report."""

import errno
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

import click

PACKAGES = ("lexicons", "reportparse", "imaging", "training", "lumbar")


class ExitCode(IntEnum):
    """What a command's exit code says; REFUSED is done, but some inputs were refused."""

    DONE = 0
    FAILED = 1
    MISUSE = 2
    REFUSED = 3
    INTERRUPTED = 130


@contextmanager
def clean_errors(show_traceback: bool = False) -> Iterator[None]:
    """A block whose exceptions become one line on stderr and click's Exit; click's own exceptions pass."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("lumbar: interrupted; what was written stays in place", err=True)
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EPIPE:
            raise
        if show_traceback:
            traceback.print_exc()
        click.echo(f"lumbar: {to_line(error)}", err=True)
        raise click.exceptions.Exit(ExitCode.FAILED) from None


def to_line(error: Exception) -> str:
    """One line for an error.

    A ValueError of our own packages is written for the user and is repeated as it stands. Of an OSError the line has
    the reason and the file's name without its folders. Of any other error only its type and place: its message
    may quote a report.
    """
    if isinstance(error, ValueError) and type(error).__module__.partition(".")[0] in PACKAGES:
        return " ".join(str(error).split())
    if isinstance(error, OSError) and error.strerror:
        name = Path(error.filename).name if isinstance(error.filename, str) else ""
        return f"{name}: {error.strerror}" if name else error.strerror
    return (
        f"{type(error).__name__} at {_place(error)}: a fault in lumbar, or an input it does not foresee. "
        "`lumbar --traceback COMMAND ...` shows where; its output may quote report text."
    )


def _place(error: Exception) -> str:
    """The innermost frame in our own packages (this file apart), else the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    root = Path(__file__).parent.parent
    folders = [root / name for name in PACKAGES]
    ours = [f for f in frames if f.filename != __file__ and any(map(Path(f.filename).is_relative_to, folders))]
    frame = (ours or frames)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
