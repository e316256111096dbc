"""Mark-up, mail, boxes and quotes are blanked, character for character; the rest stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportparse.plain_text import blank_quotes, blank_reply_marks, blank_tags, blank_unticked, to_plain

STEPS = [blank_quotes, blank_reply_marks, blank_tags, blank_unticked]
MARKED = st.text(st.sampled_from('<>&;[]/"abx \n'), max_size=60)


@given(MARKED)
@settings(deadline=None, derandomize=True, database=None, max_examples=200)
def test_every_step_keeps_the_length_and_the_lines(text: str) -> None:
    for step in STEPS:
        plain = step(text)
        assert len(plain) == len(text)
        assert [i for i, c in enumerate(plain) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
        assert all(a in (b, " ") for a, b in zip(plain, text, strict=True))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<b>l4-5</b>: mild", "   l4-5    : mild"),
        ("mild&nbsp;canal", "mild      canal"),
        ("canal < 10 mm > 8 mm", "canal < 10 mm > 8 mm"),
        ("a & b", "a & b"),
    ],
)
def test_tags_are_blanked(text: str, plain: str) -> None:
    assert blank_tags(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("[ ] none [x] mild [ ] severe", "         [x] mild           "),
        ("none [ ] mild [x]", "none [ ] mild [x]"),
        ("no boxes", "no boxes"),
    ],
)
def test_words_after_empty_boxes_are_blanked(text: str, plain: str) -> None:
    assert blank_unticked(text) == plain


def test_reply_marks_are_blanked_where_a_mail_is_quoted() -> None:
    assert blank_reply_marks("> a\n> b\n> c") == "  a\n  b\n  c"
    assert blank_reply_marks("> a\nstenosis > b\nc") == "> a\nstenosis > b\nc"


def test_quotes_of_others_are_blanked_but_not_a_quoted_report() -> None:
    said = 'the outside report says "severe canal stenosis at l4-5" but on our study it is mild'
    assert blank_quotes(said) == said.replace('"severe canal stenosis at l4-5"', " " * 31)
    quoted = '"l4-5: severe canal stenosis", end'
    assert blank_quotes(quoted) == quoted


@given(st.text())
@settings(deadline=None, derandomize=True, database=None)
def test_all_steps_together_keep_the_length(text: str) -> None:
    assert len(to_plain(text)) == len(text)
