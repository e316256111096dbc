"""One study to grades: its discs cut in memory, graded by a run's network, and what could not be graded and why."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from imaging.geometry import FloatArray
from imaging.landmarks import Landmarks
from imaging.pipeline import build_discs, Built, Localize, PipelineSettings
from imaging.preview.locate import to_located
from imaging.preview.sheet import Located
from imaging.refusal import ImagingError, Refusal
from imaging.selection import select_series
from imaging.store.crop import DiscCrops
from imaging.study import Study
from lexicons.vocabulary import Grade, View
from lumbar.grade_device import Device
from training.data import Batch
from training.grading import grade_batches, Grader
from training.predictions import to_predictions


class GradedStudy(NamedTuple):
    """A study's predictions, head to foot, the discs they are of, and why others have none.

    ``landmarks`` is None where there were none, ``located`` where there is no picture of the spine to be drawn.
    """

    study_id: str
    predictions: pd.DataFrame
    discs: tuple[DiscCrops, ...]
    refusals: tuple[Refusal, ...]
    landmarks: Landmarks | None = None
    located: Located | None = None


def grade_study(
    study: Study,
    landmarks: Landmarks | Localize,
    grader: Grader,
    device: Device,
    settings: PipelineSettings,
    watch: Callable[[str], None] = lambda _: None,
) -> GradedStudy:
    """The grades of every disc of a study that its landmarks and its images show.

    ``landmarks`` are known, or what finds them. A disc that shows no view which the grader takes is refused. ``watch``
    is told the name of each step as it ends.
    """
    known = _find_landmarks(study, landmarks, settings)
    watch("landmarks")
    if not isinstance(known, Landmarks):
        return GradedStudy(study.study_id, no_predictions(grader), (), known)
    built = build_discs(study, known, settings)
    watch("crops")
    discs, unseen = _split_by_view(study.study_id, built.discs, grader)
    predictions = grade_discs(study.study_id, discs, grader, device)
    watch("network")
    located = _locate(study, known, built, settings)
    watch("spine")
    return GradedStudy(study.study_id, predictions, discs, (*built.refusals, *unseen), known, located)


def _find_landmarks(
    study: Study, landmarks: Landmarks | Localize, settings: PipelineSettings
) -> Landmarks | tuple[Refusal, ...]:
    """The landmarks, or why there are none."""
    if isinstance(landmarks, Landmarks):
        return landmarks
    selection = select_series(study, settings.selection)
    if selection.sagittal is None:
        return selection.refusals
    try:
        return landmarks(study, selection)
    except ImagingError as error:
        return (Refusal(study.study_id, "landmarks", error.code or "not-located", error.tag, str(error)),)


def _locate(study: Study, landmarks: Landmarks, built: Built, settings: PipelineSettings) -> Located | None:
    try:
        return to_located(study, landmarks, built, settings)
    except ImagingError:  # the refusals of ``built`` say so already
        return None


def _split_by_view(
    study_id: str, discs: Sequence[DiscCrops], grader: Grader
) -> tuple[tuple[DiscCrops, ...], tuple[Refusal, ...]]:
    """The discs that show a view of the grader's, and a refusal for each other."""
    taken = views_of(grader)
    shown = tuple(disc for disc in discs if set(taken) & set(views_shown(disc)))
    reason = f"it shows no {' or '.join(taken)} view, and the run's grader takes no other"
    unseen = [Refusal(study_id, str(disc.frame.level), "no-view", "", reason) for disc in discs if disc not in shown]
    return shown, tuple(unseen)


def views_of(grader: Grader) -> tuple[View, ...]:
    """The views that a grader takes."""
    return tuple(View(name) for name in grader.config.model.views)


def views_shown(disc: DiscCrops) -> tuple[View, ...]:
    """The views that there are of a disc."""
    return tuple(view for view, crops in ((View.AXIAL, disc.axial), (View.SAGITTAL, disc.sagittal)) if crops)


def grade_discs(study_id: str, discs: Sequence[DiscCrops], grader: Grader, device: Device) -> pd.DataFrame:
    """The predictions table of a study's discs, in their order; each disc by itself, so the others change nothing."""
    if not discs:
        return no_predictions(grader)
    with ThreadPoolExecutor(device.workers) as pool:
        probabilities: FloatArray = np.stack(list(pool.map(partial(_grade_disc, grader, device), discs)))
    keys = pd.DataFrame({"study_id": study_id, "level": [str(disc.frame.level) for disc in discs]})
    return to_predictions(keys, grader.tasks, probabilities)


def _grade_disc(grader: Grader, device: Device, disc: DiscCrops) -> FloatArray:
    """The probabilities of one disc, (tasks, 4)."""
    nothing = torch.empty((1, 0), dtype=torch.int8)
    batch = Batch([0], (disc,), (None,), nothing, nothing)
    ((_, logits),) = grade_batches(grader, [batch], device.name, device.context)
    probabilities: FloatArray = logits[0].double().softmax(dim=-1).cpu().numpy()
    return probabilities


def no_predictions(grader: Grader) -> pd.DataFrame:
    """A predictions table without a row."""
    empty = pd.DataFrame({"study_id": pd.Series(dtype="string"), "level": pd.Series(dtype="string")})
    return to_predictions(empty, grader.tasks, np.zeros((0, len(grader.tasks), len(Grade))))
