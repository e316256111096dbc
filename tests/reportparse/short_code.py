"""Expected labels in a short code: ``L4-L5 SCS=2 xFS=0; L5-S1 LFS=1-2`` with the values of the gold files.

``xFS`` and ``xSS`` are both sides, ``ALL`` is all six levels, ``REST`` the levels that the code does not name, ``-`` is
no label at all. ``?``, a slot that the text leaves open, asks that no interval is given: an open finding or none.
"""

from lexicons.vocabulary import LEVELS
from reportparse.finding import Finding

VALUES: dict[str, tuple[int, int, int | None]] = {
    "0": (0, 0, 0), "1": (1, 1, 1), "2": (2, 2, 2), "3": (3, 3, 3), "1-2": (1, 2, 2), "2-3": (2, 3, 3),
    "P": (1, 3, None), "0-1u": (0, 1, None), "0-2u": (0, 2, None), "0-3u": (0, 3, None), "2-3u": (2, 3, None),
}  # fmt: skip
CODES = {interval: code for code, interval in VALUES.items()}
PAIRS = {"xFS": ("LFS", "RFS"), "xSS": ("LSS", "RSS")}

Labels = dict[str, dict[str, str]]
"""Level -> task -> value."""


def to_labels(code: str) -> Labels:
    """The labels of a short code; ``?`` slots are left out, as a text without an interval there leaves them out."""
    labels: Labels = {}
    for group in code.split(";") if code != "-" else ():
        name, *slots = group.split()
        levels = {"ALL": list(LEVELS), "REST": [lv for lv in LEVELS if lv not in labels]}.get(name, [name])
        for level in levels:
            tasks = labels.setdefault(str(level), {})
            for slot in slots:
                task, value = slot.split("=")
                if value != "?":
                    assert value in VALUES, value
                    tasks |= dict.fromkeys(PAIRS.get(task, (task,)), value)
    assert labels.keys() <= set(LEVELS), code
    return {level: tasks for level, tasks in labels.items() if tasks}


def from_findings(findings: list[Finding]) -> Labels:
    """The labels of findings; open ones, which have no interval, are left out."""
    labels: Labels = {}
    for f in findings:
        if f.low is not None and f.high is not None:
            labels.setdefault(str(f.level), {})[str(f.task)] = CODES.get((f.low, f.high, f.grade), f"{f.low}..{f.high}")
    return labels
