"""The English tables: every row is sound, and each has an example that means something else without it."""

from lexicons.lint import find_faults
from lexicons.load import ENGLISH
from lexicons.rows import read_lines
from lumbar.lexicon import to_reading


def test_the_english_tables_have_no_fault() -> None:
    assert find_faults(read_lines(ENGLISH), to_reading) == []
