"""What readers differ on, as data: one frozen dataclass, read from TOML, recorded beside every table."""

import difflib
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import get_args, get_type_hints, Literal


@dataclass(frozen=True)
class Policy:
    """Choices of interpretation; the defaults are DeepSPINE's where the paper has one, else those of docs/labels.md.

    minimal: what ``minimal``, ``slight`` and ``trace`` mean, ``mild`` or ``normal``.
    section: which section wins where findings and impression grade a slot differently.
    unsided_foramina: a foramen or recess with no side speaks of ``both`` sides, or is left ``open``.
    schemes: read Schizas and Lee grades where no word is said.
    within_section: two grades for one slot in one section: the ``higher`` or the ``latest``.
    """

    minimal: Literal["mild", "normal"] = "mild"
    section: Literal["findings_first", "impression_first", "higher"] = "findings_first"
    unsided_foramina: Literal["both", "open"] = "both"
    schemes: Literal["read", "ignore"] = "read"
    within_section: Literal["higher", "latest"] = "higher"


class PolicyError(ValueError):
    """A policy file with an unknown key or value; the message names the nearest known one."""


def read_policy(path: Path) -> Policy:
    """The policy of a TOML file; keys left out keep their defaults."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name} is not TOML: {error}") from None
    return to_policy(values)


def to_policy(values: dict[str, object]) -> Policy:
    """A policy from plain values, each checked against what it may be."""
    hints = get_type_hints(Policy)
    known = [f.name for f in fields(Policy)]
    for key, value in values.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            raise PolicyError(f"unknown key {key!r}; did you mean {near!r}?")
        allowed = get_args(hints[key])
        if value not in allowed:
            raise PolicyError(f"{key} is {value!r}; it may be {' or '.join(allowed)}")
    return Policy(**values)  # type: ignore[arg-type]
