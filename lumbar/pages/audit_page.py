"""The page of an audit: figures, each with a sentence on what it means, and the browser of wrong slots."""

from collections.abc import Iterable, Sequence

from lumbar.pages.confusion import to_confusion_table, to_heat_map
from lumbar.pages.error_browser import to_browser, WrongReport
from lumbar.pages.figures import choose_floor, draw_axis, draw_interval
from lumbar.pages.html import element, Html, join, table, to_page
from lumbar.pages.numbers import format_interval, format_value, HEADLINES, is_per_100, MEANINGS, TITLES
from reportparse.audit.audit import Audit
from reportparse.audit.coverage import COVERAGE_FACTS
from reportparse.audit.metrics import Estimate
from reportparse.audit.record import Provenance
from reportparse.audit.scores import GroupScore, RuleScore

GROUP_COLUMNS = ("precision", "recall", "grade_accuracy", "kappa", "spurious_per_100", "missed_per_100")
MAX_RULES = 100


def to_audit_page(audit: Audit, provenance: Provenance, reports: Sequence[WrongReport], with_text: bool) -> str:
    """The page. ``reports`` are the wrong reports to show, perhaps fewer than there are; the page says so."""
    sections = [
        _to_headlines(audit),
        _to_groups(audit, provenance),
        _to_confusions(audit, provenance),
        _to_grades(audit),
        _to_rules(audit.rules),
        _to_coverage(audit),
        _to_errors(audit, reports, with_text),
        _to_reading_help(audit, provenance),
    ]
    titles = {"groups": "Parts", "confusion": "Confusion", "grades": "Grades", "rules": "Rules"}
    titles |= {"coverage": "Coverage", "wrong": "Wrong slots", "reading": "How to read this"}
    links = (element("a", {"href": f"#{anchor}"}, title) for anchor, title in titles.items())
    subtitle = f"{provenance.labels} against {provenance.gold}, {audit.n_reports} reports"
    header = element("header", None, element("h1", None, "Label audit"), element("p", None, subtitle))
    body = join(header, element("nav", {"aria-label": "Sections"}, links), element("main", None, sections))
    return to_page(f"Label audit: {provenance.labels}", body, script_name="filter.js")


def _section(anchor: str, title: str, lead: str, *content: str | Iterable[str]) -> Html:
    return element(
        "section", {"id": anchor}, element("h2", None, title), element("p", {"class": "lead"}, lead), *content
    )


def _to_headlines(audit: Audit) -> Html:
    cards = (_to_headline(name, audit.whole.estimates[name]) for name in HEADLINES)
    notes = element("ul", {"class": "notes"}, (element("li", None, note) for note in audit.notes))
    heading = element("h2", {"class": "unseen"}, "Key figures")
    return element("section", {"id": "key"}, heading, element("dl", {"class": "headlines"}, cards), notes)


def _to_headline(name: str, estimate: Estimate) -> Html:
    per_100 = is_per_100(name)
    interval = format_interval(estimate, per_100)
    return element(
        "div",
        None,
        element("dt", None, TITLES[name]),
        element("dd", {"class": "figure"}, format_value(estimate, per_100)),
        element("dd", {"class": "interval"}, f"95 % interval {interval}" if interval else "no interval"),
        element("dd", {"class": "meaning"}, MEANINGS[name]),
    )


def _to_groups(audit: Audit, provenance: Provenance) -> Html:
    parts = [
        _to_group_table("By task", audit.tasks, audit.whole),
        _to_group_table("By level", audit.levels, audit.whole),
    ]
    if audit.strata:
        parts.append(_to_group_table(f"By {provenance.strata_column}", audit.strata, audit.whole))
    heat = to_heat_map("Slot F1 by level and task", audit.cells, "slot_f1")
    lead = "The same figures for parts of the slots. The dot is slot F1, the bar and the small print are intervals."
    return _section("groups", "Parts: task, level" + (" and stratum" if audit.strata else ""), lead, parts, heat)


def _to_group_table(caption: str, groups: Sequence[GroupScore], whole: GroupScore) -> Html:
    rows = [*groups, whole]
    floor = choose_floor(group.estimates["slot_f1"] for group in rows)
    head = ["", element("th", {"scope": "col", "class": "plot"}, draw_axis(floor)), "Slot F1"]
    return table(
        caption,
        [*head, *(TITLES[name] for name in GROUP_COLUMNS), "Slots"],
        ([group.name, *_to_group_cells(group, floor)] for group in rows),
        "groups",
    )


def _to_group_cells(group: GroupScore, floor: float) -> list[str]:
    f1 = group.estimates["slot_f1"]
    figures = [_to_figure_cell(group.estimates[name], is_per_100(name)) for name in ("slot_f1", *GROUP_COLUMNS)]
    plot = element("td", {"class": "plot"}, draw_interval(f1, floor))
    return [plot, *figures, str(int(group.confusion.sum()))]


def _to_figure_cell(estimate: Estimate, per_100: bool = False) -> Html:
    """The figure with its interval, small, under it."""
    interval = element("small", None, format_interval(estimate, per_100))
    return element("td", None, format_value(estimate, per_100), interval)


