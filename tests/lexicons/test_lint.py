"""Every kind of fault a phrase table can have is found, with its file and line."""

import pytest

from lexicons.lint import Fault, find_faults
from lexicons.load import ENGLISH, read_rows, Row, to_lexicon


def row(phrase: str, concept: str, value: str = "", line: int = 2) -> Row:
    return Row(phrase=phrase, concept=concept, value=value, example="", file="site.tsv", line=line)


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
        (row("Mild", "grade", "1-1-1"), "'M' is not phrase syntax"),
    ],
)
def test_a_faulty_row_is_found(faulty: Row, message: str) -> None:
    (fault,) = find_faults([faulty])
    assert fault[:2] == ("site.tsv", 2)
    assert fault.message.startswith(message)


def test_a_phrase_with_two_meanings_is_found_once_for_each_pair_of_rows() -> None:
    rows = [row("bar | bars | rod", "except"), row("bar | bars", "finding", "other", line=3)]
    message = "'bar' (and 1 more) stands already in site.tsv:2, as except"
    assert find_faults(rows) == [Fault("site.tsv", 3, message)]


def test_a_header_and_a_phrase_may_be_the_same_words() -> None:
    assert find_faults([row("lumbar", "region", "lumbar"), row("lumbar", "aspect", line=3)]) == []


def test_rows_without_faults_make_a_lexicon() -> None:
    rows = [row("mild | slight", "grade", "1-1-1"), row("low lumbar", "level", "L4-L5,L5-S1", line=3)]
    assert find_faults(rows) == []
    assert len(to_lexicon(rows).phrases) == 3


def test_the_english_tables_have_no_fault() -> None:
    assert find_faults(read_rows(ENGLISH)) == []
