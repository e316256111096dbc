"""The graded study on the demo's page: each disc's pictures beside what the grader, the report and the phantom say."""

import io
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from imaging.preview.disc_row import COLUMNS, draw_disc_row
from imaging.store.crop import DiscCrops
from imaging.store.reader import VolumeStore
from lexicons.vocabulary import Grade, Level, LEVELS, Task
from lumbar.demo.chosen import read_grades, TASKS
from lumbar.demo.page_parts import file_link, section
from lumbar.demo.places import Places
from lumbar.pages.explained import TASK_NAMES
from lumbar.pages.grade_bars import to_percent
from lumbar.pages.html import element, Html, picture, table
from reportparse.label_table import read_label_table
from training.predictions import PROBABILITIES, read_predictions

DPI = 80
Rows = dict[tuple[str, str], dict[str, Any]]
"""The rows of a table by level and task."""


def to_discs_section(places: Places, study: str) -> Html:
    """A card for each disc of the study, head to foot."""
    store = VolumeStore(places.volumes)
    tables = {
        "grader": _of_study(read_predictions(places.graded / "predictions.csv"), study),
        "report": _of_study(read_label_table(places.labels), study),
        "phantom": _of_study(read_grades(places.grades), study),
    }
    cards = [
        _to_card(level, store.read_disc(study, level), tables) for level in LEVELS if (study, level) in store.discs
    ]
    lead = (
        f"{study}, which was not trained on: what the grader says of each disc and how likely it thinks it, "
        "beside what the report says and what is true of the phantom."
    )
    link = file_link(f"graded/{study}.html", "The page of lumbar grade, with larger pictures")
    return section("discs", "A graded study", lead, cards, link)


def _of_study(rows: pd.DataFrame, study: str) -> Rows:
    own = rows[rows["study_id"] == study].to_dict("records")
    return {(str(row["level"]), str(row["task"])): row for row in own}  # type: ignore[misc]


def _to_card(level: Level, disc: DiscCrops, tables: dict[str, Rows]) -> Html:
    rows = [[TASK_NAMES[task], *(_to_cells(level, task, tables))] for task in TASKS]
    words = f"{level}: axial plane, and sagittal planes through the right foramen, the canal and the left foramen"
    shown = picture(_draw(disc), words, "views")
    head = ("", "Grader", "Report", "Phantom")
    return element("div", {"class": "disc"}, element("h3", None, level), shown, table(f"Grades of {level}", head, rows))


def _to_cells(level: Level, task: Task, tables: dict[str, Rows]) -> list[str]:
    at = (str(level), str(task))
    graded, said, true = (tables[name].get(at) for name in ("grader", "report", "phantom"))
    return [_to_grade(graded), _to_said(said), _to_grade(true)]


def _to_grade(row: dict[str, Any] | None) -> Html:
    """A grade, with its probability where there is one, or with the range that it stands for."""
    if row is None or pd.isna(row["grade"]):
        return element("td", {"class": "nil"}, "–")
    grade = Grade(int(row["grade"]))
    if (likely := row.get(PROBABILITIES[grade])) is not None:
        small = to_percent(likely)
    else:
        small = f"{row['low']} to {row['high']}" if row["low"] != row["high"] else ""
    return element(
        "td", {"class": f"g{int(grade)}"}, f"{int(grade)} {grade.name.lower()}", element("small", None, small)
    )


def _to_said(said: dict[str, Any] | None) -> Html:
    """The report's label: a grade, an interval, or nothing."""
    if said is None or pd.isna(said["low"]):
        return element("td", {"class": "nil"}, "silent" if said is None else "left open")
    if pd.isna(said["grade"]):
        return element("td", {"class": "gx"}, f"{said['low']} to {said['high']}")
    return _to_grade(said)


def _draw(disc: DiscCrops) -> bytes:
    figure = Figure(figsize=(2.1 * COLUMNS, 2.2), facecolor="black")
    axes = [figure.add_axes((column / COLUMNS + 0.004, 0.0, 1 / COLUMNS - 0.008, 0.88)) for column in range(COLUMNS)]
    draw_disc_row(axes, disc)
    png = io.BytesIO()
    figure.savefig(png, dpi=DPI, format="png", metadata={"Software": None})
    return png.getvalue()
