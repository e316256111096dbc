"""Tables 1, 2 and 3 of DeepSPINE (Lu et al. 2018) in its own layout, from the models of one or more runs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lexicons.vocabulary import Level, Task
from training.metrics import class_accuracies, class_average, merged_accuracies, severe_accuracy
from training.scored import CANAL, FORAMINA, Scored, take_slots, take_tasks

FloatArray = npt.NDArray[np.float64]

KINDS: tuple[tuple[str, tuple[Task, ...]], ...] = (("Spinal Canal Stenosis", CANAL), ("Foraminal Stenosis", FORAMINA))
LOWER_LEVELS: tuple[Level, ...] = (Level.L3_L4, Level.L4_L5, Level.L5_S1)


def to_mean_text(values: Sequence[float]) -> str:
    """``70.6 ± 2.1`` of shares 0..1 in percent, the sample standard deviation; alone for one value, a dash for none."""
    known = np.array([value for value in values if not np.isnan(value)]) * 100
    if not len(known):
        return "-"
    if len(known) == 1:
        return f"{known[0]:.1f}"
    return f"{known.mean():.1f} ± {known.std(ddof=1):.1f}"


def to_table_1(models: Sequence[Scored]) -> str:
    """Class accuracies with four classes and with mild and moderate merged; ``models``: one a trained model."""
    lines = ["Table 1: Class accuracy for stenosis grading (%, mean ± std)."]
    for kind, tasks in KINDS:
        lines += ["", kind]
        lines.append(_row(["Normal", "Mild", "Mod.", "Severe", "Class Avg."]))
        lines.append(_row(_with_average([class_accuracies(take_tasks(model, tasks)) for model in models])))
        lines.append(_row(["Normal", "Mild / Moderate", "Severe", "Class Avg."], wide=1))
        lines.append(_row(_with_average([merged_accuracies(take_tasks(model, tasks)) for model in models]), wide=1))
    return "\n".join(lines) + "\n"


def to_table_2(axial: Sequence[Scored], sagittal: Sequence[Scored], both: Sequence[Scored]) -> str:
    """Class average accuracy, mild and moderate merged, of models with one view and with both; none is a dash."""
    lines = ["Table 2: Models with axial input only, sagittal input only, and both: class average accuracy"]
    lines += ["(%, mean ± std).", "", _named_row("", ["Axial Only", "Sagittal Only", "Axial + Sagittal"])]
    for kind, tasks in KINDS:
        cells = [
            to_mean_text([class_average(merged_accuracies(take_tasks(model, tasks))) for model in models])
            for models in (axial, sagittal, both)
        ]
        lines.append(_named_row(kind, cells))
    return "\n".join(lines) + "\n"


def to_table_3(models: Sequence[Scored], name: str = "Ours", scan: str = "Axial + Sagittal") -> str:
    """Accuracy of severe against the rest at the three lowest levels, beside the two papers that DeepSPINE cites."""
    lines = ["Table 3: Binary classification (severe or not) of spinal canal and foraminal stenosis: overall accuracy"]
    lines += ["(%, mean ± std).", ""]
    lines.append(_named_row("", ["Zhang et al. (2017)", "Jamaludin et al. (2017a)", name], wide=24))
    lines.append(_named_row("Type of Scan", ["Axial", "Sagittal", scan], wide=24))
    for kind, tasks in KINDS:
        lines.append(kind)
        for level in LOWER_LEVELS:
            accuracies = [severe_accuracy(_at(take_tasks(model, tasks), level)) for model in models]
            cells = [*_CITED[kind][level], to_mean_text(accuracies)]
            lines.append(_named_row(f"  {level.value}", cells, wide=24))
    return "\n".join(lines) + "\n"


_CITED: dict[str, dict[Level, tuple[str, str]]] = {
    "Spinal Canal Stenosis": {
        Level.L3_L4: ("87.2 ± 3.2", "94.7"),
        Level.L4_L5: ("85.1 ± 3.4", "85.9"),
        Level.L5_S1: ("87.5 ± 3.3", "93.7"),
    },
    "Foraminal Stenosis": {
        Level.L3_L4: ("84.3 ± 3.9", "N/A"),
        Level.L4_L5: ("84.0 ± 4.0", "N/A"),
        Level.L5_S1: ("87.1 ± 3.4", "N/A"),
    },
}
"""What Table 3 of DeepSPINE quotes of Zhang et al. and of Jamaludin et al."""


def _at(scored: Scored, level: Level) -> Scored:
    return take_slots(scored, scored.level == level.value)


def _with_average(models: Sequence[FloatArray]) -> list[str]:
    columns = [to_mean_text([float(value) for value in column]) for column in zip(*models, strict=True)]
    return [*columns, to_mean_text([class_average(accuracies) for accuracies in models])]


def _row(cells: Sequence[str], wide: int | None = None) -> str:
    # The merged class stands under mild and moderate, so its column is as wide as both.
    widths = [26 if number == wide else 13 for number in range(len(cells))]
    return "".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _named_row(name: str, cells: Sequence[str], wide: int = 18) -> str:
    return (name.ljust(24) + "".join(cell.ljust(wide + 2) for cell in cells)).rstrip()