def _to_confusions(audit: Audit, provenance: Provenance) -> Html:
    whole = to_confusion_table("All slots", audit.whole.confusion)
    parts = {"By task": audit.tasks, "By level": audit.levels, f"By {provenance.strata_column}": audit.strata}
    more = (_to_more_confusions(title, groups) for title, groups in parts.items() if groups)
    lead = (
        "Rows are what the gold says, columns what the labels say. Green cells on the diagonal agree; everything else "
        "is an error, shaded by its share of the row. The column “silent” holds slots missed, the row "
        "“silent” slots invented."
    )
    return _section("confusion", "Confusion", lead, whole, more)


def _to_more_confusions(title: str, groups: Sequence[GroupScore]) -> Html:
    tables = (to_confusion_table(group.name, group.confusion) for group in groups)
    return element("details", None, element("summary", None, title), element("div", {"class": "side"}, tables))


def _to_grades(audit: Audit) -> Html:
    rows = []
    for grade in audit.grades:
        cells = [_to_figure_cell(e) for e in (grade.precision, grade.recall, grade.f1)]
        rows.append([grade.name, *cells, str(grade.recall.n), str(grade.precision.n)])
    lead = (
        "How well each grade is told from all others, ranges aside (“mild to moderate” counts as moderate). "
        "“No grade” is stenosis stated, bounded or hedged without a grade."
    )
    head = ("Grade", "Precision", "Recall", "F1", "Gold slots", "Labels")
    return _section("grades", "Grades", lead, table("Precision, recall and F1 of each grade", head, rows, "grades"))


def _to_rules(rules: Sequence[RuleScore]) -> Html:
    if not rules:
        return _section("rules", "Rules", "The label table names no rules.")
    floor = choose_floor(rule.precision for rule in rules)
    head = ["Rule", element("th", {"scope": "col", "class": "plot"}, draw_axis(floor))]
    rows = (_to_rule_row(rule, floor) for rule in rules[:MAX_RULES])
    lead = "Of the scored labels each rule gave, the share that is right in grade and range; most wrong labels first."
    more = (
        element("p", None, f"{len(rules) - MAX_RULES} rules more are in metrics.json.")
        if len(rules) > MAX_RULES
        else Html("")
    )
    shown = table("Precision of each rule", [*head, "Precision", "Right", "Wrong"], rows, "rules")
    return _section("rules", "Rules", lead, shown, more)


def _to_rule_row(rule: RuleScore, floor: float) -> list[str]:
    plot = element("td", {"class": "plot"}, draw_interval(rule.precision, floor))
    return [rule.rule, plot, _to_figure_cell(rule.precision), str(rule.right), str(rule.n - rule.right)]


def _to_coverage(audit: Audit) -> Html:
    rows = [
        [fact.meaning, _to_share(audit.coverage.get(fact.name)), _to_share(audit.gold_coverage.get(fact.name))]
        for fact in COVERAGE_FACTS
    ]
    lead = (
        "How many of the studies the labels reach, beside the gold. DeepSPINE trained on those whose report describes "
        "all six levels explicitly."
    )
    return _section("coverage", "Coverage", lead, table("Studies", ("", "Labels", "Gold"), rows, "coverage"))


def _to_share(estimate: Estimate | None) -> str:
    if estimate is None or not estimate.n:
        return "not known"
    interval = format_interval(estimate)
    share = f"{round(estimate.value * estimate.n)} of {estimate.n}, {format_value(estimate)}"
    return f"{share} ({interval})" if interval else share


def _to_errors(audit: Audit, reports: Sequence[WrongReport], with_text: bool) -> Html:
    shown = sum(len(report.wrong) for report in reports)
    if not audit.wrong:
        return _section("wrong", "Wrong slots", "No scored slot is wrong.")
    lead = (
        "Every slot where label and gold differ, in its report. Marked words in red decided a wrong label and have the "
        "number of the row; words underlined in grey decided a right one. A missed slot has no marked words of its own."
    )
    if not with_text:
        lead = "Every slot where label and gold differ. Report text was left out of this page."
    elif all(report.text is None for report in reports):
        lead = "Every slot where label and gold differ. No report text was at hand; `--reports ARCHIVE` brings it."
    cut = f"This page shows the first {shown} of {len(audit.wrong)} wrong slots; wrong_slots.tsv lists all of them."
    note = element("p", {"class": "cut"}, cut) if shown < len(audit.wrong) else Html("")
    return _section("wrong", f"Wrong slots ({len(audit.wrong)})", lead, note, to_browser(reports))


def _to_reading_help(audit: Audit, provenance: Provenance) -> Html:
    terms = {
        "Slot": "One task at one level of one report: 6 levels by 5 tasks (SCS spinal canal, LFS and RFS left and "
        "right neural foramen, LSS and RSS left and right lateral recess). Left and right are the patient's.",
        "Silence": "A slot the report says nothing about has no label, and silence is not normal. Slots the gold marks "
        "“?” are not scored at all.",
        "Range": "Words leave a range of grades: “moderate” is 2 alone, “mild to moderate” 1 to 2 with grade 2, "
        "“stenosis” 1 to 3 with no grade. A label is right when both the grade and the range are the gold's.",
        **{TITLES[name]: meaning for name, meaning in MEANINGS.items()},
        "95 % interval": f"Percentile bootstrap: {audit.n_resamples} times, as many whole reports were drawn with "
        f"replacement (seed {provenance.seed}), since slots of one report are not independent. An interval of no width "
        "means that no draw differed, for example since nothing was wrong; it does not mean certainty.",
    }
    items = (join(element("dt", None, term), element("dd", None, text)) for term, text in terms.items())
    return _section("reading", "How to read this", "The words of this page.", element("dl", {"class": "terms"}, items))
