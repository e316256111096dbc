"""What phantoms among the tested discs mean for an evaluation: nothing of patients, and a bound on what to expect."""

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

from imaging.phantom.cohort import COHORT_NAME
from imaging.phantom.grades import READER_OVERLAP, to_ceiling
from training.config import Config
from training.phantoms import ALL, NONE, to_word
from training.run_record import read_phantoms, SPLIT
from training.split import read_split


def to_phantom_note(runs: Mapping[Path, Config], part: str, labels: Path | None) -> str:
    """The lines that belong below the tables of runs; empty where no disc of the part is of a phantom.

    The ceiling is that of the overlap of grades which the cohort was drawn with; its file is looked for beside the
    labels, the run's own where none are given.
    """
    word = to_word(flag for run in runs for flag in _of_part(run, part))
    if word in (NONE, ""):
        return ""
    config = next(iter(runs.values()))
    overlap = _read_overlap((labels or Path(config.data.labels)).parent / COHORT_NAME)
    whose = (
        f"{COHORT_NAME} says" if overlap is not None else f"the default, for no {COHORT_NAME} lies beside the labels"
    )
    overlap = READER_OVERLAP if overlap is None else overlap
    who = "The discs are of phantoms" if word == ALL else "Some of the discs are of phantoms"
    four, three = (100 * to_ceiling(overlap, classes) for classes in (4, 3))
    return (
        f"\n{who}: of patients these figures say nothing.\n"
        f"A phantom's own grades overlap by {overlap:g} of a grade ({whose}): against them\n"
        f"no grader can be expected to have a class average above {four:.1f} % over four classes, {three:.1f} % over "
        "three\n(with as many mild as moderate slots); by chance a test set of finite size may give more.\n"
    )


def _of_part(run: Path, part: str) -> list[bool]:
    """Whether each disc of a part of a run's split is of a phantom."""
    split = read_split(run / SPLIT)
    known = read_phantoms(run).merge(split[split["part"] == part], on=["study_id", "level"])
    return [bool(flag) for flag in known["phantom"]]


def _read_overlap(path: Path) -> float | None:
    """The overlap of a cohort's grades, in grades; None where its file does not say."""
    try:
        overlap = float(json.loads(path.read_text(encoding="utf-8"))["reader_overlap"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return overlap if isfinite(overlap) and overlap >= 0 else None
