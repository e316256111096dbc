"""The figures of parts of a tally: all slots, a task, a level, a grade, a rule."""

from typing import NamedTuple

from reportparse.audit.metrics import Estimate, estimate, grade_counts, METRICS, ratio_estimate
from reportparse.audit.slots import CATEGORIES, IntArray, NO_GRADE
from reportparse.audit.tally import Tally


class GroupScore(NamedTuple):
    """The figures of some slots, by the names of METRICS, and their confusion counts (gold, labels) by CATEGORIES."""

    name: str
    estimates: dict[str, Estimate]
    confusion: IntArray


class GradeScore(NamedTuple):
    """How well one category of CATEGORIES is told from the others, ranges aside."""

    name: str
    precision: Estimate
    recall: Estimate
    f1: Estimate


class RuleScore(NamedTuple):
    """How many scored labels a rule gave, how many of them are exactly right, and the share."""

    rule: str
    n: int
    right: int
    precision: Estimate


def score_group(name: str, counts: IntArray, drawn: IntArray) -> GroupScore:
    """The figures of counts (exact, gold, predicted); ``drawn``, for intervals, has (resample,) before these axes."""
    estimates = {metric.name: estimate(metric.formula, counts, drawn) for metric in METRICS}
    return GroupScore(name, estimates, counts.sum(0))


def score_whole(name: str, point: Tally, drawn: Tally) -> GroupScore:
    """The figures of all slots of a tally, and the share of reports with every slot right (its first flag)."""
    score = score_group(name, point.confusion.sum((0, 1)), drawn.confusion.sum((1, 2)))
    return score._replace(estimates={**score.estimates, "reports_exact": score_flag(0, point, drawn)})


def score_flag(flag: int, point: Tally, drawn: Tally) -> Estimate:
    """The share of reports with a flag."""
    of, of_drawn = point.flags[flag], drawn.flags[:, flag]
    return ratio_estimate(of[1], of.sum(), of_drawn[:, 1], of_drawn.sum(-1))


def score_grades(confusion: IntArray, drawn: IntArray) -> tuple[GradeScore, ...]:
    """The scores of the categories but silence, from the confusion counts of all slots and their resamples."""
    both, said, gold = grade_counts(confusion)
    boths, saids, golds = grade_counts(drawn)
    return tuple(
        GradeScore(
            CATEGORIES[i],
            ratio_estimate(both[i], said[i], boths[:, i], saids[:, i]),
            ratio_estimate(both[i], gold[i], boths[:, i], golds[:, i]),
            ratio_estimate(2 * both[i], said[i] + gold[i], 2 * boths[:, i], saids[:, i] + golds[:, i]),
        )
        for i in range(NO_GRADE + 1)
    )


def score_rules(names: tuple[str, ...], point: IntArray, drawn: IntArray) -> tuple[RuleScore, ...]:
    """The precision of each rule that gave a scored label, from counts (rule, wrong or right); most wrong first."""
    scores = []
    for i, name in enumerate(names):
        n, right = int(point[i].sum()), int(point[i, 1])
        if n:
            precision = ratio_estimate(point[i, 1], point[i].sum(), drawn[:, i, 1], drawn[:, i].sum(-1))
            scores.append(RuleScore(name, n, right, precision))
    return tuple(sorted(scores, key=lambda score: (score.right - score.n, score.rule)))
