"""The report half of the demo's page: the cohort's grades, one report with its labels, the audit of all."""

import json

import pandas as pd

from lexicons.vocabulary import Grade, TASKS
from lumbar.demo.chosen import read_grades
from lumbar.demo.page_parts import figure_card, file_link, section
from lumbar.demo.places import Places
from lumbar.pages.explain_page import to_label_grid, to_legend, to_report_text
from lumbar.pages.explained import Explained, TASK_NAMES, to_explained
from lumbar.pages.html import element, Html, table
from reportparse.pipeline import ReportParser

AUDIT_FIGURES = {
    "slot_f1": ("Slot F1", "labels right in grade and interval"),
    "grade_accuracy": ("Grade accuracy", "of slots whose report gives a grade"),
    "reports_exact": ("Reports exact", "every slot right"),
}


def to_cohort_section(places: Places) -> Html:
    """How many of each grade the cohort has."""
    grades = read_grades(places.grades)
    counts = pd.crosstab(grades["task"], grades["grade"]).reindex(columns=[int(grade) for grade in Grade], fill_value=0)
    rows = [[TASK_NAMES[task], *(str(count) for count in counts.loc[str(task)])] for task in TASKS]
    head = ("", *(grade.name.lower() for grade in Grade))
    lead = (
        f"{grades['study_id'].nunique()} phantom studies: spines drawn from a seed, as often and as badly narrowed as "
        "the discs of RSNA 2024's training table, imaged by scanners of several makes."
    )
    return section("cohort", "Patients", lead, table("Discs of each grade", head, rows, "grades"))


def read_explained(places: Places, study: str) -> Explained:
    """A study's report with its labels, as `lumbar explain` shows it."""
    reports = pd.read_csv(places.reports, dtype="string").set_index("study_id")
    text = str(reports.loc[study, "report"])
    return to_explained(study, text, ReportParser().read(text))


def to_report_section(explained: Explained) -> Html:
    """The report with the deciding words marked, beside the grid of labels."""
    lead = (
        f"The report of {explained.title}, which was not trained on. Point at a label to see its deciding words. "
        "The reports are written in seven styles, by a writer that does not know the parser's words; some grades are "
        "left out (“narrowing”) or only bounded (“no more than mild”)."
    )
    pair = element(
        "div",
        {"class": "pair"},
        element("div", None, to_report_text(explained)),
        element("div", None, to_label_grid(explained), to_legend()),
    )
    return section("reports", "A report", lead, pair, file_link("report.html", "The same as a page of its own"))


def to_audit_section(places: Places) -> Html:
    """The audit's key figures, and slot F1 for each style of writing."""
    record = json.loads((places.audit / "metrics.json").read_text(encoding="utf-8"))
    cards = [figure_card(title, *_to_figure(record["overall"][name], meaning))
             for name, (title, meaning) in AUDIT_FIGURES.items()]  # fmt: skip
    rows = [
        [style, f"{figures['slot_f1']['value']:.3f}", str(figures["slot_f1"]["n"])]
        for style, figures in record["stratum"].items()
    ]
    lead = f"The labels of {record['reports']} reports, held against what was said in them."
    by_style = table("By style of writing", ("Style", "Slot F1", "Slots"), rows, "grades")
    link = file_link("audit/audit.html", "The audit, with every wrong slot in its report")
    return section("audit", "Labels", lead, element("dl", {"class": "headlines"}, cards), by_style, link)


def _to_figure(figure: dict[str, float], meaning: str) -> tuple[str, str]:
    return f"{figure['value']:.3f}", f"{meaning}; 95 % interval {figure['low']:.3f}–{figure['high']:.3f}"
