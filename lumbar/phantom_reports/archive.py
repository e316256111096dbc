"""Reports of a whole cohort as an archive, and what they say as gold."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from lexicons.vocabulary import Grade, Level, Task
from lumbar.phantom_reports.statements import Slot
from lumbar.phantom_reports.writer import ReportSettings, to_level_codes, write_report, WrittenReport


def write_reports(grades: pd.DataFrame, seed: int, settings: ReportSettings) -> dict[str, WrittenReport]:
    """A report for each study of a table of grades (study_id, level, task, grade), by study_id.

    A study's report depends on the seed, its grades, and its place among the sorted studies.
    """
    studies = grades.groupby("study_id", sort=True)
    return {
        str(study_id): write_report(np.random.default_rng([seed, number]), _to_grades(rows), settings)
        for number, (study_id, rows) in enumerate(studies)
    }


def _to_grades(rows: pd.DataFrame) -> dict[Slot, Grade]:
    slots = zip(rows["level"], rows["task"], rows["grade"], strict=True)
    return {(Level(level), Task(task)): Grade(int(grade)) for level, task, grade in slots}


def write_archive(reports: Mapping[str, WrittenReport], path: Path) -> None:
    """Write the texts as CSV: study_id, report."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["study_id", "report"])
    writer.writerows((study_id, report.text) for study_id, report in reports.items())
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def write_gold(reports: Mapping[str, WrittenReport], path: Path) -> None:
    """Write what is said as gold for `lumbar audit`: JSON lines with id, style, text, labels."""
    lines = [
        json.dumps({"id": study_id, "style": report.style, "text": report.text, "labels": to_level_codes(report.said)})
        for study_id, report in reports.items()
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
