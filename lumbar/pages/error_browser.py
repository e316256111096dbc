"""The wrong slots of an audit, report by report, each with its evidence marked in the report's text."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from lumbar.pages.html import breakable, element, Html, join, table
from lumbar.pages.marked_text import Mark, mark_text
from reportparse.audit.wrong_slots import WrongSlot
from reportparse.evidence import Span, to_distinct_spans

FILTERS = ("task", "level", "kind", "rule")
NO_RULE = "no rule fired"


class WrongReport(NamedTuple):
    """A report with wrong slots. text: None where it is not at hand. spans: the evidence of all its labels."""

    study_id: str
    text: str | None
    wrong: list[WrongSlot]
    spans: list[Span]


def to_wrong_reports(
    wrong: Iterable[WrongSlot], texts: Mapping[str, str], all_spans: Mapping[str, list[Span]]
) -> list[WrongReport]:
    """The wrong slots by report, in order; ``all_spans`` is the evidence of every label of a study."""
    reports = []
    for study_id, group in groupby(wrong, key=lambda slot: slot.study_id):
        reports.append(WrongReport(study_id, texts.get(study_id), list(group), all_spans.get(study_id, [])))
    return reports


def to_browser(reports: Sequence[WrongReport]) -> Html:
    """The filters and a card for each report."""
    slots = [slot for report in reports for slot in report.wrong]
    cards = (_to_card(report, number, is_open=number == 1) for number, report in enumerate(reports, start=1))
    return join(_to_filters(slots), element("div", {"class": "cards"}, cards))


def _to_filters(slots: list[WrongSlot]) -> Html:
    menus = (_to_menu(name, Counter(_facts(slot)[name] for slot in slots)) for name in FILTERS)
    count = element("output", {"id": "shown", "aria-live": "polite"}, f"{len(slots)} wrong slots")
    toggle = element("button", {"id": "open-all", "type": "button"}, "Open all reports")
    return element("div", {"class": "filters", "id": "filters", "hidden": True}, menus, toggle, count)


def _to_menu(name: str, counts: Counter[str]) -> Html:
    options = [element("option", {"value": ""}, f"every {name}")]
    options += [element("option", {"value": value}, f"{value} ({n})") for value, n in sorted(counts.items())]
    return element("label", None, name.capitalize(), element("select", {"data-filter": name}, options))


def _facts(slot: WrongSlot) -> dict[str, str]:
    return {"task": slot.task, "level": slot.level, "kind": slot.kind, "rule": slot.rule or NO_RULE}


def _to_card(report: WrongReport, number: int, is_open: bool) -> Html:
    n = len(report.wrong)
    first = ", ".join(f"{slot.level} {slot.task} {slot.kind}" for slot in report.wrong[:3])
    badge = f"{n} wrong slot{'s' if n > 1 else ''}: {first}{', …' if n > 3 else ''}"
    study = element("span", {"class": "study"}, report.study_id)
    summary = element("summary", None, study, element("span", {"class": "badge"}, badge))
    marks = _to_marks(report, f"w{number}")
    rows = table(
        f"Wrong slots of {report.study_id}",
        ("Slot", "Gold says", "Label says", "How", "Rule"),
        (_to_row(slot, marks, f"w{number}r{i}") for i, slot in enumerate(report.wrong)),
        "wrong",
    )
    text = mark_text(report.text, list(marks.values())) if report.text is not None else Html("")
    return element("details", {"class": "card", "open": is_open}, summary, rows, text)


def _to_marks(report: WrongReport, prefix: str) -> dict[Span, Mark]:
    """The marks of a report by their spans, in reading order; evidence of wrong slots has numbers."""
    if report.text is None:
        return {}
    row_of: dict[Span | None, int] = {}
    for i, slot in enumerate(report.wrong):
        row_of.setdefault(slot.span, i)
        row_of.setdefault(slot.gold_span, i)
    labelled = {slot.span for slot in report.wrong}
    marks: dict[Span, Mark] = {}
    number = 0
    for span in to_distinct_spans([*row_of, *report.spans], len(report.text)):
        if span not in row_of:
            marks[span] = Mark(span, "right")
            continue
        number += 1
        kind = "wrong" if span in labelled else "gold"
        marks[span] = Mark(span, kind, number, f"{prefix}e{number}", f"{prefix}r{row_of[span]}")
    return marks


def _to_row(slot: WrongSlot, marks: Mapping[Span, Mark], anchor: str) -> Html:
    data = {"id": anchor} | {f"data-{name}": value for name, value in _facts(slot).items()}
    cells = (
        element("th", {"scope": "row"}, f"{slot.level} {slot.task}"),
        element("td", None, slot.gold, _to_reference(slot.gold_span, marks)),
        element("td", None, slot.labelled, " (conflict)" if slot.conflict else "", _to_reference(slot.span, marks)),
        element("td", None, element("span", {"class": f"kind {slot.kind.name.lower()}"}, slot.kind)),
        element("td", {"class": "rule"}, breakable(slot.rule or NO_RULE)),
    )
    return element("tr", data, cells)


def _to_reference(span: Span | None, marks: Mapping[Span, Mark]) -> Html:
    """The number of some evidence, linked to the marked words; nothing where it is not marked."""
    mark = marks.get(span) if span is not None else None
    if mark is None:
        return Html("")
    return join(" ", element("a", {"class": "ref", "href": f"#{mark.anchor}"}, f"[{mark.number}]"))
