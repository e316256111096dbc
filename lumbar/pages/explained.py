"""A report with its findings and numbered evidence: what the terminal and the page of ``lumbar explain`` both draw."""

from typing import NamedTuple

from lexicons.vocabulary import Level, Task, TASKS
from reportparse.audit.slots import describe_label, encode_label, OPEN
from reportparse.evidence import Span, to_distinct_spans
from reportparse.finding import Finding, Scope, Status
from reportparse.pipeline import ParsedReport

TASK_NAMES: dict[Task, str] = {
    Task.SCS: "spinal canal",
    Task.LFS: "left foramen",
    Task.RFS: "right foramen",
    Task.LSS: "left recess",
    Task.RSS: "right recess",
}
_DEEPSPINE = (Task.SCS, Task.LFS, Task.RFS)

OPEN_SHADE, NO_GRADE_SHADE = "go", "gx"
SHADES = (OPEN_SHADE, NO_GRADE_SHADE, "g0", "g1", "g2", "g3")
"""What a finding is coloured by, weakest first: left open, no grade, and the four grades."""


class Explained(NamedTuple):
    """A parsed report. spans: its different evidence in reading order; the number of one is its place plus one."""

    title: str
    text: str
    findings: dict[tuple[Level, Task], Finding]
    remarks: tuple[str, ...]
    spans: list[Span]


def to_explained(title: str, text: str, parsed: ParsedReport) -> Explained:
    """The report with its evidence numbered."""
    findings = {(finding.level, finding.task): finding for finding in parsed.findings}
    spans = to_distinct_spans((Span(f.start, f.end) for f in parsed.findings), len(text))
    return Explained(title, text, findings, parsed.remarks, spans)


def evidence_number(explained: Explained, finding: Finding) -> int:
    """The number of a finding's evidence, 0 where its offsets are not in the text."""
    span = Span(finding.start, finding.end)
    return explained.spans.index(span) + 1 if span in explained.spans else 0


def to_shade(finding: Finding) -> str:
    """What a finding is coloured by."""
    if finding.low is None:
        return OPEN_SHADE
    return NO_GRADE_SHADE if finding.grade is None else f"g{finding.grade}"


def span_shades(explained: Explained) -> list[str]:
    """The shade of each span: the strongest of its findings."""
    shades: dict[Span, list[str]] = {}
    for finding in explained.findings.values():
        shades.setdefault(Span(finding.start, finding.end), []).append(to_shade(finding))
    return [max(shades[span], key=SHADES.index) for span in explained.spans]


def describe_finding(finding: Finding) -> str:
    """The label in words: ``2 moderate (1-2)``, ``0-1, uncertain``, ``left open``."""
    if finding.low is None or finding.high is None:
        return describe_label(OPEN)
    words = describe_label(encode_label(finding.low, finding.high, finding.grade))
    return words.replace("no grade", "uncertain") if finding.status == Status.UNCERTAIN else words


def describe_scope(finding: Finding) -> str:
    """What statement the level is part of, where the report does not name the level itself; empty where it does."""
    names = {Scope.REMAINING: "the other levels", Scope.STUDY: "whole study"}
    return names.get(finding.scope, "")


def shown_tasks(explained: Explained) -> list[Task]:
    """DeepSPINE's three tasks, and those of the others that the report speaks of."""
    spoken = {task for _, task in explained.findings}
    return [task for task in TASKS if task in _DEEPSPINE or task in spoken]
