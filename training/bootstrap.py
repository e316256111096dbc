"""Intervals by drawing patients: slots of one patient are not independent."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from training.scored import Scored, take_slots

FloatArray = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """A figure, its interval, and how many of the draws had a value (one without a severe slot has none)."""

    value: float
    low: float
    high: float
    draws: int


def bootstrap(
    figure: Callable[[Scored], float | FloatArray],
    scored: Scored,
    rng: np.random.Generator,
    draws: int = 1000,
    coverage: float = 0.95,
) -> Interval:
    """The percentile interval of a figure over ``draws`` samples of as many patients, with replacement.

    Every patient drawn brings all of its slots, as often as it is drawn. Draws where the figure is NaN are left out;
    low and high are NaN where all are. A figure of several classes stands for its mean over those that ``scored`` has:
    a draw that lacks one of them would be a mean of others, and is left out too.
    """
    slots = _slots_of_patients(scored.patient)
    chosen = rng.integers(len(slots), size=(draws, len(slots))) if slots else np.zeros((0, 0), np.int64)
    whole = np.atleast_1d(figure(scored))
    occurs = ~np.isnan(whole)
    drawn = [np.atleast_1d(figure(take_slots(scored, np.concatenate([slots[p] for p in row])))) for row in chosen]
    values = np.array([_mean(each[occurs]) for each in drawn])
    values = values[~np.isnan(values)]
    tails = [(1 - coverage) / 2, (1 + coverage) / 2]
    low, high = np.quantile(values, tails) if len(values) else (np.nan, np.nan)
    return Interval(_mean(whole[occurs]), float(low), float(high), len(values))


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _slots_of_patients(patient: npt.NDArray[np.str_]) -> list[npt.NDArray[np.int64]]:
    _, inverse = np.unique(patient, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    return np.split(order, np.cumsum(np.bincount(inverse))[:-1]) if len(patient) else []
