"""Intervals by drawing patients: slots of one patient are not independent."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from training.scored import Scored, take_slots


class Interval(NamedTuple):
    """A figure, its interval, and how many of the draws had a value (a draw without a severe slot has no AUC)."""

    value: float
    low: float
    high: float
    draws: int


def bootstrap(
    figure: Callable[[Scored], float],
    scored: Scored,
    rng: np.random.Generator,
    draws: int = 1000,
    coverage: float = 0.95,
) -> Interval:
    """The percentile interval of a figure over ``draws`` samples of as many patients, with replacement.

    Every patient drawn brings all of its slots, as often as it is drawn. Draws where the figure is NaN are left out;
    low and high are NaN where all are.
    """
    slots = _slots_of_patients(scored.patient)
    chosen = rng.integers(len(slots), size=(draws, len(slots))) if slots else np.zeros((0, 0), np.int64)
    values = np.array([figure(take_slots(scored, np.concatenate([slots[p] for p in row]))) for row in chosen])
    values = values[~np.isnan(values)]
    tails = [(1 - coverage) / 2, (1 + coverage) / 2]
    low, high = np.quantile(values, tails) if len(values) else (np.nan, np.nan)
    return Interval(figure(scored), float(low), float(high), len(values))


def _slots_of_patients(patient: npt.NDArray[np.str_]) -> list[npt.NDArray[np.int64]]:
    _, inverse = np.unique(patient, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    return np.split(order, np.cumsum(np.bincount(inverse))[:-1]) if len(patient) else []
