import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportparse.archive.html_text import html_to_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<div><p>FINDINGS:</p><p>L4-L5: <b>mild</b> stenosis.</p></div>", "FINDINGS:\nL4-L5: mild stenosis."),
        ("a<br/>b<BR>c", "a\nb\nc"),
        ("a<br><br>b", "a\n\nb"),
        ("one\n   line", "one line"),
        ("<pre>L4-5:\n  mild</pre>\nnext", "L4-5:\nmild\nnext"),
        ("<table><tr><td>L4-5</td><td>mild</td></tr><tr><td>L5-S1</td></tr></table>", "L4-5\tmild\t\nL5-S1\t"),
        ("&lt; 10&nbsp;mm &amp; &ge; 2", "< 10 mm & ≥ 2"),
        ("canal < 10 mm and > 5", "canal < 10 mm and > 5"),
        ("<script>var a = '<p>';</script>b<style>p {}</style><!-- c <p> -->d", "bd"),
        ("<!DOCTYPE html><html><head><title>t</title></head><body>b</body></html>", "b"),
        ("İ<p>b</p>", "İ\nb"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("", ""),
    ],
)
def test_html_reads_as_a_browser_shows_it(source: str, text: str) -> None:
    assert html_to_text(source) == text


def test_a_number_too_long_for_an_entity_is_left() -> None:
    assert "&#" in html_to_text("a &#" + "9" * 10_000 + "; b")


@given(st.text(alphabet="<>/!-&#;abp \n\"'", max_size=60))
def test_any_text_is_taken(source: str) -> None:
    assert isinstance(html_to_text(source), str)


PIECES = ("<", "<a", "<!--", "<script>", "</", "<p", "<td>", "&", "&#", " \n", "<p>", "<br>", "\x1e ")


@pytest.mark.parametrize("piece", PIECES)
def test_repeated_pieces_take_linear_time(piece: str) -> None:
    started = time.perf_counter()
    html_to_text(piece * 200_000)
    assert time.perf_counter() - started < 3
