"""What `lumbar grade` writes: the predictions table, the same as JSON, a page a study, and what was refused."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from imaging.refusal import Refusal
from imaging.refusal_table import to_refusal_csv
from imaging.remarks import to_sentence
from imaging.store.crop import DiscCrops
from imaging.store.whole_file import write_whole
from lexicons.vocabulary import Grade, Level, Task
from lumbar.grade_device import Device
from lumbar.grade_study import GradedStudy, no_predictions, views_of, views_shown
from lumbar.grader_origin import Origin
from lumbar.pages.grade_bars import Graded, to_word
from lumbar.pages.grade_page import GradedDisc, GradedPage, to_grade_page, to_notices
from lumbar.pages.grade_pictures import draw_disc, draw_spine_png
from training.grading import Grader
from training.predictions import PROBABILITIES, write_predictions

PREDICTIONS, GRADES, REFUSED = "predictions.csv", "grades.json", "refused.csv"

SURE = 0.5
"""A landmark of less confidence is named on the page."""

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def to_page_name(study_id: str) -> str:
    """The name of a study's page: its study_id where that can be a file's name, else 16 digits of its SHA-256."""
    plain = study_id if _SAFE_NAME.fullmatch(study_id) else hashlib.sha256(study_id.encode()).hexdigest()[:16]
    return f"{plain}.html"


def write_page(folder: Path, graded: GradedStudy, grader: Grader, origin: Origin, device: Device) -> None:
    """Write the page of one study."""
    page = GradedPage(
        graded.study_id,
        tuple(_to_disc(graded, disc, grader) for disc in graded.discs),
        grader.tasks,
        graded.refusals,
        tuple(to_cautions(graded, origin)),
        draw_spine_png(graded.located) if graded.located else None,
        origin,
        version("lumbar"),
        device.precision,
    )
    write_whole(folder / to_page_name(graded.study_id), [to_grade_page(page).encode()])


def _to_disc(graded: GradedStudy, disc: DiscCrops, grader: Grader) -> GradedDisc:
    slots = to_slots(graded.predictions)
    level = disc.frame.level
    grades = {task: slots[level, task] for task in grader.tasks}
    views = _to_views(disc, grader)
    shared = to_shared_remarks(graded.discs)
    own = tuple(code for code in disc.remarks if code not in shared)
    return GradedDisc(level, grades, draw_disc(disc), views, own)


def to_shared_remarks(discs: Sequence[DiscCrops]) -> tuple[str, ...]:
    """The remarks that every disc of a study has."""
    return tuple(code for code in discs[0].remarks if all(code in disc.remarks for disc in discs)) if discs else ()


def _to_views(disc: DiscCrops, grader: Grader) -> tuple[str, ...]:
    """The views that a disc was graded from."""
    return tuple(str(view) for view in views_shown(disc) if view in views_of(grader))


def to_slots(predictions: pd.DataFrame) -> dict[tuple[Level, Task], Graded]:
    """Each row of a study's predictions by its level and task."""
    slots = {}
    for level, task, grade, *shares in predictions[["level", "task", "grade", *PROBABILITIES]].to_numpy():
        key = Level(level), Task(task)
        slots[key] = Graded(*key, Grade(int(grade)), tuple(float(share) for share in shares))
    return slots


def to_cautions(graded: GradedStudy, origin: Origin) -> list[str]:
    """Sentences on what makes all grades of a study less sure."""
    shared = to_shared_remarks(graded.discs)
    cautions = [_to_caution(to_sentence(code)) for code in shared if code != "axial: missing"]
    marks = graded.landmarks
    unsure = (
        [name for name, sure in zip(marks.structures, marks.confidence, strict=True) if sure < SURE] if marks else []
    )
    if unsure:
        cautions.append(f"Landmarks with a confidence below {SURE:g}: {', '.join(unsure)}.")
    alone = [
        str(disc.frame.level)
        for disc in graded.discs
        if len(set(views_shown(disc)) & set(origin.views)) < len(origin.views)
    ]
    if alone:
        trained = "" if origin.view_dropout > 0 else "; the run never saw that in training, so take them for less still"
        cautions.append(f"Graded from one view, for want of the other: {', '.join(alone)}{trained}.")
    return cautions


def _to_caution(sentence: str) -> str:
    return f"{sentence[0].upper()}{sentence[1:]}."


def write_tables(
    folder: Path,
    studies: Sequence[GradedStudy],
    others: Iterable[Refusal],
    grader: Grader,
    origin: Origin,
    device: Device,
) -> int:
    """Write the tables of all studies; how many rows were refused."""
    parts = [study.predictions for study in studies if len(study.predictions)] or [no_predictions(grader)]
    write_predictions(pd.concat(parts, ignore_index=True), folder / PREDICTIONS)
    write_whole(folder / GRADES, [to_grades_json(studies, grader, origin, device).encode()])
    refusals = [*others, *(refusal for study in studies for refusal in study.refusals)]
    if refusals:
        write_whole(folder / REFUSED, [to_refusal_csv(refusals)])
    else:
        (folder / REFUSED).unlink(missing_ok=True)
    return len(refusals)


def to_grades_json(studies: Sequence[GradedStudy], grader: Grader, origin: Origin, device: Device) -> str:
    """The grades of all studies with their probabilities, what was refused, and what graded them."""
    content = {
        "notice": " ".join(to_notices(origin)),
        "version": version("lumbar"),
        "precision": device.precision,
        "run": {"name": origin.run, "model": origin.model, "discs": origin.discs, "phantom": origin.phantom},
        "studies": [_to_study_json(study, grader, origin) for study in studies],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _to_study_json(study: GradedStudy, grader: Grader, origin: Origin) -> dict[str, Any]:
    slots = to_slots(study.predictions)
    return {
        "study_id": study.study_id,
        "cautions": to_cautions(study, origin),
        "discs": [
            {
                "level": str(disc.frame.level),
                "views": list(_to_views(disc, grader)),
                "remarks": list(disc.remarks),
                "grades": {str(task): _to_slot_json(slots[disc.frame.level, task]) for task in grader.tasks},
            }
            for disc in study.discs
        ],
        "refused": [
            {"what": refusal.source, "code": refusal.code, "why": refusal.reason} for refusal in study.refusals
        ],
    }


def _to_slot_json(graded: Graded) -> dict[str, Any]:
    shares = {to_word(grade): round(graded.probabilities[grade], 6) for grade in Grade}
    return {"grade": graded.grade.value, "word": to_word(graded.grade), "probabilities": shares}
