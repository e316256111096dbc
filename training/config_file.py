"""A config from TOML and back; an unknown key is an error that names the nearest known one."""

import difflib
import json
import tomllib
from dataclasses import asdict, fields, is_dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints, Literal, TypeVar

from training.config import check_config, Config, ConfigError

ConfigT = TypeVar("ConfigT")
LOCALIZER = "localizer"
"""The task.kind of a localizer's config."""


def read_config(path: Path) -> Config:
    """The checked config of a TOML file; keys left out keep their defaults."""
    return to_config(read_values(path))


def read_values(path: Path) -> dict[str, Any]:
    """The values of a TOML file, by section."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name} is not TOML: {error}") from None
    return parse_values(text, path.name)


def parse_values(text: str, name: str) -> dict[str, Any]:
    """The values of a TOML text, by section; ``name``: what a ConfigError calls it."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not TOML: {error}") from None


def to_config(values: dict[str, Any]) -> Config:
    """A checked config from plain values, such as TOML gives."""
    if is_localizer(values):
        raise ConfigError(f'task.kind is "{LOCALIZER}": this is no grader\'s config; only `lumbar train` takes it')
    config = to_sections(Config(), values)
    check_config(config)
    return config


def to_toml(config: Any) -> str:
    """Every key of a config, a dataclass of sections, as TOML, which reads back as the same config."""
    lines = []
    for section, values in asdict(config).items():
        lines.append(f"[{section}]")
        # What JSON writes of text, numbers, true, false and lists is TOML too.
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
        lines.append("")
    return "\n".join(lines)


def is_localizer(values: dict[str, Any]) -> bool:
    """Whether the values of a config file are a localizer's (``training.localizer.config``)."""
    task = values.get("task")
    return isinstance(task, dict) and task.get("kind") == LOCALIZER


def to_sections(defaults: ConfigT, values: dict[str, Any]) -> ConfigT:
    """A config, not yet checked: the defaults with these values over them; ConfigError for a wrong key or type."""
    config: ConfigT = _to_section(defaults, values, "", type(defaults))
    return config


def _to_section(defaults: Any, values: Any, where: str, root: type[Any]) -> Any:
    if not isinstance(values, dict):
        raise ConfigError(f"{where.rstrip('.')} is {values!r}; expected a section [{where.rstrip('.')}]")
    hints = get_type_hints(type(defaults))
    read = {}
    for key, value in values.items():
        if key not in hints:
            raise ConfigError(f"unknown key {where + key!r}; did you mean {_nearest(key, where, root)!r}?")
        hint = hints[key]
        if is_dataclass(hint):
            read[key] = _to_section(getattr(defaults, key), value, f"{where}{key}.", root)
        else:
            read[key] = _to_value(hint, value, where + key)
    return replace(defaults, **read)


def _nearest(key: str, where: str, root: type[Any]) -> str:
    """The known key most like a wrong one, of any section; of two as like, the one in the same section."""
    sections = get_type_hints(root)
    keys = [*sections, *(f"{name}.{f.name}" for name, section in sections.items() for f in fields(section))]

    def likeness(known: str) -> float:
        section, _, name = known.rpartition(".")
        same = 0.1 if f"{section}." == where or section == where else 0.0
        return difflib.SequenceMatcher(None, key, name).ratio() + same

    return max(keys, key=likeness)


def _to_value(hint: Any, value: Any, key: str) -> Any:
    origin = get_origin(hint)
    if origin is Literal:
        if value not in get_args(hint):
            raise ConfigError(f"{key} is {value!r}; it may be {' or '.join(map(repr, get_args(hint)))}")
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigError(f"{key} is {value!r}; expected a list")
        items = get_args(hint)
        if items[-1] is not Ellipsis and len(value) != len(items):
            raise ConfigError(f"{key} has {len(value)} values; expected {len(items)}")
        return tuple(_to_value(items[0], item, key) for item in value)
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise ConfigError(f"{key} is {value!r}; expected {_KIND[hint]}")
    return value


_KIND: dict[type | UnionType, str] = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
