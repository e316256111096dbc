"""The config of `lumbar train` from a file and options, answered before anything heavy is loaded."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from training.config import Config, ConfigError, RunConfig
from training.config_file import is_localizer, read_config, read_values, to_config
from training.localizer.config import LocalizerConfig, read_localizer_config, to_localizer_config, to_places


def print_config(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Print the commented config, and leave."""
    if value:
        click.echo(files("lumbar").joinpath("run.toml").read_text(encoding="utf-8"), nl=False)
        ctx.exit()


def print_localizer_config(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Print the commented config of a localizer, and leave."""
    if value:
        click.echo(files("lumbar").joinpath("localizer.toml").read_text(encoding="utf-8"), nl=False)
        ctx.exit()


def to_key_list() -> str:
    """Every key by section, for the help; without rewrapping."""
    lines = ["\b", "Keys of the config; `lumbar train --print-config` says what each means:"]
    for section, values in asdict(Config()).items():
        lines += wrap(", ".join(values), 78, initial_indent=f"  [{section}]".ljust(18), subsequent_indent=" " * 18)
    return "\n".join(lines)


def resolve_config(
    path: Path | None, places: Mapping[str, Path | None], settings: tuple[str, ...], hard_labels: bool
) -> Config:
    """The checked config of a file with the options over it; UsageError naming the key that is wrong."""
    try:
        values = asdict(read_config(path) if path else Config())
        for key, place in places.items():
            if place is not None:
                _put(values, key, str(place))
        if hard_labels:
            _put(values, "targets.hard_labels", True)
        for setting in settings:
            _put(values, *_parse_setting(setting))
        return to_config(values)
    except ConfigError as error:
        raise click.UsageError(str(error)) from None


def names_localizer(path: Path | None) -> bool:
    """Whether a config file is a localizer's; UsageError where it is no TOML."""
    try:
        return path is not None and is_localizer(read_values(path))
    except ConfigError as error:
        raise click.UsageError(str(error)) from None


def resolve_localizer_config(path: Path, settings: tuple[str, ...]) -> LocalizerConfig:
    """The checked config of a localizer's file with the options over it; UsageError naming the key that is wrong."""
    try:
        values = asdict(read_localizer_config(path))
        for setting in settings:
            _put(values, *_parse_setting(setting))
        config = to_localizer_config(values)
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
    for key, place in to_places(config).items():
        if not Path(place).exists():
            raise click.UsageError(f"{key}: {Path(place).name} is not there")
    check_tensorboard(config.run)
    return config


def _parse_setting(setting: str) -> tuple[str, Any]:
    key, equals, text = setting.partition("=")
    if not equals:
        raise click.UsageError(f"--set {setting}: expected KEY=VALUE, such as run.epochs=5")
    try:
        return key.strip(), tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), text.strip()  # a word needs no quotes here


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key; one that no config has is put as it stands, for ``to_config`` to refuse."""
    section, dot, name = key.partition(".")
    if dot and isinstance(values.get(section), dict):
        values[section][name] = value
    else:
        values[key] = value


def check_places(config: Config) -> None:
    """UsageError where data are not named or not there, or where an optional package is not installed."""
    needed = {"labels": "--labels", "volumes": "--store", "patients": "--patients"}
    for name, option in needed.items():
        place = getattr(config.data, name)
        if not place and name != "patients":
            raise click.UsageError(f"no {name} named: give {option}, or data.{name} in the config")
        if place and not Path(place).exists():
            raise click.UsageError(f"data.{name}: {Path(place).name} is not there")
    if config.split.file and not Path(config.split.file).is_file():
        raise click.UsageError(f"split.file: {Path(config.split.file).name} is not there")
    check_tensorboard(config.run)


def check_tensorboard(run: RunConfig) -> None:
    """UsageError where TensorBoard is asked for and not installed."""
    if run.tensorboard and find_spec("tensorboard") is None:
        raise click.UsageError("run.tensorboard needs the package tensorboard: pip install 'lumbar[tensorboard]'")
