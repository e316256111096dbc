"""A report's text as HTML with its evidence marked and numbered; the numbers link to where they are spoken of."""

from typing import NamedTuple

from lumbar.pages.html import element, Html, join
from reportparse.evidence import cut_at_spans, Piece, Span


class Mark(NamedTuple):
    """Words to mark. kind: CSS classes. number: shown after the words, 0 for none.

    anchor: the id the words get. target: the id that the number links to.
    """

    span: Span
    kind: str
    number: int = 0
    anchor: str | None = None
    target: str | None = None


def mark_text(text: str, marks: list[Mark]) -> Html:
    """The text in a ``pre`` with its marks; their spans are different, inside the text and in reading order."""
    started: set[int] = set()
    parts = []
    for piece in cut_at_spans(text, [mark.span for mark in marks]):
        parts.append(_to_marked(piece, marks, started))
        parts.extend(_to_number(marks[i]) for i in piece.ending if marks[i].number)
        started.update(piece.covering)
    return element("pre", {"class": "report", "tabindex": "0", "aria-label": "report text"}, parts)


def _to_marked(piece: Piece, marks: list[Mark], started: set[int]) -> Html:
    """The piece inside a ``mark`` for each span over it, the shortest innermost, so that its colour is the one seen."""
    marked = join(piece.text)
    for i in sorted(piece.covering, key=lambda i: marks[i].span.end - marks[i].span.start):
        anchor = marks[i].anchor if i not in started else None
        marked = element("mark", {"id": anchor, "class": marks[i].kind}, marked)
    return marked


def _to_number(mark: Mark) -> Html:
    label = {"href": f"#{mark.target}", "aria-label": f"evidence {mark.number}"}
    return element("sup", None, element("a", label, str(mark.number)))
