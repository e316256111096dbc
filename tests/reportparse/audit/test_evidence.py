"""Marking: the pieces of a text join to the text, and nothing in it reaches a terminal as a command."""

from hypothesis import given
from hypothesis import strategies as st

from reportparse.evidence import cut_at_spans, Span, to_distinct_spans, to_printable

SPANS = st.lists(st.builds(Span, st.integers(-3, 40), st.integers(-3, 40)), max_size=8)


@given(st.text(max_size=35), SPANS)
def test_pieces_join_to_the_text_and_cover_their_spans(text: str, spans: list[Span]) -> None:
    distinct = to_distinct_spans(spans, len(text))
    pieces = cut_at_spans(text, distinct)
    assert "".join(piece.text for piece in pieces) == text
    for i, span in enumerate(distinct):
        assert "".join(piece.text for piece in pieces if i in piece.covering) == text[span.start : span.end]
        assert sum(i in piece.ending for piece in pieces) == 1


def test_spans_outside_the_text_are_left_out() -> None:
    spans = [Span(0, 3), Span(2, 2), Span(3, 1), Span(-1, 2), Span(2, 9), None, Span(0, 3)]
    assert to_distinct_spans(spans, 5) == [Span(0, 3)]


def test_overlapping_and_nested_spans() -> None:
    pieces = cut_at_spans("abcdef", [Span(0, 4), Span(2, 3), Span(3, 6)])
    assert [(p.text, p.covering, p.ending) for p in pieces] == [
        ("ab", (0,), ()),
        ("c", (0, 1), (1,)),
        ("d", (0, 2), (0,)),
        ("ef", (2,), (2,)),
    ]


@given(st.text(st.characters(), max_size=50))
def test_printable_text_keeps_every_offset_and_commands_nothing(text: str) -> None:
    printable = to_printable(text)
    assert len(printable) == len(text)
    assert not any((ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 for c in printable)
    printable.encode("utf-8")


def test_escape_sequences_and_turned_lines_become_visible() -> None:
    assert to_printable("a\x1b[31m\x07b\u202ec\ud800") == "a\u241b[31m\u2407b\ufffdc\ufffd"
    assert to_printable("L4-5: é μ\n\tx") == "L4-5: é μ\n\tx"
