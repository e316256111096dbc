"""The score of RSNA 2024 (lumbar spine degenerative classification): weighted log losses of its groups, averaged."""

import numpy as np
import numpy.typing as npt

from lexicons.vocabulary import Level, Task
from training.scored import CANAL, FORAMINA, RECESSES, Scored, take_slots, take_tasks

FloatArray = npt.NDArray[np.float64]

GROUPS: dict[str, tuple[Task, ...]] = {"spinal": CANAL, "foraminal": FORAMINA, "subarticular": RECESSES}
ANY_SEVERE = "any_severe_spinal"
_WEIGHTS = np.array([1.0, 2.0, 4.0])
_SMALLEST = float(np.finfo(np.float64).eps)


def rsna_losses(scored: Scored) -> dict[str, float]:
    """The log loss of each group that has slots: spinal, foraminal, subarticular, any_severe_spinal.

    Three classes, normal or mild, moderate, severe; a slot weighs 1, 2 or 4 by its true class. any_severe_spinal asks
    once a study whether any level's canal is severe, by the highest P(severe), and weighs as the study's worst canal.
    Levels L1-L2 to L5-S1: the challenge has no T12-L1.
    """
    five = take_slots(scored, scored.level != Level.T12_L1.value)
    losses = {}
    for name, tasks in GROUPS.items():
        slots = take_tasks(five, tasks)
        if len(slots):
            true, stated = _to_three(slots)
            losses[name] = _log_loss(stated[np.arange(len(true)), true], _WEIGHTS[true])
    if "spinal" in losses:
        losses[ANY_SEVERE] = _any_severe_loss(take_tasks(five, CANAL))
    return losses


def rsna_score(scored: Scored) -> float:
    """The mean of the groups' losses, any_severe_spinal as one of them; NaN where there are no slots.

    The challenge has all four groups; with fewer tasks it is the mean over those there are, and not comparable.
    """
    losses = rsna_losses(scored)
    return float(np.mean(list(losses.values()))) if losses else float("nan")


def _to_three(slots: Scored) -> tuple[npt.NDArray[np.int64], FloatArray]:
    true = np.maximum(slots.grade - 1, 0)
    p = slots.probabilities
    return true, np.column_stack([p[:, 0] + p[:, 1], p[:, 2], p[:, 3]])


def _log_loss(of_truth: FloatArray, weights: FloatArray) -> float:
    return float(np.average(-np.log(np.clip(of_truth, _SMALLEST, 1.0)), weights=weights))


def _any_severe_loss(canal: Scored) -> float:
    true, stated = _to_three(canal)
    studies, inverse = np.unique(canal.study, return_inverse=True)
    worst, highest = np.zeros(len(studies), np.int64), np.zeros(len(studies))
    np.maximum.at(worst, inverse, true)
    np.maximum.at(highest, inverse, stated[:, 2])
    return _log_loss(np.where(worst == 2, highest, 1 - highest), _WEIGHTS[worst])
