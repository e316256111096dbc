"""One report in the terminal: its evidence coloured and numbered, and the grid of labels below."""

from rich import box
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

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
from reportparse.evidence import cut_at_spans, to_printable

STYLES: dict[str, Style] = {
    "go": Style(dim=True),
    "gx": Style(color="magenta"),
    "g0": Style(color="green"),
    "g1": Style(color="yellow"),
    "g2": Style(color="dark_orange", bold=True),
    "g3": Style(color="red", bold=True),
}
_LEGEND = {"g0": "0 normal", "g1": "1 mild", "g2": "2 moderate", "g3": "3 severe", "gx": "no grade", "go": "left open"}


def print_explained(explained: Explained, console: Console) -> None:
    """Print the report, its labels and the remarks on it."""
    has_colour = console.color_system is not None and not console.no_color
    console.print(Text(to_printable(explained.title), style="bold"))
    console.print()
    console.print(mark_for_terminal(explained, has_colour), highlight=False)
    console.print()
    console.print(_to_grid(explained))
    for remark in explained.remarks:
        console.print(Text(f"remark: {to_printable(remark)}", style="yellow"))
    console.print(_to_legend(has_colour))


def mark_for_terminal(explained: Explained, has_colour: bool) -> Text:
    """The report with [n] after each piece of evidence, coloured, or between angle quotes where there is no colour.

    Nothing in the report is taken as markup or as a command to the terminal.
    """
    shades, started = span_shades(explained), set[int]()
    marked = Text()
    for piece in cut_at_spans(explained.text, explained.spans):
        if not has_colour:
            marked.append("«" * len(set(piece.covering) - started))
        started.update(piece.covering)
        narrowest = min(piece.covering, key=lambda i: explained.spans[i].end - explained.spans[i].start, default=None)
        style = Style() if narrowest is None else STYLES[shades[narrowest]] + Style(underline=True)
        marked.append(to_printable(piece.text), style)
        for i in reversed(piece.ending):
            marked.append(f"[{i + 1}]" if has_colour else f"»[{i + 1}]", Style(dim=True))
    return marked


def _to_grid(explained: Explained) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("")
    tasks = shown_tasks(explained)
    for task in tasks:
        table.add_column(f"{task}\n{TASK_NAMES[task]}", overflow="fold")
    for level in LEVELS:
        table.add_row(level, *(_to_cell(explained, level, task) for task in tasks))
    return table


def _to_cell(explained: Explained, level: Level, task: Task) -> Text:
    finding = explained.findings.get((level, task))
    if finding is None:
        return Text("·", style="dim")
    number = evidence_number(explained, finding)
    cell = Text().append(describe_finding(finding), STYLES[to_shade(finding)])
    cell.append(f" [{number}]" if number else "", Style(dim=True))
    if finding.conflict:
        cell.append(" !conflict", Style(color="red"))
    below = ", ".join(filter(None, (to_printable(finding.rule), describe_scope(finding))))
    cell.append(f"\n{below}", Style(dim=True))
    return cell


def _to_legend(has_colour: bool) -> Text:
    """What colours and numbers mean."""
    legend = Text()
    for shade, name in _LEGEND.items() if has_colour else ():
        legend.append(name, STYLES[shade]).append("  ")
    legend.append("\n" if has_colour else "").append("[n] numbers the deciding words; a dot: not spoken of")
    return legend
