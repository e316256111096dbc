"""The page of ``lumbar explain``: the report with its evidence marked beside the grid of labels, both linked."""

from lexicons.vocabulary import Level, LEVELS, Task
from lumbar.pages.explained import (
    describe_finding,
    describe_scope,
    evidence_number,
    Explained,
    shown_tasks,
    span_shades,
    TASK_NAMES,
    to_shade,
)
from lumbar.pages.html import breakable, element, Html, join, table, to_page
from lumbar.pages.marked_text import Mark, mark_text

_LEGEND = {"g0": "0 normal", "g1": "1 mild", "g2": "2 moderate", "g3": "3 severe", "gx": "no grade", "go": "left open"}


def to_explain_page(explained: Explained) -> str:
    """The page, without script: hovering or choosing a label lights up its words, and the other way round."""
    header = element(
        "header",
        None,
        element("h1", None, explained.title),
        element("p", None, "The words that decided each label. Point at a label to see its words, or the reverse."),
    )
    remarks = element("ul", {"class": "notes"}, (element("li", None, remark) for remark in explained.remarks))
    report = element("section", {"id": "report"}, element("h2", None, "Report"), to_report_text(explained))
    grid = element("section", {"id": "labels"}, element("h2", None, "Labels"), to_label_grid(explained), to_legend())
    body = join(header, remarks, element("main", {"class": "explain"}, report, grid))
    return to_page(explained.title, body, extra_style=to_links(len(explained.spans)))


def to_report_text(explained: Explained) -> Html:
    """The report with its evidence marked and numbered."""
    marks = [
        Mark(span, f"{shade} e{number}", number, f"e{number}", f"c{number}")
        for number, (span, shade) in enumerate(zip(explained.spans, span_shades(explained), strict=True), start=1)
    ]
    return mark_text(explained.text, marks)


def to_label_grid(explained: Explained) -> Html:
    """The label of each level and task, with the number of its evidence."""
    tasks, named = shown_tasks(explained), set[int]()
    head = ["", *(join(task, element("small", None, TASK_NAMES[task])) for task in tasks)]
    rows = [[level, *(_to_cell(explained, level, task, named) for task in tasks)] for level in LEVELS]
    return table("Label of each level and task", head, rows, "grid")


def _to_cell(explained: Explained, level: Level, task: Task, named: set[int]) -> Html:
    """A cell of the grid; the first one of each evidence number gets its anchor."""
    finding = explained.findings.get((level, task))
    if finding is None:
        return element("td", {"class": "nil", "title": "the report does not speak of it"}, "·")
    number = evidence_number(explained, finding)
    anchor = f"c{number}" if number and number not in named else None
    named.add(number)
    link = element("a", {"class": "ref", "href": f"#e{number}"}, f"[{number}]") if number else Html("")
    conflict = element("strong", {"class": "conflict"}, "conflict") if finding.conflict else Html("")
    return element(
        "td",
        {"id": anchor, "class": f"{to_shade(finding)} c{number}", "title": f"from the {finding.section}"},
        describe_finding(finding),
        " ",
        link,
        conflict,
        element("small", {"class": "rule"}, breakable(finding.rule)),
        element("small", None, describe_scope(finding)),
    )


def to_legend() -> Html:
    """What the colours and marks of report and grid mean."""
    chips = (element("li", {"class": shade}, name) for shade, name in _LEGEND.items())
    meaning = (
        "The number in brackets is that of the deciding words. Under each label stands the rule that gave it. "
        "“Conflict” marks a slot that the report grades in two ways. A dot is a slot the report does not speak of."
    )
    return join(element("ul", {"class": "legend"}, chips), element("p", {"class": "lead"}, meaning))


def to_links(n_spans: int) -> str:
    """One rule for each number: its words and its labels light up together."""
    rule = (
        "main:has(.c{n}:hover, .c{n}:focus-within) .e{n}, main:has(.e{n}:hover) .c{n}, "
        "main:has(#e{n}:target) .e{n}, #c{n}:target {{ outline: 2px solid var(--accent); outline-offset: -1px; }}\n"
    )
    return "".join(rule.format(n=number) for number in range(1, n_spans + 1))
