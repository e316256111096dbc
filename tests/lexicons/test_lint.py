"""Every kind of fault a phrase table can have is found, with its file and line."""

from collections.abc import Callable, Hashable

import pytest

from lexicons.lint import find_faults
from lexicons.load import Lexicon, to_lexicon
from lexicons.rows import Fault, Row


def row(phrase: str, concept: str, value: str = "", example: str | None = None, line: int = 2) -> Row:
    """A row whose example is its first phrase where none is given."""
    return Row(phrase, concept, value, phrase.split(" | ")[0] if example is None else example, "site.tsv", line)


def look_up(lexicon: Lexicon) -> Callable[[str], Hashable]:
    """Reads a text that is one phrase."""
    return lambda text: (
        lexicon.phrases.get(phrase := tuple(text.split())),
        lexicon.headers.get(phrase),
        lexicon.rewrites.get(phrase),
        text in lexicon.plain,
    )


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        (row("mild", "grad", "1-1-1"), "unknown concept 'grad'; the nearest is 'grade'"),
        (row("mild", "grade", "1"), "'grade' has the value '1', expected 1-1-1 or "),
        (row("mild", "grade"), "'grade' has the value '', expected 1-1-1 or "),
        (row("all", "level", "L1-L2,L7-L8"), "'level' has the value 'L7-L8', expected T12-L1 or "),
        (row("and", "and", "x"), "'and' takes no value, found 'x'"),
        (row("stenotic", "rewrite"), "a rewrite without the words to read instead"),
        (row("(mild", "grade", "1-1-1"), "a '(' without its ')'"),
        (row("mild)", "grade", "1-1-1"), "a ')' without its '('"),
        (row("? mild", "grade", "1-1-1"), "a '?' with nothing before it"),
        (row("Mild", "grade", "1-1-1"), "'M' is not phrase syntax"),
        (row("grade 1", "grade", "1-1-1"), "'1' is not phrase syntax"),
        (row("and/or", "or"), "'and/or' is never read as one word"),
        (row("mild?", "grade", "1-1-1"), "the phrase can match nothing at all"),
        (row("mild |", "grade", "1-1-1"), "the phrase can match nothing at all"),
        (row("(a|b)? " * 8 + "c", "and"), "the phrase stands for over 2000 word sequences"),
        (row("mild | mild", "grade", "1-1-1"), "'mild' stands twice in this row"),
        (row("mild", "grade", "1-1-1", ""), "no example"),
        (row("wee", "grade", "1-1-1", "Mild stenosis."), "the example holds no phrase of this row: 'Mild stenosis.'"),
        (row("wee bit", "grade", "1-1-1", "wee bit || a wee"), "the example holds no phrase of this row: 'a wee'"),
        (row("wee", "grade", "1-1-1", "wee stenosis"), "no example needs this row"),
    ],
)
def test_a_faulty_row_is_found(faulty: Row, message: str) -> None:
    (fault,) = find_faults([faulty], look_up)
    assert fault[:2] == ("site.tsv", 2)
    assert fault.message.startswith(message)


@pytest.mark.parametrize(
    "sound",
    [
        row("mild | slight", "grade", "1-1-1", "not this one, though mild || mild"),
        row("low lumbar", "level", "L4-L5,L5-S1"),
        row("w/o", "neg", "no"),
        row("neuro canal", "rewrite", "neural canal"),
        row("formal", "plain"),
        row("opinion", "section", "impression"),
    ],
)
def test_a_sound_row_has_no_fault(sound: Row) -> None:
    assert find_faults([sound], look_up) == []
    to_lexicon([sound])


def test_a_line_that_is_no_row_stands_among_the_faults_by_its_line() -> None:
    lines = [row("mild", "grad", line=2), Fault("site.tsv", 3, "1 cells"), row("mild", "grad", line=4)]
    assert [fault.line for fault in find_faults(lines)] == [2, 3, 4]


def test_a_phrase_with_two_meanings_is_found_once_for_each_pair_of_rows() -> None:
    rows = [row("bar | bars | rod", "except"), row("bar | bars", "finding", "other", line=3)]
    message = "'bar' (and 1 more) has another meaning in site.tsv:2: except"
    assert find_faults(rows) == [Fault("site.tsv", 3, message)]


def test_a_phrase_that_two_rows_give_the_same_meaning_is_superfluous() -> None:
    rows = [row("bar", "except"), row("rod | bar", "except", line=3)]
    message = "'bar' is superfluous: it means the same in site.tsv:2"
    assert find_faults(rows) == [Fault("site.tsv", 3, message)]


def test_a_header_and_a_phrase_may_be_the_same_words() -> None:
    assert find_faults([row("lumbar", "region", "lumbar"), row("lumbar", "aspect", line=3)], look_up) == []


def test_a_row_may_give_a_phrase_of_the_rows_below_another_meaning() -> None:
    assert find_faults([row("bar", "except")], look_up, below=[row("bar", "finding", "bulge")]) == []


def test_a_row_that_says_what_the_rows_below_say_is_not_needed() -> None:
    (fault,) = find_faults([row("bar", "except")], look_up, below=[row("bar", "except")])
    assert fault.message.startswith("no example needs this row")
