"""Severities behind grades, and what the best grader can reach."""

import numpy as np
import pytest

from imaging.phantom.grades import draw_severities, READER_OVERLAP, to_ceiling, to_severe_auc


def to_best_accuracy(overlap: float, merged: bool) -> float:
    """The class-average accuracy of the best two or three cuts through drawn severities."""
    grades = np.repeat(np.arange(4), 50_000)
    severities = draw_severities(np.random.default_rng(1), grades.astype(float), overlap)
    found = []
    for moved in np.linspace(0, 0.3, 31):
        answers = np.digitize(severities, [0.5 + moved, 1.5, 2.5 - moved])
        right = answers == grades
        if merged:
            right |= np.isin(answers, [1, 2]) & np.isin(grades, [1, 2])
        found.append(np.average(right, weights=np.where(merged & np.isin(grades, [1, 2]), 0.5, 1.0)))
    return float(max(found))


@pytest.mark.parametrize("overlap", [0.1, READER_OVERLAP, 0.4])
@pytest.mark.parametrize("classes", [4, 3])
def test_the_ceiling_is_what_drawing_finds(overlap: float, classes: int) -> None:
    assert to_ceiling(overlap, classes) == pytest.approx(to_best_accuracy(overlap, classes == 3), abs=0.005)


def test_readers_who_agree_leave_no_overlap() -> None:
    assert to_ceiling(0.0) == pytest.approx(1.0, abs=1e-4)
    assert to_ceiling(0.3) < to_ceiling(0.2) < to_ceiling(0.1)


def test_the_default_leaves_room_above_published_graders() -> None:
    assert 0.85 <= to_ceiling() <= 0.9
    assert to_ceiling(classes=3) > to_ceiling()
    assert to_severe_auc(READER_OVERLAP, (0.7, 0.2, 0.1)) > 0.99


def test_auc_is_what_drawing_finds() -> None:
    rng = np.random.default_rng(2)
    severe = draw_severities(rng, np.full(2000, 3.0), 0.5)
    rest = draw_severities(rng, rng.choice(3, 2000, p=[0.2, 0.3, 0.5]).astype(float), 0.5)
    found = (severe[:, None] > rest).mean() + 0.5 * (severe[:, None] == rest).mean()
    assert to_severe_auc(0.5, (0.2, 0.3, 0.5)) == pytest.approx(found, abs=0.01)


def test_severities_keep_to_their_range_and_follow_their_grades() -> None:
    grades = np.repeat(np.arange(4.0), 1000).reshape(4, 1000)
    severities = draw_severities(np.random.default_rng(0), grades)
    assert severities.shape == grades.shape
    assert severities.min() >= -0.6
    assert severities.max() <= 3.6
    assert severities.mean(axis=1) == pytest.approx([0.02, 1, 2, 2.98], abs=0.04)
