"""The head of a volume store: what it is, in which version, and with which settings it was made."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from imaging.store.schema import FORMAT, FORMAT_VERSION, HEAD, StoreError

Settings = Mapping[str, Any]
"""What decides the crops of a store, as plain JSON values."""


def to_head(settings: Settings) -> dict[str, Any]:
    """The head of a store of these settings, as plain JSON values."""
    return {"format": FORMAT, "version": FORMAT_VERSION, "settings": dict(settings)}


def read_head(store: Path, any_version: bool = False) -> dict[str, Any]:
    """The head of a store; StoreError where there is none, or one of another format or version."""
    try:
        head = json.loads((store / HEAD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"no volume store here: {HEAD} is missing") from None
    except ValueError:
        raise StoreError(f"{HEAD} is not JSON: the volume store is damaged; make it anew") from None
    found = head.get("format") if isinstance(head, dict) else None
    if found != FORMAT:
        raise StoreError(f"{HEAD} has format {found!r}, expected {FORMAT!r}")
    if head.get("version") != FORMAT_VERSION and not any_version:
        raise StoreError(
            f"{HEAD} has format version {head.get('version')}, this lumbar reads {FORMAT_VERSION}: "
            "build the store anew, or use the lumbar that made it"
        )
    return dict(head)


def check_same(before: Settings, now: Settings) -> None:
    """StoreError, naming what differs, where the settings of a store are not those wanted now."""
    differing = list(_differences(dict(before), json.loads(json.dumps(now)), ""))
    if differing:
        raise StoreError(
            f"the volume store was made with other settings: {'; '.join(differing)}. Give the same to go on, "
            "name another store, or make it anew with --restart"
        )


def _differences(before: Any, now: Any, name: str) -> Iterator[str]:
    """The settings that differ, by their dotted names, with both values."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted({*before, *now}):
            yield from _differences(before.get(key), now.get(key), f"{name}.{key}" if name else key)
    elif before != now:
        yield f"{name} was {json.dumps(before)}, now {json.dumps(now)}"
