"""Confusion matrices and heat maps as tables: every count is text, its share is the shade behind it."""

import math
from collections.abc import Sequence

import numpy as np

from lexicons.vocabulary import Grade, LEVELS, TASKS
from lumbar.pages.html import element, Html, table
from lumbar.pages.numbers import format_value
from reportparse.audit.scores import GroupScore
from reportparse.audit.slots import CATEGORIES, IntArray

SHADES = 8


def to_confusion_table(caption: str, confusion: IntArray) -> Html:
    """Counts with the gold down and the labels across; a cell is shaded by its share of its row."""
    names = [_to_name(category) for category in CATEGORIES]
    totals = confusion.sum(axis=1)
    rows = []
    for i, name in enumerate(names):
        cells = [_to_count(int(n), int(totals[i]), is_right=i == j) for j, n in enumerate(confusion[i])]
        rows.append([name, *cells, element("td", {"class": "total"}, str(totals[i]))])
    across = [element("td", {"class": "total"}, str(n)) for n in [*confusion.sum(axis=0), np.sum(confusion)]]
    rows.append(["sum", *across])
    return table(caption, [Html("gold ↓&ensp;label →"), *names, "sum"], rows, "confusion")


def to_heat_map(caption: str, cells: Sequence[GroupScore], metric: str) -> Html:
    """A metric for each level (down) and task (across), from scores by level, then task."""
    rows = []
    for i, level in enumerate(LEVELS):
        of_level = cells[i * len(TASKS) : (i + 1) * len(TASKS)]
        rows.append([level, *(_to_heat(score, metric) for score in of_level)])
    return table(caption, ["", *TASKS], rows, "confusion")


def _to_name(category: str) -> str:
    return f"{category} {Grade(int(category)).name.lower()}" if category.isdigit() else category


def _to_count(n: int, total: int, is_right: bool) -> Html:
    shade = math.ceil(SHADES * n / total) if total else 0
    kind = f"{'right' if is_right else 'off'} s{shade}" if n else "nil"
    share = f"{n} of {total}, {100 * n / total:.0f} %" if total else "none"
    return element("td", {"class": kind, "title": share}, str(n) if n else "·")


def _to_heat(score: GroupScore, metric: str) -> Html:
    """Shaded from nothing at 0.5 to full at 1, since most values worth telling apart lie there."""
    estimate = score.estimates[metric]
    if math.isnan(estimate.value):
        return element("td", {"class": "nil", "title": "nothing to measure"}, "–")
    shade = max(0, round(SHADES * (2 * estimate.value - 1)))
    return element("td", {"class": f"right s{shade}", "title": f"{estimate.n} slots"}, format_value(estimate))
