"""Figures as people read them, the same on a page and in the terminal."""

import math

from reportparse.audit.metrics import Estimate, METRICS

TITLES: dict[str, str] = {metric.name: metric.title for metric in METRICS} | {"reports_exact": "Reports exact"}
MEANINGS: dict[str, str] = {metric.name: metric.meaning for metric in METRICS} | {
    "reports_exact": "The share of reports in which every scored slot is right."
}
HEADLINES = ("slot_f1", "grade_accuracy", "kappa", "spurious_per_100", "missed_per_100", "reports_exact")
"""The figures shown first, in this order."""


def format_value(estimate: Estimate, per_100: bool = False) -> str:
    """``0.973``, or ``2.7`` for a rate per 100; a dash where there is nothing to measure."""
    return _format(estimate.value, per_100)


def format_interval(estimate: Estimate, per_100: bool = False) -> str:
    """``0.961–0.984``, the 95 % interval; empty where there is none."""
    if math.isnan(estimate.low):
        return ""
    return f"{_format(estimate.low, per_100)}–{_format(estimate.high, per_100)}"


def is_per_100(metric: str) -> bool:
    """Whether a metric is a rate per 100, not a share."""
    return metric.endswith("_per_100")


def _format(value: float, per_100: bool) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.1f}" if per_100 else f"{value:.3f}"
