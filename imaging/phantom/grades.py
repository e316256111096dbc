"""Grades and the severities behind them: what a reader calls a stenosis, and what it measures.

A slot's severity is a number x. A reader's grade is the nearest whole number to x as he sees it, and he sees it with an
error of ``reader_overlap`` (a standard deviation in units of a grade): so neighbouring grades overlap, and no grader,
however good, can be expected to find all of them.
"""

import numpy as np
from scipy.stats import norm

from imaging.geometry import FloatArray
from lexicons.vocabulary import Grade

READER_OVERLAP = 0.2
"""The default: the best class average to be expected is then 0.88 over four classes and 0.93 over three."""

RANGE = (-0.6, 3.6)
"""Severities are cut here: no canal is wider than normal for ever, none is narrower than closed."""

GRADES = len(Grade)


def draw_severities(rng: np.random.Generator, grades: FloatArray, reader_overlap: float = READER_OVERLAP) -> FloatArray:
    """A severity for each grade, of the same shape: evenly within the grade's range, plus the reader's error."""
    within = rng.uniform(-0.5, 0.5, grades.shape)
    error = rng.standard_normal(grades.shape) * reader_overlap
    return np.clip(grades + within + error, *RANGE)


def to_densities(severities: FloatArray, reader_overlap: float) -> FloatArray:
    """The density of each severity, (n,), in each grade: (4, n); the cut at RANGE is left out."""
    grades = np.arange(GRADES)[:, None]
    spread = max(reader_overlap, 1e-9)
    upper = norm.cdf((severities - (grades - 0.5)) / spread)
    density: FloatArray = upper - norm.cdf((severities - (grades + 0.5)) / spread)
    return density


def to_ceiling(reader_overlap: float = READER_OVERLAP, classes: int = 4) -> float:
    """The greatest class-average accuracy that a grader can be expected to have, in (0, 1].

    It bounds the expectation: on a finite test set a grader may by chance have more. ``classes``: 4, each weighted
    evenly, so that the shares of grades in a cohort do not matter; or 3 with mild and moderate taken together, as in
    DeepSPINE's tables 1 and 2, where as many mild as moderate slots are assumed.
    """
    x = np.linspace(-2, 5, 70_001)
    densities = to_densities(x, reader_overlap)
    if classes == 3:
        densities = np.stack([densities[0], densities[1:3].mean(axis=0), densities[3]])
    return float(densities.max(axis=0).sum() * (x[1] - x[0]) / len(densities))


def to_severe_auc(reader_overlap: float, shares: tuple[float, float, float]) -> float:
    """The best area under the curve of severe against the rest, where the rest has these shares of grades 0, 1, 2."""
    x = np.linspace(-2, 5, 70_001)
    densities = to_densities(x, reader_overlap)
    rest = np.average(densities[:3], axis=0, weights=shares)
    below = np.cumsum(rest) * (x[1] - x[0])
    return float((densities[3] * below).sum() * (x[1] - x[0]))
