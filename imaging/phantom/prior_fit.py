"""The numbers of the prior, from RSNA 2024's table of grades."""

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

from imaging.geometry import FloatArray
from imaging.phantom.prior import GradePrior, SLOTS
from lexicons.vocabulary import Level, LEVELS, Task, TASKS

CONDITIONS: dict[Task, str] = {
    Task.SCS: "spinal_canal_stenosis",
    Task.LFS: "left_neural_foraminal_narrowing",
    Task.RFS: "right_neural_foraminal_narrowing",
    Task.LSS: "left_subarticular_stenosis",
    Task.RSS: "right_subarticular_stenosis",
}
"""RSNA 2024's names of the tasks."""

SCORES = {"Normal/Mild": 0, "Moderate": 1, "Severe": 2}

LEAST_EIGENVALUE = 1e-3
LEAST_STEP = 0.15
"""Of two thresholds: a grade that nobody has keeps some place."""


def fit_prior(table: pd.DataFrame) -> GradePrior:
    """The copula whose shares of each slot and whose correlations of scores are the table's.

    ``table``: a row a study, RSNA 2024's 25 columns; empty cells are left out of what they belong to. Each pair's
    latent correlation is solved for on its own; the matrix is then made positive definite by raising its least
    eigenvalues.
    """
    scores = to_scores(table)
    thresholds = _fit_thresholds(scores)
    graded = thresholds[len(TASKS) :, 1:]
    observed = scores.corr().to_numpy()
    latent = np.eye(len(graded))
    for i, j in zip(*np.tril_indices(len(graded), -1), strict=True):
        latent[i, j] = latent[j, i] = _solve(float(observed[i, j]), graded[i], graded[j])
    return GradePrior(thresholds, to_positive(_extend(latent)))


def to_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Normal/Mild, Moderate and Severe as 0, 1 and 2: columns by SLOTS without T12-L1, NaN where empty."""
    columns = {}
    for level in LEVELS[1:]:
        for task in TASKS:
            name = f"{CONDITIONS[task]}_{level.lower().replace('-', '_')}"
            columns[f"{level} {task}"] = table[name].map(SCORES).astype(float)
    return pd.DataFrame(columns)


def _fit_thresholds(scores: pd.DataFrame) -> FloatArray:
    """Of mild, moderate and severe: (30, 3)."""
    known = scores.notna().sum()
    moderate = norm.isf((scores >= 1).sum() / known)
    severe = np.maximum(norm.isf(((scores >= 2).sum() + 0.5) / (known + 1)), moderate + LEAST_STEP)
    upper = np.stack([moderate, severe], axis=1)
    first, second = upper[: len(TASKS)], upper[len(TASKS) : 2 * len(TASKS)]
    above = 2 * first - second
    for sides in ([1, 2], [3, 4]):  # left and right alike where nothing was counted
        above[sides] = above[sides].mean(axis=0)
    above[:, 1] = np.maximum(above[:, 1], above[:, 0] + LEAST_STEP)
    both = np.concatenate([above, upper])
    mild = 2 * both[:, :1] - both[:, 1:]
    return np.concatenate([mild, both], axis=1)


def to_score_correlation(latent: float, first: FloatArray, second: FloatArray) -> float:
    """The correlation of two slots' scores under a latent correlation and their thresholds, each (2,)."""
    normal = multivariate_normal(np.zeros(2), np.array([[1.0, latent], [latent, 1.0]]), allow_singular=True)
    product = sum(float(normal.cdf([-a, -b])) for a in first for b in second)
    means = norm.sf(first).sum(), norm.sf(second).sum()
    spreads = [np.sqrt(norm.sf(t) @ [1, 3] - norm.sf(t).sum() ** 2) for t in (first, second)]
    return float((product - means[0] * means[1]) / (spreads[0] * spreads[1]))


def _solve(observed: float, first: FloatArray, second: FloatArray) -> float:
    def difference(latent: float) -> float:
        return to_score_correlation(latent, first, second) - observed

    low, high = -0.3, 0.98
    if difference(low) > 0 or difference(high) < 0:
        return low if difference(low) > 0 else high
    return float(brentq(difference, low, high, xtol=1e-3))


def _extend(latent: FloatArray) -> FloatArray:
    """The correlations with T12-L1 in front, as the module of the prior says."""
    n = len(TASKS)
    block = {level: latent[:n, i * n : (i + 1) * n] for i, level in enumerate(LEVELS[1:])}
    row = [*block.values(), block[Level.L5_S1]]
    full = np.eye(len(SLOTS))
    full[n:, n:] = latent
    for i, pair in enumerate(row):
        full[:n, i * n : (i + 1) * n] = pair
        full[i * n : (i + 1) * n, :n] = pair.T
    return full


def to_positive(matrix: FloatArray) -> FloatArray:
    """The correlation matrix with its eigenvalues raised to LEAST_EIGENVALUE, and ones on the diagonal again."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    raised = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
    scale = 1 / np.sqrt(np.diag(raised))
    positive: FloatArray = raised * scale[:, None] * scale
    return positive
