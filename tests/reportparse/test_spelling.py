"""Misspelt words of the trade are put right; other words stay as they are."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lexicons.load import read_lexicon
from reportparse.spelling import edit_distance, Speller

SPELLER = Speller(read_lexicon())
SHORT_WORDS = st.text("abcd", max_size=7)


@cache
def distance(a: str, b: str) -> int:
    """Optimal string alignment distance by its definition."""
    if not a or not b:
        return len(a) + len(b)
    best = min(distance(a[:-1], b) + 1, distance(a, b[:-1]) + 1, distance(a[:-1], b[:-1]) + (a[-1] != b[-1]))
    if len(a) > 1 and len(b) > 1 and a[-2:] == b[-2:][::-1]:
        best = min(best, distance(a[:-2], b[:-2]) + 1)
    return best


@given(SHORT_WORDS, SHORT_WORDS, st.integers(0, 4))
@settings(deadline=None, derandomize=True, database=None, max_examples=300)
def test_the_distance_is_that_of_its_definition(a: str, b: str, at_most: int) -> None:
    for found in (edit_distance(a, b, at_most), edit_distance(b, a, at_most)):
        assert min(found, at_most + 1) == min(distance(a, b), at_most + 1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("stensosis", "stenosis"), ("narowing", "narrowing"), ("forminal", "foraminal"), ("foramenal", "foraminal"),
        ("modrate", "moderate"), ("sevre", "sevre"), ("bilatral", "bilateral"), ("ligamantum", "ligamentum"),
        ("foraminall", "foraminal"), ("setnosis", "stenosis"),
    ],
)  # fmt: skip
def test_a_misspelt_word_is_put_right(written: str, meant: str) -> None:
    assert SPELLER.respell(written) == meant
    assert SPELLER.respell(written) == meant


@pytest.mark.parametrize(
    "word",
    ["stenosis", "canal", "l", "aorta", "banal", "scoliosis", "sclerosis", "normally", "kidney", "stent",
     "foreman", "lift", "a" * 30, ""],
)  # fmt: skip
def test_other_words_stay(word: str) -> None:
    assert SPELLER.respell(word) == word


@given(st.text(min_size=1, max_size=25))
@settings(deadline=None, derandomize=True, database=None, max_examples=300)
def test_respelling_a_respelt_word_changes_nothing(word: str) -> None:
    once = SPELLER.respell(word)
    assert SPELLER.respell(once) == once
