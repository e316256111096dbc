"""Every figure of graders against labels, with intervals, as plain values and as text."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lexicons.vocabulary import Grade, Task, View
from training.bootstrap import bootstrap, FloatArray
from training.calibration import calibration_error, confidence_reliability
from training.metrics import (
    accuracy,
    class_accuracies,
    confusion,
    macro_f1,
    merged_accuracies,
    quadratic_kappa,
    severe_auc,
)
from training.paper_tables import to_table_1, to_table_2, to_table_3
from training.predictions import PROBABILITIES
from training.rsna import GROUPS, rsna_losses, rsna_score
from training.scored import CANAL, FORAMINA, RECESSES, score_against, Scored, take_common, take_tasks

Kind = tuple[str, tuple[Task, ...]]

KINDS: tuple[Kind, ...] = (("Spinal canal", CANAL), ("Foramina", FORAMINA), ("Lateral recesses", RECESSES))
BOTH_VIEWS = tuple(View)


@dataclass(frozen=True)
class Judged:
    """A grader's slots beside the truth.

    ``views``: what it looks at; of a table that another program wrote, taken for both. ``certain``: it gives grades
    without probabilities, as a label table does. ``predicted``: slots predicted, with a true grade or not.
    """

    name: str
    scored: Scored
    views: tuple[View, ...] = BOTH_VIEWS
    certain: bool = False
    predicted: int = 0


class EvaluationError(ValueError):
    """Predictions and labels that have nothing to compare; the message says what each has."""


def score(predictions: pd.DataFrame, labels: pd.DataFrame, patients: Mapping[str, str]) -> Scored:
    """The slots that both speak about; EvaluationError where there are none."""
    scored = score_against(predictions, labels, patients)
    if not len(scored):
        first = [table["study_id"].min() if len(table) else "none" for table in (predictions, labels)]
        raise EvaluationError(
            f"no predicted slot has a grade in the labels: the first study_id predicted is {first[0]}, "
            f"the first of the labels {first[1]}"
        )
    return scored


def describe_scored(judged: Judged) -> str:
    """A line that says how much of what is predicted could be held against a grade."""
    scored = judged.scored
    studies, patients = (len(np.unique(values)) for values in (scored.study, scored.patient))
    return (
        f"{judged.name}: {judged.predicted} slots predicted, {len(scored)} held against a grade, "
        f"of {studies} studies, {patients} patients"
    )


def to_certain_predictions(labels: pd.DataFrame) -> pd.DataFrame:
    """A label table as predictions: probability 1 for its grade; slots without a grade are left out."""
    graded = labels[labels["grade"].notna()].reset_index(drop=True)
    one_hot = np.eye(len(Grade))[graded["grade"].to_numpy(np.int64)]
    return graded.assign(**{name: one_hot[:, number] for number, name in enumerate(PROBABILITIES)})


def kinds_of(models: Sequence[Scored]) -> tuple[Kind, ...]:
    """The kinds of stenosis that any of the models has slots of."""
    return tuple(kind for kind in KINDS if any(len(take_tasks(model, kind[1])) for model in models))


WITH_INTERVALS: dict[str, Callable[[Scored], float | FloatArray]] = {
    "severe_auc": severe_auc,
    "quadratic_kappa": quadratic_kappa,
    "class_average_4": class_accuracies,
    "class_average_3": merged_accuracies,
}
PLAIN: dict[str, Callable[[Scored], float]] = {"accuracy": accuracy, "macro_f1": macro_f1}


def to_figures(judged: Judged, seed: int = 0, draws: int = 1000) -> dict[str, Any]:
    """All figures of a grader as plain JSON values, None where there is nothing to measure.

    Intervals are of 95 %, by drawing patients; the same seed draws the same.
    """
    kinds = {
        name: _kind_figures(take_tasks(judged.scored, tasks), judged.certain, seed, draws)
        for name, tasks in kinds_of([judged.scored])
    }
    losses = {} if judged.certain else rsna_losses(judged.scored)
    return {
        "name": judged.name,
        "views": [view.value for view in judged.views],
        "kinds": kinds,
        "rsna_2024": {
            "score": None if judged.certain else _plain(rsna_score(judged.scored)),
            "losses": losses,
            "comparable": len(losses) == len(GROUPS) + 1,
        },
    }


def _kind_figures(slots: Scored, certain: bool, seed: int, draws: int) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "slots": len(slots),
        "patients": len(np.unique(slots.patient)),
        "of_grade": np.bincount(slots.grade, minlength=len(Grade)).tolist(),
        "class_accuracies": [_plain(value) for value in class_accuracies(slots)],
        "confusion": confusion(slots).tolist(),
    }
    for name, figure in WITH_INTERVALS.items():
        interval = bootstrap(figure, slots, np.random.default_rng(seed), draws)
        figures[name] = {key: _plain(value) for key, value in interval._asdict().items()}
    figures |= {name: _plain(figure(slots)) for name, figure in PLAIN.items()}
    figures["calibration_error"] = None if certain else _plain(calibration_error(confidence_reliability(slots)))
    return figures


def _plain(value: float) -> float | int | None:
    return None if math.isnan(value) else value


def main_models(models: Sequence[Judged]) -> list[Judged]:
    """The graders that Tables 1 and 3 are of: those with both views, or else those with the views of the first."""
    views = BOTH_VIEWS if any(set(m.views) == set(BOTH_VIEWS) for m in models) else models[0].views
    return [model for model in models if set(model.views) == set(views)]


def to_paper_tables(models: Sequence[Judged]) -> str:
    """Tables 1, 2 and 3 of DeepSPINE; means and standard deviations are over the graders.

    Table 2 compares views on the same discs: a grader of axial images says nothing of a disc that has none.
    """
    columns = ((View.AXIAL,), (View.SAGITTAL,), BOTH_VIEWS)
    by_views = take_common([[m.scored for m in models if set(m.views) == set(views)] for views in columns])
    main = main_models(models)
    scored = [model.scored for model in main]
    scan = " + ".join(view.value.capitalize() for view in View if view in main[0].views)
    return "\n".join([to_table_1(scored), to_table_2(*by_views), to_table_3(scored, scan=scan)])


def to_text(figures: Sequence[dict[str, Any]]) -> str:
    """The figures with their intervals as a table of text, a block for each grader."""
    lines = ["Figures with 95 % intervals by drawing patients; class averages in %."]
    for of_model in figures:
        lines += ["", of_model["name"]]
        lines.append(_row(["", "slots", "severe", "severe AUC", "quadratic kappa", "4 classes", "3 classes", "ECE"]))
        for kind, values in of_model["kinds"].items():
            cells = [kind, str(values["slots"]), str(values["of_grade"][Grade.SEVERE])]
            cells += [_interval(values[name], 1) for name in ("severe_auc", "quadratic_kappa")]
            cells += [_interval(values[name], 100) for name in ("class_average_4", "class_average_3")]
            lines.append(_row([*cells, _number(values["calibration_error"])]))
        lines.append(_rsna_line(of_model["rsna_2024"]))
    return "\n".join(lines) + "\n"


def _rsna_line(rsna: dict[str, Any]) -> str:
    if rsna["score"] is None:
        return "RSNA 2024 weighted log loss: none, for there are no probabilities"
    losses = ", ".join(f"{name} {loss:.3f}" for name, loss in rsna["losses"].items())
    remark = "" if rsna["comparable"] else "\n(not comparable with the challenge, whose mean is of four)"
    return f"RSNA 2024 weighted log loss: {rsna['score']:.3f} = mean of {losses}{remark}"


def _interval(value: dict[str, Any], scale: int) -> str:
    if value["value"] is None:
        return "-"
    digits = 3 if scale == 1 else 1
    numbers = [value[key] for key in ("value", "low", "high")]
    if numbers[1] is None:
        return f"{numbers[0] * scale:.{digits}f}"
    return "{:.{d}f} [{:.{d}f}, {:.{d}f}]".format(*(number * scale for number in numbers), d=digits)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _row(cells: Sequence[str]) -> str:
    widths = (18, 7, 8, 23, 24, 23, 23, 5)
    return "".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
