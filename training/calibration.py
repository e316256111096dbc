"""How far a probability can be believed: reliability bins and the expected calibration error."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.metrics import predict
from training.scored import Scored


def reliability(stated: npt.NDArray[np.float64], true: npt.NDArray[np.bool_], bins: int = 10) -> pd.DataFrame:
    """Bins of equal width of stated probability: columns low, high, count, stated, observed.

    ``stated`` and ``true``: (n,). stated and observed are means over the bin, NaN in an empty one. A probability on an
    edge belongs to the bin above, 1 to the last.
    """
    at = np.minimum((stated * bins).astype(np.int64), bins - 1)
    count = np.bincount(at, minlength=bins)
    sums = [np.bincount(at, weights=values, minlength=bins) for values in (stated, true.astype(np.float64))]
    means = [np.divide(s, count, out=np.full(bins, np.nan), where=count > 0) for s in sums]
    edges = np.arange(bins + 1) / bins
    return pd.DataFrame(
        {"low": edges[:-1], "high": edges[1:], "count": count, "stated": means[0], "observed": means[1]}
    )


def confidence_reliability(scored: Scored, bins: int = 10) -> pd.DataFrame:
    """The reliability of the predicted grade's probability."""
    return reliability(scored.probabilities.max(axis=1), predict(scored) == scored.grade, bins)


def calibration_error(table: pd.DataFrame) -> float:
    """The mean of |stated - observed| over the slots of a reliability table (ECE); NaN for none."""
    count = table["count"].to_numpy(np.float64)
    gap = np.abs((table["stated"] - table["observed"]).to_numpy(np.float64))
    return float(np.nansum(gap * count) / count.sum()) if count.sum() > 0 else float("nan")
