"""Grades in words and probabilities as bars."""

from typing import NamedTuple

from lexicons.vocabulary import Grade, Level, Task
from lumbar.pages.html import element, Html, join

TASK_TITLES: dict[Task, str] = {
    Task.SCS: "Spinal canal",
    Task.LFS: "Left foramen",
    Task.RFS: "Right foramen",
    Task.LSS: "Left recess",
    Task.RSS: "Right recess",
}

DISPLAY: tuple[Task, ...] = (Task.RFS, Task.RSS, Task.SCS, Task.LSS, Task.LFS)
"""As in radiological display: the patient's right at the reader's left."""

_ROW, _FROM, _TO = 19, 30.0, 81.0


class Graded(NamedTuple):
    """One slot: its level and task, its grade, and the probability of each of the four."""

    level: Level
    task: Task
    grade: Grade
    probabilities: tuple[float, ...]

    @property
    def likely(self) -> float:
        """The probability of its grade."""
        return self.probabilities[self.grade]


def to_word(grade: Grade) -> str:
    """A grade in words, such as ``moderate``."""
    return grade.name.lower()


def to_percent(share: float) -> str:
    """A probability in whole percent, with the ends kept for what is certain."""
    return "<1 %" if 0 < share < 0.005 else ">99 %" if 0.995 <= share < 1 else f"{share:.0%}".replace("%", " %")


def draw_bars(graded: Graded) -> Html:
    """Four bars, one a grade, with their probabilities."""
    said = ", ".join(f"{to_word(grade)} {to_percent(graded.probabilities[grade])}" for grade in Grade)
    rows = (_draw_row(graded, grade) for grade in Grade)
    attributes = {"class": "bars", "width": "100%", "height": str(_ROW * len(Grade)), "role": "img"}
    return element("svg", {**attributes, "aria-label": f"{TASK_TITLES[graded.task]}: {said}"}, rows)


def _draw_row(graded: Graded, grade: Grade) -> Html:
    top, share = _ROW * grade, graded.probabilities[grade]
    kind = "most" if grade is graded.grade else None
    bar = {"x": f"{_FROM}%", "y": str(top + 3), "height": str(_ROW - 6)}
    return element(
        "g",
        {"class": kind},
        element("text", {"x": "0", "y": str(top + 14)}, to_word(grade)),
        element("rect", {**bar, "class": "rail", "width": f"{_TO - _FROM}%"}),
        element("rect", {**bar, "class": f"f{grade.value}", "width": f"{(_TO - _FROM) * share:.2f}%"}),
        element("text", {"x": "100%", "y": str(top + 14), "text-anchor": "end"}, to_percent(share)),
    )


def describe(graded: Graded) -> Html:
    """The task, its grade and how likely it is, then the bars."""
    head = element(
        "h4",
        None,
        TASK_TITLES[graded.task],
        " ",
        element("span", {"class": f"chip g{graded.grade.value}"}, to_word(graded.grade)),
    )
    return element("div", {"class": "slot"}, join(head, draw_bars(graded)))
