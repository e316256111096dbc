"""Figures of an evaluation and of a run, drawn by matplotlib's objects; nothing of pyplot's global state."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import roc_curve  # type: ignore[import-untyped]

from lexicons.vocabulary import Grade
from training.calibration import calibration_error, confidence_reliability, reliability
from training.evaluation import kinds_of
from training.metrics import confusion, severe_auc
from training.scored import Scored, take_tasks

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""Of Okabe and Ito: told apart by colour-blind eyes."""
_GREY = "#777777"
_PANEL = 3.6  # inches


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG; the same figure gives the same bytes with the same matplotlib."""
    figure.savefig(path, dpi=130, metadata={"Software": None})


def draw_confusion(models: Sequence[Scored]) -> Figure:
    """A confusion matrix for each kind of stenosis: counts of all models, shaded by their share of the true grade."""
    kinds = kinds_of(models)
    figure, panels = _make_panels(len(kinds), _PANEL)
    names = [grade.name.lower() for grade in Grade]
    for axes, (kind, tasks) in zip(panels, kinds, strict=True):
        counts = np.sum([confusion(take_tasks(model, tasks)) for model in models], axis=0)
        _draw_matrix(axes, counts, names)
        axes.set_title(kind)
    return figure


def _draw_matrix(axes: Axes, counts: npt.NDArray[np.int64], names: Sequence[str]) -> None:
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        text = f"{count}\n{100 * shares[row, column]:.0f} %" if totals[row, 0] else "0"
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(range(len(names)), names, fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")


def draw_roc(models: Sequence[Scored]) -> Figure:
    """ROC curves of severe against the rest, a colour for each kind of stenosis and a line for each model."""
    figure, (axes,) = _make_panels(1, 4.6)
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=0.8, linestyle=":")
    for (kind, tasks), colour in zip(kinds_of(models), COLOURS, strict=False):
        curves = [slots for model in models if not np.isnan(severe_auc(slots := take_tasks(model, tasks)))]
        areas = [severe_auc(slots) for slots in curves]
        of_all = f", mean of {len(areas)}" if len(areas) > 1 else ""
        label = f"{kind}, AUC {np.mean(areas):.3f}{of_all}" if areas else f"{kind}, none: all severe, or none"
        for number, slots in enumerate(curves):
            false, true, _ = roc_curve(slots.grade == Grade.SEVERE, slots.probabilities[:, Grade.SEVERE])
            axes.plot(false, true, color=colour, linewidth=1.5, alpha=0.85, label=label if number == 0 else None)
        if not curves:
            axes.plot([], [], color=colour, label=label)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.set_xlabel("1 - specificity")
    axes.set_ylabel("sensitivity")
    axes.set_title("Severe against the rest")
    axes.legend(loc="lower right", frameon=False, fontsize=9)
    return figure


def draw_reliability(models: Sequence[Scored]) -> Figure:
    """How often a stated probability comes true, of the predicted grade and of severe; slots of all models together."""
    figure, panels = _make_panels(2, 4.4)
    for axes, title in zip(panels, ("Predicted grade", "Severe"), strict=True):
        axes.plot([0, 1], [0, 1], color=_GREY, linewidth=0.8, linestyle=":")
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.set_xlabel("stated probability, mean of the bin")
        axes.set_ylabel("share that is so")
        axes.set_title(title)
    for (kind, tasks), colour in zip(kinds_of(models), COLOURS, strict=False):
        slots = _join([take_tasks(model, tasks) for model in models])
        severe = reliability(slots.probabilities[:, Grade.SEVERE], slots.grade == Grade.SEVERE)
        for axes, table in zip(panels, (confidence_reliability(slots), severe), strict=True):
            _draw_bins(axes, table, colour, f"{kind}, error {calibration_error(table):.3f}")
    for axes in panels:
        axes.legend(loc="upper left", frameon=False, fontsize=8)
    return figure


def _draw_bins(axes: Axes, table: pd.DataFrame, colour: str, label: str) -> None:
    """Filled bins as dots, the larger the more slots they hold."""
    filled = table[table["count"] > 0]
    size = 10 + 110 * filled["count"] / max(filled["count"].max(), 1)
    axes.plot(filled["stated"], filled["observed"], color=colour, linewidth=1.0, marker=".", label=label)
    axes.scatter(filled["stated"], filled["observed"], s=size, color=colour, alpha=0.6, linewidths=0)


def draw_training_curves(metrics: Mapping[str, pd.DataFrame]) -> Figure:
    """Training and validation loss by epoch for each run, by name, with the epoch whose weights were kept."""
    figure, (axes,) = _make_panels(1, 4.2, wide=1.5)
    for number, (name, table) in enumerate(metrics.items()):
        colour = COLOURS[number % len(COLOURS)]
        epochs = table["epoch"] + 1
        marker = "." if len(table) < 40 else None
        axes.plot(epochs, table["training_loss"], color=colour, linestyle="--", linewidth=1.2, marker=marker)
        axes.plot(epochs, table["validation_loss"], color=colour, linewidth=1.6, marker=marker, label=name)
        best = int(table["validation_loss"].to_numpy().argmin())
        axes.scatter(epochs.iloc[best], table["validation_loss"].iloc[best], s=70, facecolors="none", edgecolors=colour)
    axes.plot([], [], color=_GREY, linestyle="--", label="training")
    axes.plot([], [], color=_GREY, label="validation (circle: kept)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.set_title("Training")
    axes.legend(frameon=False, fontsize=9)
    return figure


def _make_panels(count: int, size: float, wide: float = 1.0) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(size * wide * count, size), layout="constrained")
    FigureCanvasAgg(figure)
    panels = [figure.add_subplot(1, count, number + 1) for number in range(count)]
    return figure, panels


def _join(parts: Sequence[Scored]) -> Scored:
    """The slots of several models one after another."""
    names = ("probabilities", "grade", "study", "patient", "level", "task")
    return Scored(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
