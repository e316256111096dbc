"""The prior of grades."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from imaging.phantom.prior import draw_grades, GradePrior, parse_prior, Prior, read_prior, SLOTS, to_table
from imaging.phantom.prior_fit import CONDITIONS, fit_prior, to_score_correlation, to_scores
from lexicons.vocabulary import MIRRORED_TASK, Task

RSNA = Path(__file__).parents[3] / "../shared/data/rsna2024/train.csv"


def to_wide(scores: np.ndarray) -> pd.DataFrame:
    """Scores, (n, 25), as RSNA 2024's table has them."""
    words = np.array(["Normal/Mild", "Moderate", "Severe"])
    names = [f"{CONDITIONS[Task(task)]}_{level.lower().replace('-', '_')}" for level, task in map(str.split, SLOTS[5:])]
    return pd.DataFrame(words[scores], columns=names)


def test_shipped_numbers_are_a_copula() -> None:
    prior = read_prior()
    assert prior.thresholds.shape == (30, 3)
    assert (np.diff(prior.thresholds, axis=1) > 0).all()
    assert prior.correlation == pytest.approx(prior.correlation.T)
    assert np.diag(prior.correlation) == pytest.approx(1.0)
    assert np.linalg.eigvalsh(prior.correlation).min() > 0


def test_drawn_grades_have_the_shipped_shares_and_correlations() -> None:
    prior, grades = read_prior(), draw_grades(np.random.default_rng(0), 20_000)
    for grade in (1, 2, 3):
        assert (grades >= grade).mean(axis=0) == pytest.approx(norm.sf(prior.thresholds[:, grade - 1]), abs=0.015)
    scores = np.maximum(grades - 1, 0)
    for one, other in [(20, 23), (15, 20), (21, 22), (10, 15), (26, 27)]:
        expected = to_score_correlation(
            prior.correlation[one, other], prior.thresholds[one, 1:], prior.thresholds[other, 1:]
        )
        assert np.corrcoef(scores[:, one], scores[:, other])[0, 1] == pytest.approx(expected, abs=0.04)


def test_mild_is_an_equal_step_and_both_sides_are_alike_where_nothing_was_counted() -> None:
    thresholds = read_prior().thresholds
    assert thresholds[:, 0] == pytest.approx(2 * thresholds[:, 1] - thresholds[:, 2], abs=2e-3)
    above = dict(zip(SLOTS[:5], thresholds[:5], strict=True))
    for task in Task:
        assert above[f"T12-L1 {task}"] == pytest.approx(above[f"T12-L1 {MIRRORED_TASK[task]}"])


def test_uniform_prior_has_every_grade_equally_often_and_keeps_correlations() -> None:
    grades = draw_grades(np.random.default_rng(1), 8_000, Prior.UNIFORM)
    for grade in range(4):
        assert (grades == grade).mean(axis=0) == pytest.approx(0.25, abs=0.02)
    assert np.corrcoef(grades[:, 23], grades[:, 24])[0, 1] > 0.3


def test_fit_finds_the_copula_that_made_a_table() -> None:
    scores = np.maximum(draw_grades(np.random.default_rng(3), 4_000) - 1, 0)[:, 5:]
    fitted, prior = fit_prior(to_wide(scores)), read_prior()
    often = prior.thresholds[:, 2] < 1.8
    assert fitted.thresholds[often] == pytest.approx(prior.thresholds[often], abs=0.15)
    pair = SLOTS.index("L4-L5 LSS"), SLOTS.index("L4-L5 RSS")
    assert fitted.correlation[pair] == pytest.approx(prior.correlation[pair], abs=0.06)


def test_empty_cells_count_nowhere() -> None:
    table = to_wide(np.maximum(draw_grades(np.random.default_rng(4), 300) - 1, 0)[:, 5:])
    slot = SLOTS.index("L4-L5 LSS")
    table.iloc[::3, slot - 5] = None
    scores = to_scores(table)
    assert scores[SLOTS[slot]].isna().sum() == 100
    share = (scores[SLOTS[slot]] >= 1).sum() / 200
    assert norm.sf(fit_prior(table).thresholds[slot, 1]) == pytest.approx(share, abs=1e-6)


def test_table_round_trips() -> None:
    prior = read_prior()
    again: GradePrior = parse_prior(to_table(prior))
    assert again.thresholds == pytest.approx(prior.thresholds, abs=1e-3)
    assert again.correlation == pytest.approx(prior.correlation, abs=1e-3)


@pytest.mark.skipif(not RSNA.exists(), reason="RSNA 2024's table of grades is not here")
def test_draws_match_the_table_that_was_fitted() -> None:
    observed = to_scores(pd.read_csv(RSNA))
    drawn = np.maximum(draw_grades(np.random.default_rng(0), 100_000) - 1, 0)[:, 5:]
    for score in range(3):
        shares = (observed == score).sum() / observed.notna().sum()
        assert (drawn == score).mean(axis=0) == pytest.approx(shares.to_numpy(), abs=0.02)
    assert np.corrcoef(drawn.T) == pytest.approx(observed.corr().to_numpy(), abs=0.05)
