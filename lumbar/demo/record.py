"""What a demo's folder says of itself: its settings, and how long each step that is done took."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from lumbar.demo.settings import DemoSettings


class DemoError(ValueError):
    """A folder that holds another demo, or something else; the message says what to do."""


def read_seconds(path: Path, settings: DemoSettings) -> dict[str, float]:
    """The seconds of each step that is done, by name, none where there is no record yet.

    DemoError where the record is of other settings.
    """
    if not path.exists():
        return {}
    record = json.loads(path.read_text(encoding="utf-8"))
    if record["settings"] != to_plain(settings):
        raise DemoError(
            f"{path.parent.name} holds a demo of other settings: give the same to go on, "
            "name another folder (--out), or begin anew (--restart)"
        )
    return {str(name): float(seconds) for name, seconds in record["seconds"].items()}


def write_seconds(path: Path, settings: DemoSettings, seconds: Mapping[str, float]) -> None:
    """Write the record, whole or not at all."""
    beside = path.with_suffix(".writing")
    beside.write_text(json.dumps({"settings": to_plain(settings), "seconds": dict(seconds)}, indent=1) + "\n")
    beside.replace(path)


def to_plain(settings: DemoSettings) -> dict[str, object]:
    """The settings as JSON has them, with the version that made the demo."""
    return {"version": version("lumbar"), **asdict(settings)}
