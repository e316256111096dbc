"""The prior of grades: how often each slot has each grade, and how the slots of a patient go together.

A Gaussian copula: each of the 30 slots (six levels by five tasks) has a standard normal variable, correlated over
slots, and thresholds that cut it into grades. ``prior.tsv`` holds the numbers; ``fit_prior`` makes them from RSNA
2024's table of grades (1,974 studies, 25 slots), of which nothing else is kept.

What the table does not say is assumed:
- It has Normal/Mild as one. The threshold between the two lies as far below that of mild and moderate as that of severe
  lies above it: grades are taken as equal steps of the same variable.
- It has no T12-L1. Its thresholds go on from L2-L3 and L1-L2 in a straight line, and it goes together with a level
  n discs below as L1-L2 does with the level n discs below that one (L5-S1: as L1-L2 with L5-S1).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from imaging.geometry import FloatArray
from lexicons.vocabulary import LEVELS, TASKS

IntArray = npt.NDArray[np.int64]

SLOTS: tuple[str, ...] = tuple(f"{level} {task}" for level in LEVELS for task in TASKS)
"""The 30 slots, level by level from the head."""


class Prior(StrEnum):
    """How a cohort's grades are drawn: as RSNA 2024 has them, or every grade of a slot equally often."""

    RSNA = "rsna"
    UNIFORM = "uniform"


@dataclass(frozen=True)
class GradePrior:
    """The numbers of the copula.

    ``thresholds``: (30, 3), rising, on the standard normal, by SLOTS. ``correlation``: (30, 30), positive definite.
    """

    thresholds: FloatArray
    correlation: FloatArray


@cache
def read_prior() -> GradePrior:
    """The numbers that come with the package."""
    with files("imaging.phantom").joinpath("prior.tsv").open("r") as file:
        return parse_prior(pd.read_csv(file, sep="\t", index_col="slot", comment="#"))


def parse_prior(table: pd.DataFrame) -> GradePrior:
    """The prior of a table as ``to_table`` makes it."""
    columns = table.loc[list(SLOTS)]
    return GradePrior(
        columns[["mild", "moderate", "severe"]].to_numpy(dtype=np.float64),
        columns[list(SLOTS)].to_numpy(dtype=np.float64),
    )


def to_table(prior: GradePrior) -> pd.DataFrame:
    """The prior as a table: a row a slot, the thresholds of mild, moderate and severe, and the correlations."""
    table = pd.DataFrame(prior.correlation, index=pd.Index(SLOTS, name="slot"), columns=list(SLOTS))
    for number, name in enumerate(("mild", "moderate", "severe")):
        table.insert(number, name, prior.thresholds[:, number])
    return table.round(3)


def draw_grades(rng: np.random.Generator, n: int, prior: Prior = Prior.RSNA) -> IntArray:
    """The grades, 0 to 3, of n patients: (n, 30), by SLOTS.

    The uniform prior keeps how slots go together, and makes every grade of every slot equally frequent: a cohort with
    many stenoses, for training.
    """
    numbers = read_prior()
    root = np.linalg.cholesky(numbers.correlation)
    latent = rng.standard_normal((n, len(SLOTS))) @ root.T
    thresholds = numbers.thresholds
    if prior is Prior.UNIFORM:
        thresholds = np.broadcast_to(norm.ppf([0.25, 0.5, 0.75]), thresholds.shape)
    grades: IntArray = (latent[:, :, None] > thresholds).sum(axis=2)
    return grades
