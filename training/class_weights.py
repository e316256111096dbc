"""The weights of equation 2 of DeepSPINE: inverse class frequency per task, and what they mean for intervals."""

import numpy as np
import numpy.typing as npt

from lexicons.vocabulary import Grade
from training.targets import IntArray

FloatArray = npt.NDArray[np.float64]
CLASSES = len(Grade)


def count_classes(low: IntArray, high: IntArray) -> FloatArray:
    """How often each grade occurs, (tasks, 4), from intervals (n, tasks).

    A slot with an interval is shared over its grades as the slots with one grade are, or evenly where none of those
    has any of its grades.
    """
    return np.array([_count_task(low[:, task], high[:, task]) for task in range(low.shape[1])]).reshape(-1, CLASSES)


def _count_task(low: IntArray, high: IntArray) -> FloatArray:
    exact = np.bincount(low[(low == high) & (low >= 0)], minlength=CLASSES)
    counts = exact.astype(np.float64)
    for first, last in intervals():
        slots = np.count_nonzero((low == first) & (high == last)) if first < last else 0
        share = exact[first : last + 1]
        share = share / share.sum() if share.sum() > 0 else np.full(len(share), 1 / len(share))
        counts[first : last + 1] += slots * share
    return counts


def weigh_classes(counts: FloatArray, cap: float = 20.0) -> FloatArray:
    """alpha[t, j] = N_t / (C n[t, j]), (tasks, 4), at most ``cap``; 0 for a class that is absent."""
    total = counts.sum(axis=1, keepdims=True)
    inverse = np.divide(total, CLASSES * counts, out=np.zeros_like(counts), where=counts > 0)
    alpha: FloatArray = np.minimum(inverse, cap)
    return alpha


def weigh_intervals(counts: FloatArray, alpha: FloatArray) -> FloatArray:
    """The weight of every interval, (tasks, 4, 4) by low and high: alpha expected over its grades.

    The expectation is over the training split's frequencies, so that an interval weighs what its slots would weigh on
    average if their grades were known; the plain mean would let the rarest grade, the least likely, decide. For
    low == high it is alpha. An interval of which the training split has no grade weighs 0.
    """
    weights = np.zeros((len(counts), CLASSES, CLASSES))
    for first, last in intervals():
        n, a = counts[:, first : last + 1], alpha[:, first : last + 1]
        total = n.sum(axis=1)
        weights[:, first, last] = np.divide((n * a).sum(axis=1), total, out=np.zeros_like(total), where=total > 0)
    return weights


def intervals() -> list[tuple[int, int]]:
    """Every low..high of grades."""
    return [(first, last) for first in range(CLASSES) for last in range(first, CLASSES)]
