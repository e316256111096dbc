"""The files and folders that a config names: whole where a run goes on from them, by name alone where it is told."""

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from training.config import Config
from training.localizer.config import LocalizerConfig, to_places

ConfigT = TypeVar("ConfigT", Config, LocalizerConfig)


def find_places(config: Config | LocalizerConfig) -> dict[str, str]:
    """The files and folders that a config names, by key."""
    if isinstance(config, LocalizerConfig):
        return to_places(config)
    data = {f"data.{name}": getattr(config.data, name) for name in ("labels", "volumes", "patients")}
    return {key: place for key, place in {**data, "split.file": config.split.file}.items() if place}


def drop_folders(config: ConfigT) -> ConfigT:
    """The config with the names of its files and folders alone: what may leave the machine."""
    for key, place in find_places(config).items():
        section, _, name = key.partition(".")
        config = replace(config, **{section: replace(getattr(config, section), **{name: Path(place).name})})
    return config
