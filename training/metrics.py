"""The figures of the papers, each a function of scored slots."""

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score, confusion_matrix, f1_score, roc_auc_score  # type: ignore[import-untyped]

from lexicons.vocabulary import Grade
from training.scored import Scored

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
GRADES = [grade.value for grade in Grade]


def predict(scored: Scored) -> IntArray:
    """The grade of the highest probability, (n,); of equals the lower."""
    best: IntArray = scored.probabilities.argmax(axis=1)
    return best


def merge_probabilities(probabilities: FloatArray) -> FloatArray:
    """(n, 4) to (n, 3): normal, mild or moderate, severe; mild and moderate are summed (Lu et al. 2018, 4.2)."""
    p = probabilities
    return np.column_stack([p[:, 0], p[:, 1] + p[:, 2], p[:, 3]])


def merge_grades(grade: IntArray) -> IntArray:
    """0, 1, 2, 3 to 0, 1, 1, 2."""
    merged: IntArray = np.array([0, 1, 1, 2])[grade]
    return merged


def class_accuracies(scored: Scored) -> FloatArray:
    """The share of each grade's slots that are predicted so, (4,); NaN for a grade that does not occur."""
    return _recalls(scored.grade, predict(scored), 4)


def merged_accuracies(scored: Scored) -> FloatArray:
    """The same for normal, mild or moderate, severe, (3,), merged before the highest is taken."""
    merged = merge_probabilities(scored.probabilities).argmax(axis=1)
    return _recalls(merge_grades(scored.grade), merged, 3)


def _recalls(true: IntArray, predicted: IntArray, classes: int) -> FloatArray:
    counts = np.bincount(true, minlength=classes).astype(np.float64)
    right = np.bincount(true[true == predicted], minlength=classes)
    recalls: FloatArray = np.divide(right, counts, out=np.full(classes, np.nan), where=counts > 0)
    return recalls


def class_average(accuracies: FloatArray) -> float:
    """The mean over the classes that occur (balanced accuracy); NaN where none does."""
    occurring = accuracies[~np.isnan(accuracies)]
    return float(occurring.mean()) if len(occurring) else float("nan")


def severe_accuracy(scored: Scored) -> float:
    """The accuracy of severe against the rest, by the larger of P(severe) and the sum of the others (Table 3)."""
    if not len(scored):
        return float("nan")
    severe = scored.probabilities[:, 3]
    called = severe > scored.probabilities[:, :3].sum(axis=1)
    return float(np.mean(called == (scored.grade == Grade.SEVERE)))


def severe_auc(scored: Scored) -> float:
    """The area under the ROC curve of P(severe); NaN where severe or its opposite does not occur."""
    severe = scored.grade == Grade.SEVERE
    if severe.all() or not severe.any():
        return float("nan")
    return float(roc_auc_score(severe, scored.probabilities[:, 3]))


def accuracy(scored: Scored) -> float:
    """The share of slots predicted right, frequent grades and rare alike; NaN for no slots."""
    return float(np.mean(predict(scored) == scored.grade)) if len(scored) else float("nan")


def macro_f1(scored: Scored) -> float:
    """F1 averaged over the grades that occur in truth; NaN for no slots."""
    if not len(scored):
        return float("nan")
    occurring = np.unique(scored.grade)
    return float(f1_score(scored.grade, predict(scored), labels=occurring, average="macro", zero_division=0.0))


def quadratic_kappa(scored: Scored) -> float:
    """Cohen's kappa with quadratic weights; NaN where truth and prediction are one and the same single grade."""
    if len(np.union1d(scored.grade, predict(scored))) < 2:
        return float("nan")
    return float(cohen_kappa_score(scored.grade, predict(scored), labels=GRADES, weights="quadratic"))


def confusion(scored: Scored) -> IntArray:
    """Counts, (4, 4): true grade by row, predicted by column."""
    counts: IntArray = confusion_matrix(scored.grade, predict(scored), labels=GRADES)
    return counts
