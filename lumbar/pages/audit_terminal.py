"""An audit as tables in the terminal; never a word of a report."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lumbar.pages.numbers import format_interval, format_value, is_per_100, MEANINGS, TITLES
from reportparse.audit.audit import Audit
from reportparse.audit.coverage import COVERAGE_FACTS
from reportparse.audit.metrics import Estimate
from reportparse.audit.record import Provenance
from reportparse.audit.scores import GroupScore, RuleScore
from reportparse.audit.slots import CATEGORIES
from reportparse.audit.wrong_slots import WrongSlot
from reportparse.evidence import to_printable

MAX_RULES = 15
WIDE = 110
"""Columns from which on there is room for what a figure means and for more intervals."""


def print_audit(audit: Audit, provenance: Provenance, n_errors: int, console: Console) -> None:
    """Print the tables of an audit and its first ``n_errors`` wrong slots."""
    console.print(_plain(f"{provenance.labels} against {provenance.gold}, {audit.n_reports} reports"), style="bold")
    for note in audit.notes:
        console.print(_plain(f"note: {note}"), style="yellow")
    is_wide = console.width >= WIDE
    console.print(_to_figures(audit, is_wide))
    console.print(_to_groups("Task", audit.tasks, is_wide))
    console.print(_to_groups("Level", audit.levels, is_wide))
    if audit.strata:
        console.print(_to_groups(provenance.strata_column or "stratum", audit.strata, is_wide))
    console.print(_to_grades(audit))
    console.print(_to_confusion(audit.whole))
    if audit.rules:
        console.print(_to_rules(audit.rules))
    console.print(_to_coverage(audit))
    if audit.wrong and n_errors:
        console.print(_to_wrong(audit.wrong, n_errors))


def _plain(text: str) -> Text:
    """Text that rich takes literally, whatever brackets or escape sequences a name holds."""
    return Text(to_printable(text))


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], n_left: int = 1) -> Table:
    """A table whose first ``n_left`` columns are words and the rest numbers."""
    table = Table(title=_plain(title), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for i, name in enumerate(head):
        table.add_column(_plain(name), justify="left" if i < n_left else "right", overflow="fold")
    for row in rows:
        table.add_row(*map(_plain, row))
    return table


def _both(estimate: Estimate, per_100: bool = False) -> str:
    interval = format_interval(estimate, per_100)
    return f"{format_value(estimate, per_100)} {interval}" if interval else format_value(estimate, per_100)


def _to_figures(audit: Audit, is_wide: bool) -> Table:
    head = ["Figure", "Value", "95 % interval", "n", *(["What it means"] if is_wide else [])]
    rows = []
    for name, estimate in audit.whole.estimates.items():
        per_100 = is_per_100(name)
        figures = (format_value(estimate, per_100), format_interval(estimate, per_100), str(estimate.n))
        rows.append((TITLES[name], *figures, MEANINGS[name])[: len(head)])
    table = _table("All slots", head, rows)
    if is_wide:
        table.columns[-1].justify = "left"
    return table


def _to_groups(title: str, groups: Iterable[GroupScore], is_wide: bool) -> Table:
    kappa = _both if is_wide else format_value
    rows = []
    for group in groups:
        figures = group.estimates
        shares = (format_value(figures[name]) for name in ("precision", "recall", "grade_accuracy"))
        rates = (format_value(figures[name], per_100=True) for name in ("spurious_per_100", "missed_per_100"))
        rows.append((group.name, _both(figures["slot_f1"]), *shares, kappa(figures["kappa"]), *rates))
    return _table(title, ("", "Slot F1", "Prec.", "Recall", "Grade", "Kappa", "Spur.", "Miss."), rows)


def _to_grades(audit: Audit) -> Table:
    rows = [(g.name, _both(g.precision), _both(g.recall), _both(g.f1), str(g.recall.n)) for g in audit.grades]
    return _table("Grade", ("", "Precision", "Recall", "F1", "Gold slots"), rows)


def _to_confusion(group: GroupScore) -> Table:
    rows = [(name, *map(str, counts)) for name, counts in zip(CATEGORIES, group.confusion.tolist(), strict=True)]
    return _table("Confusion: gold down, labels across", ("", *CATEGORIES), rows)


def _to_rules(rules: Sequence[RuleScore]) -> Table:
    rows = [(rule.rule, _both(rule.precision), str(rule.right), str(rule.n - rule.right)) for rule in rules[:MAX_RULES]]
    of = f", first {MAX_RULES} of {len(rules)}" if len(rules) > MAX_RULES else ""
    return _table(f"Rule precision, most wrong first{of}", ("", "Precision", "Right", "Wrong"), rows)


def _to_coverage(audit: Audit) -> Table:
    rows = [
        (fact.meaning, _to_count(audit.coverage.get(fact.name)), _to_count(audit.gold_coverage.get(fact.name)))
        for fact in COVERAGE_FACTS
    ]
    return _table("Coverage", ("", "Labels", "Gold"), rows)


def _to_count(estimate: Estimate | None) -> str:
    if estimate is None or not estimate.n:
        return "not known"
    return f"{round(estimate.value * estimate.n)} of {estimate.n}"


def _to_wrong(wrong: Sequence[WrongSlot], n_errors: int) -> Table:
    rows = [
        (slot.study_id, f"{slot.level} {slot.task}", slot.kind, slot.gold, slot.labelled, slot.rule)
        for slot in wrong[:n_errors]
    ]
    title = f"Wrong slots, first {min(n_errors, len(wrong))} of {len(wrong)}"
    return _table(title, ("Study", "Slot", "Kind", "Gold", "Label", "Rule"), rows, n_left=6)
