"""The audit as a gate: figures that must reach a bound."""

import difflib
import math
from typing import NamedTuple

from reportparse.audit.metrics import Estimate, METRICS

SHARES = frozenset(metric.name for metric in METRICS if not metric.name.endswith("_per_100")) | {"reports_exact"}
LOWER_IS_BETTER = frozenset(metric.name for metric in METRICS if not metric.higher_is_better)
GATE_METRICS: tuple[str, ...] = (*(metric.name for metric in METRICS), "reports_exact")


class Requirement(NamedTuple):
    """A figure over all slots and its bound: the least it may be, or the most where lower is better."""

    metric: str
    bound: float


class RequirementError(ValueError):
    """A requirement that is not ``METRIC=VALUE``, or names no metric; the message names the known ones."""


def parse_requirement(text: str) -> Requirement:
    """The requirement ``slot_f1=0.97`` says."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
        raise RequirementError(f"{text!r}: expected METRIC=VALUE, as in slot_f1=0.97")
    if name not in GATE_METRICS:
        near = difflib.get_close_matches(name, GATE_METRICS, n=1, cutoff=0.0)[0]
        raise RequirementError(f"no metric {name!r}; did you mean {near}? The metrics are {', '.join(GATE_METRICS)}")
    most = 1 if name in SHARES else 100
    try:
        bound = float(value)
    except ValueError:
        bound = math.nan
    if not (-1 if name == "kappa" else 0) <= bound <= most:
        raise RequirementError(f"{name}={value}: expected a number up to {most}")
    return Requirement(name, bound)


def is_met(requirement: Requirement, estimates: dict[str, Estimate]) -> bool:
    """Whether the figure reaches its bound; a figure with nothing to measure does not."""
    value = estimates[requirement.metric].value
    return value <= requirement.bound if requirement.metric in LOWER_IS_BETTER else value >= requirement.bound


def describe_miss(requirement: Requirement, estimates: dict[str, Estimate]) -> str:
    """One line for a requirement that is not met: the metric, its value and its bound."""
    value = estimates[requirement.metric].value
    most_or_least = "at most" if requirement.metric in LOWER_IS_BETTER else "at least"
    found = "has nothing to measure" if math.isnan(value) else f"is {value:.4f}"
    return f"gate: {requirement.metric} {found}, required {most_or_least} {requirement.bound:g}"
