"""The figures of an audit, each a formula on confusion counts (..., exact, gold category, predicted category).

The formulas work on any leading axes, so the same ones give a figure and its bootstrap. Slot F1, grade accuracy,
kappa and the spurious rate are those of docs/labels.md; a figure with nothing to measure is NaN.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reportparse.audit.slots import IntArray, NO_GRADE, SILENT_CATEGORY

FloatArray = npt.NDArray[np.float64]
Formula = Callable[[IntArray], tuple[FloatArray, IntArray]]

_GRADED = slice(0, NO_GRADE)
_LABELLED = slice(0, SILENT_CATEGORY)


class Metric(NamedTuple):
    """A figure: its stable name in metrics.json, a title, what it means in one sentence, and which way is better."""

    name: str
    title: str
    meaning: str
    higher_is_better: bool
    formula: Formula


class Estimate(NamedTuple):
    """A figure with its 95 % interval and the number of slots (or reports) under it; NaN where there are none."""

    value: float
    low: float
    high: float
    n: int


def precision(counts: IntArray) -> tuple[FloatArray, IntArray]:
    """Exactly right labels over labels given."""
    return _ratio(_right(counts), _sum(counts[..., :, _LABELLED]))


def recall(counts: IntArray) -> tuple[FloatArray, IntArray]:
    """Exactly right labels over gold labels."""
    return _ratio(_right(counts), _sum(counts[..., _LABELLED, :]))


def slot_f1(counts: IntArray) -> tuple[FloatArray, IntArray]:
    """Twice the right labels over labels given plus gold labels: the harmonic mean of precision and recall."""
    labels = _sum(counts[..., :, _LABELLED]) + _sum(counts[..., _LABELLED, :])
    value, _ = _ratio(2 * _right(counts), labels)
    return value, labels - _sum(counts[..., _LABELLED, _LABELLED])


def exact_agreement(counts: IntArray) -> tuple[FloatArray, IntArray]:
    """Exactly right labels over slots that both sides label."""
    return _ratio(_right(counts), _sum(counts[..., _LABELLED, _LABELLED]))


def grade_accuracy(counts: IntArray) -> tuple[FloatArray, IntArray]:
    """Slots of the right grade over gold slots with a grade; a missed slot is wrong."""
    return _ratio(_trace(_over_exact(counts)[..., _GRADED, _GRADED]), _sum(counts[..., _GRADED, :]))


def kappa(counts: IntArray) -> tuple[FloatArray, IntArray]:
    """Cohen's kappa with quadratic weights, over slots that both sides grade; 1 where both use one same grade only."""
    observed = _over_exact(counts)[..., _GRADED, _GRADED]
    n = _last_two(observed)
    weight = np.subtract.outer(np.arange(NO_GRADE), np.arange(NO_GRADE)) ** 2
    expected = observed.sum(-1)[..., :, None] * observed.sum(-2)[..., None, :]
    apart, apart_by_chance = _last_two(observed * weight) * n, _last_two(expected * weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(apart_by_chance > 0, 1 - apart / apart_by_chance, 1.0)
    return np.where(n > 0, value, np.nan), n


def spurious_per_100(counts: IntArray) -> tuple[FloatArray, IntArray]:
    """Labels in slots that the gold says nothing of, for each 100 such slots."""
    spurious = _sum(counts[..., [SILENT_CATEGORY], _LABELLED])
    value, n = _ratio(spurious, _sum(counts[..., [SILENT_CATEGORY], :]))
    return 100 * value, n


def missed_per_100(counts: IntArray) -> tuple[FloatArray, IntArray]:
    """Gold labels left silent, for each 100 gold labels."""
    value, n = _ratio(_sum(counts[..., _LABELLED, [SILENT_CATEGORY]]), _sum(counts[..., _LABELLED, :]))
    return 100 * value, n


def coverage(counts: IntArray) -> tuple[FloatArray, IntArray]:
    """Slots with a label over all scored slots."""
    return _ratio(_sum(counts[..., :, _LABELLED]), _sum(counts))


METRICS: tuple[Metric, ...] = (
    Metric(
        "slot_f1",
        "Slot F1",
        "One figure for finding the right labels and inventing none: the harmonic mean of precision and recall.",
        True,
        slot_f1,
    ),
    Metric(
        "precision", "Precision", "Of the labels given, the share that is right in grade and range.", True, precision
    ),
    Metric(
        "recall", "Recall", "Of the gold's labels, the share that was found, right in grade and range.", True, recall
    ),
    Metric(
        "grade_accuracy",
        "Grade accuracy",
        "Of the slots the gold grades 0 to 3, the share with that very grade; a missed slot counts as wrong.",
        True,
        grade_accuracy,
    ),
    Metric(
        "exact_agreement",
        "Exact agreement",
        "Of the slots that both sides label, the share where grade and range are the same.",
        True,
        exact_agreement,
    ),
    Metric(
        "kappa",
        "Quadratic kappa",
        "Agreement beyond chance where both sides give a grade; a miss by two grades weighs four times one by one.",
        True,
        kappa,
    ),
    Metric(
        "spurious_per_100",
        "Spurious per 100",
        "Labels invented in each 100 slots that the gold says nothing of.",
        False,
        spurious_per_100,
    ),
    Metric(
        "missed_per_100",
        "Missed per 100",
        "Slots left without a label for each 100 that the gold labels.",
        False,
        missed_per_100,
    ),
    Metric("coverage", "Coverage", "Of all scored slots, the share that got a label, right or wrong.", True, coverage),
)


def grade_counts(counts: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Counts (..., category) for each category but silence: slots where both say it, the labels do, the gold does."""
    confusion = _over_exact(counts)
    both = np.diagonal(confusion, axis1=-2, axis2=-1)
    return both[..., _LABELLED], confusion.sum(-2)[..., _LABELLED], confusion.sum(-1)[..., _LABELLED]


def to_estimate(value: float, n: int, resampled: FloatArray) -> Estimate:
    """The figure with the 2.5th and 97.5th percentiles of its resamples, those without a value left out."""
    usable = resampled[~np.isnan(resampled)]
    if np.isnan(value) or not len(usable):
        return Estimate(float(value), float("nan"), float("nan"), int(n))
    low, high = np.percentile(usable, [2.5, 97.5])
    return Estimate(float(value), float(low), float(high), int(n))


def estimate(formula: Formula, counts: IntArray, resampled: IntArray) -> Estimate:
    """A formula's estimate from the counts (exact, gold, predicted) and the resampled ones, (resample, ...) before."""
    value, n = formula(counts)
    return to_estimate(float(value), int(n), formula(resampled)[0])


def ratio_estimate(part: IntArray, whole: IntArray, parts: IntArray, wholes: IntArray) -> Estimate:
    """The estimate of a share from its counts and their resamples."""
    value, n = _ratio(part, whole)
    return to_estimate(float(value), int(n), _ratio(parts, wholes)[0])


def _ratio(part: IntArray, whole: IntArray) -> tuple[FloatArray, IntArray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan), whole


def _right(counts: IntArray) -> IntArray:
    return _last_two(counts[..., 1, _LABELLED, _LABELLED])


def _sum(counts: IntArray) -> IntArray:
    total: IntArray = counts.sum((-3, -2, -1))
    return total


def _over_exact(counts: IntArray) -> IntArray:
    confusion: IntArray = counts.sum(-3)
    return confusion


def _last_two(counts: IntArray) -> IntArray:
    total: IntArray = counts.sum((-2, -1))
    return total


def _trace(counts: IntArray) -> IntArray:
    total: IntArray = np.trace(counts, axis1=-2, axis2=-1)
    return total
