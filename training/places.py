"""The files and folders that a config names: whole where a run goes on from them, by name alone where it is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from training.localizer.config import LocalizerConfig, to_places

ConfigT = TypeVar("ConfigT")


def find_places(config: Any) -> dict[str, str]:
    """The files and folders that a config, a grader's or a localizer's, names, by key."""
    if isinstance(config, LocalizerConfig):
        return to_places(config)
    data = {f"data.{name}": getattr(config.data, name) for name in ("labels", "volumes", "patients")}
    return {key: place for key, place in {**data, "split.file": config.split.file}.items() if place}


def drop_folders(config: ConfigT) -> ConfigT:
    """The config with the names of its files and folders alone: what may leave the machine."""
    told: Any = config
    for key, place in find_places(config).items():
        section, _, name = key.partition(".")
        told = replace(told, **{section: replace(getattr(told, section), **{name: Path(place).name})})
    kept: ConfigT = told
    return kept
