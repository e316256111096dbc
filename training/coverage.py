"""What labels and volumes lack of what a config asks: views, tasks, grades. No torch here."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import pandas as pd

from lexicons.vocabulary import Grade, Level, View
from training.targets import MISSING, Targets


class CoverageError(ValueError):
    """Data that cannot teach what is asked; the message says what is missing and what to set instead."""


def count_without_view(index: pd.DataFrame, discs: pd.DataFrame, views: Sequence[str]) -> dict[str, int]:
    """How many of ``discs`` (study_id, level) have no image of each view; ``index`` is the volume store's."""
    wanted = list(zip(discs["study_id"], discs["level"], strict=True))
    there = {str(view): set(zip(rows["study_id"], rows["level"], strict=True)) for view, rows in index.groupby("view")}
    return {view: sum(disc not in there.get(view, set()) for disc in wanted) for view in views}


def find_seen(index: pd.DataFrame, views: Sequence[str]) -> set[tuple[str, Level]]:
    """The discs, (study_id, level), that have images of one of the views or more; ``index`` is the volume store's."""
    rows = index[index["view"].isin(list(views))]
    return {(str(study_id), Level(level)) for study_id, level in zip(rows["study_id"], rows["level"], strict=True)}


def check_views(without: Mapping[str, int], discs: int) -> None:
    """CoverageError where no disc at all has a view that is asked for."""
    missing = [view for view, count in without.items() if count == discs]
    if len(missing) == len(without):
        raise CoverageError(f"no disc with a label has {' or '.join(missing)} images, and model.views asks for them")
    if missing:
        other = next(view for view in View if view != missing[0])
        raise CoverageError(
            f"no disc with a label has {missing[0]} images: set model.views = ['{other}'] and model.view_dropout = 0.0"
        )


def check_tasks(targets: Targets) -> None:
    """CoverageError where nothing teaches a task: its grades would be numbers without meaning."""
    silent = [str(task) for n, task in enumerate(targets.tasks) if (targets.low[:, n] == MISSING).all()]
    if silent:
        raise CoverageError(f"no label teaches {' or '.join(silent)}: leave {_it(silent)} out of targets.tasks")


def _it(names: Collection[str]) -> str:
    return "it" if len(names) == 1 else "them"


def find_absent_grades(targets: Targets, rows: Sequence[int]) -> Iterator[tuple[str, tuple[Grade, ...]]]:
    """Each task with the grades that none of its slots, of ``rows`` of the targets, is or may be."""
    low, high = targets.low[rows], targets.high[rows]
    for n, task in enumerate(targets.tasks):
        taught = low[:, n] != MISSING
        absent = [grade for grade in Grade if not (taught & (low[:, n] <= grade) & (high[:, n] >= grade)).any()]
        if absent:
            yield str(task), tuple(absent)
