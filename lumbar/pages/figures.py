"""Small figures drawn as inline SVG: a figure and its interval on a line, and the axis above a column of them.

Positions are percentages, so a figure is as wide as its table cell and its type never shrinks.
"""

import math
from collections.abc import Iterable

from lumbar.pages.html import element, Html
from lumbar.pages.numbers import format_interval, format_value
from reportparse.audit.metrics import Estimate

_LEFT, _RIGHT = 4.0, 96.0


def choose_floor(estimates: Iterable[Estimate]) -> float:
    """The left end of an axis that ends at 1: the tenth below the lowest interval, at most 0.8, at least 0."""
    lows = [x for e in estimates for x in (e.value, e.low) if not math.isnan(x)]
    return max(0.0, min([0.8, *(math.floor(low * 10) / 10 for low in lows)]))


def draw_axis(floor: float) -> Html:
    """The ends and the middle of an axis from ``floor`` to 1."""
    ticks = (floor, (1 + floor) / 2, 1.0)
    labels = (
        element(
            "text",
            {"x": f"{_place(tick, floor):.1f}%", "y": "13", "text-anchor": anchor},
            f"{tick:.2f}".rstrip("0").rstrip("."),
        )
        for tick, anchor in zip(ticks, ("start", "middle", "end"), strict=True)
    )
    return element("svg", {"class": "axis", "width": "100%", "height": "16", "aria-hidden": "true"}, labels)


def draw_interval(estimate: Estimate, floor: float) -> Html:
    """A dot for the figure on a line for its interval; nothing but the frame where there is nothing to measure."""
    label = f"{format_value(estimate)}, 95 % interval {format_interval(estimate) or 'none'}"
    parts = [_line(_LEFT, _RIGHT, "rail")]
    if not math.isnan(estimate.low):
        parts.append(_line(_place(estimate.low, floor), _place(estimate.high, floor), "whisker"))
    if not math.isnan(estimate.value):
        parts.append(element("circle", {"cx": f"{_place(estimate.value, floor):.1f}%", "cy": "50%", "r": "4"}))
    return element("svg", {"class": "plot", "width": "100%", "height": "18", "role": "img", "aria-label": label}, parts)


def _line(start: float, end: float, kind: str) -> Html:
    return element("line", {"class": kind, "x1": f"{start:.1f}%", "x2": f"{end:.1f}%", "y1": "50%", "y2": "50%"})


def _place(value: float, floor: float) -> float:
    """The position in percent of a value on the axis from ``floor`` to 1; what is below the floor stands at it."""
    share = (max(value, floor) - floor) / (1 - floor)
    return _LEFT + share * (_RIGHT - _LEFT)
