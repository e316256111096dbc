"""docs/lexicon.md lists every concept with its values, and its tables of one's own have no fault."""

import re
from pathlib import Path

from lexicons.concepts import CONCEPTS
from lexicons.lint import find_faults
from lexicons.load import ENGLISH
from lexicons.rows import read_lines, read_rows
from lumbar.lexicon import to_reading

DOC = (Path(__file__).parents[2] / "docs" / "lexicon.md").read_text(encoding="utf-8")


def test_the_page_lists_every_concept_with_its_values() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|", DOC.partition("## Concepts")[2], re.MULTILINE))
    values = {concept: tuple(words.split()) for concept, words in listed.items()}
    assert values.pop("rewrite") == ("the", "words", "meant")
    assert values == {concept: values for concept, values in CONCEPTS.items() if concept != "rewrite"}


def test_the_words_of_ones_own_on_the_page_have_no_fault(tmp_path: Path) -> None:
    (table,) = re.findall(r"^```\n(phrase\t.*?)```", DOC, re.MULTILINE | re.DOTALL)
    (tmp_path / "site.tsv").write_text(table, encoding="utf-8")
    assert find_faults(read_lines(tmp_path), to_reading, below=read_rows(ENGLISH)) == []
