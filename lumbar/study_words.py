"""What is in a study, for a person: rows of a table, and sentences."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from imaging.geometry import Plane
from imaging.refusal import Refusal
from imaging.remarks import to_sentence
from imaging.selection import Selection
from imaging.stack_place import StackPlace, to_place
from imaging.study import Series, Stack, Study

SIDE_DEG = 3.0
"""From here on a turn to the side is worth a word."""


class Table(NamedTuple):
    """A heading, the names of the columns, and the rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def to_series_table(study: Study, selection: Selection) -> Table:
    """A row for each series of a study."""
    columns = ("series", "plane", "weighted", "contrast", "TR/TE ms", "images", "stacks", "matrix", "pixel mm",
               "slice mm", "every mm", "use")  # fmt: skip
    uses = {choice.number: choice.use for choice in selection.choices}
    return Table("", columns, tuple(_to_series_row(series, uses[series.number]) for series in study.series))


def _to_series_row(series: Series, use: str) -> tuple[str, ...]:
    places = [to_place(stack, series.plane) for stack in series.stacks]
    matrices = sorted({f"{columns}x{rows}" for _, rows, columns in (stack.shape for stack in series.stacks)})
    return (
        str(series.number),
        str(series.plane) if series.stacks or series.plane is not Plane.OBLIQUE else "?",  # it may lack a position
        f"{series.weighting}{' FS' if series.fat_suppressed and series.weighting != 'STIR' else ''}",
        "yes" if series.contrast_agent else "no",
        f"{_to_number(series.repetition_time_ms)}/{_to_number(series.echo_time_ms)}",
        str(series.images),
        str(len(series.stacks) or "-"),
        ", ".join(matrices) or "-",
        _to_range([size for place in places for size in place.spacing_mm[:2]], 2),
        _to_range([stack.thickness_mm for stack in series.stacks], 1),
        _to_range([place.spacing_mm[2] for place in places], 1),
        use or "no",
    )


def _to_number(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f}"


def _to_range(values: Sequence[float], digits: int) -> str:
    """``0.54``, or ``0.54-0.60`` where they differ."""
    if not values:
        return "-"
    low, high = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return low if low == high else f"{low}-{high}"


def to_stack_table(series: Series) -> Table | None:
    """A row for each stack of a series, from the head down; None where there is none."""
    if not series.stacks:
        return None
    places = [(stack, to_place(stack, series.plane)) for stack in series.stacks]
    rows = (
        (str(number), str(stack.shape[0]), _to_extent(place, series.plane), _to_tilt(place, series.plane), _odd(stack))
        for number, (stack, place) in enumerate(places, 1)
    )
    return Table(f"stacks of series {series.number}", ("stack", "slices", "from - to", "tilt", "odd"), tuple(rows))


def _odd(stack: Stack) -> str:
    return ", ".join(stack.remarks) or "-"


def _to_extent(place: StackPlace, plane: Plane) -> str:
    """From the first slice's centre to the last one's, along the patient's axis that the slices follow."""
    if plane is Plane.SAGITTAL:
        return f"{_to_side(place.first_mm[0])} to {_to_side(place.last_mm[0])}"
    axis, name = (1, "y") if plane is Plane.CORONAL else (2, "z")
    ends = sorted((place.first_mm[axis], place.last_mm[axis]), reverse=True)
    return f"{name} {ends[0]:.0f} to {ends[1]:.0f} mm"


def _to_side(x: float) -> str:
    return f"{abs(x):.0f} mm {'left' if x > 0 else 'right'}"


def _to_tilt(place: StackPlace, plane: Plane) -> str:
    if plane is not Plane.AXIAL:
        return f"{place.turned_deg:.0f} deg oblique"
    up = round(place.front_up_deg)
    front = f"front edge {abs(up)} deg {'up' if up > 0 else 'down'}" if up else "level"
    return front if place.turned_deg < SIDE_DEG else f"{front}, {place.turned_deg:.0f} deg to the side"


def to_reasons(study: Study, selection: Selection) -> list[str]:
    """A sentence for each series: what it is used for, or why it is not."""
    excluded = {series.number: series.excluded.partition(": ")[2] for series in study.series if series.excluded}
    return [
        f"series {choice.number}: "
        + (f"not used: {excluded[choice.number]}" if choice.number in excluded else choice.reason)
        for choice in selection.choices
    ]


def to_remark_lines(study: Study, selection: Selection) -> list[str]:
    """What is odd, each with where it was seen."""
    seen = [("study", code) for code in selection.remarks]
    for series in study.series:
        seen += [(f"series {series.number}", code) for code in series.remarks]
        seen += [
            (f"series {series.number}, stack {number}", code)
            for number, stack in enumerate(series.stacks, 1)
            for code in stack.remarks
        ]
    return [f"{where}: {to_sentence(code)}" for where, code in dict.fromkeys(seen)]


def to_refusal_lines(refusals: Iterable[Refusal]) -> list[str]:
    """What was refused, with the reason; the tag where the reason does not say it."""
    return [
        f"{row.source}: {row.reason}" + (f" [{row.tag}]" if row.tag and row.tag not in row.reason else "")
        for row in refusals
    ]
