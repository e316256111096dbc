"""Phrase tables are read line by line; a lexicon's hash tells what its phrases mean and nothing else."""

from pathlib import Path

import pytest

from lexicons.load import Entry, Lexicon, read_lexicon, to_lexicon
from lexicons.rows import Fault, LexiconError, read_lines, read_rows

HEADER = "phrase\tconcept\tvalue\texample\n"
BASE = {"grades": "mild | slight\tgrade\t1-1-1\tMild stenosis.\n", "words": "opinion\tsection\timpression\t\n"}


def read(folder: Path, tables: dict[str, str]) -> Lexicon:
    folder.mkdir()
    for name, lines in tables.items():
        (folder / f"{name}.tsv").write_text(HEADER + lines, encoding="utf-8")
    return to_lexicon(read_rows(folder))


@pytest.mark.parametrize(
    "tables",
    [
        {"a": BASE["words"], "b": BASE["grades"]},
        {"a": "# a comment\n\n" + BASE["words"] + BASE["grades"]},
        {"a": "slight\tgrade\t1-1-1\nmild\tgrade\t1-1-1\tNone.\n" + BASE["words"]},
        {**BASE, "z": "mild\tgrade\t1-1-1\n"},
    ],
)
def test_the_hash_is_that_of_other_tables_with_the_same_meanings(tmp_path: Path, tables: dict[str, str]) -> None:
    assert read(tmp_path / "tables", tables).hash == read(tmp_path / "base", BASE).hash


@pytest.mark.parametrize(
    "tables",
    [
        {**BASE, "z": "mild\tgrade\t2-2-2\n"},
        {**BASE, "z": "wee\tgrade\t1-1-1\n"},
        {**BASE, "z": "opinion\tsection\tfindings\n"},
        {**BASE, "z": "milde\trewrite\tmild\n"},
        {**BASE, "z": "milk\tplain\n"},
        {"grades": BASE["grades"]},
    ],
)
def test_the_hash_is_another_when_a_meaning_is(tmp_path: Path, tables: dict[str, str]) -> None:
    assert read(tmp_path / "tables", tables).hash != read(tmp_path / "base", BASE).hash


def test_a_site_folder_overrides_english_and_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "site.tsv").write_text(HEADER + "mild\tgrade\t2-2-2\n", encoding="utf-8")
    laid_over, english = read_lexicon(tmp_path).phrases, read_lexicon().phrases
    assert laid_over == english | {("mild",): Entry("grade", "2-2-2")} != english


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (b"words\n", 1, "the header is ['words'], expected ['phrase', 'concept', 'value', 'example']"),
        (HEADER.encode() + b"mild grade 1-1-1\n", 2, "1 cells, expected 4, parted by tabs"),
        (HEADER.encode() + b"\nmild\tgrade\t1-1-1\t\t\n", 3, "5 cells, expected 4, parted by tabs"),
        (HEADER.encode() + b"mild\tgrade\t\xff\n", 2, "not UTF-8"),
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path: Path, text: bytes, line: int, message: str) -> None:
    (tmp_path / "site.tsv").write_bytes(text)
    assert list(read_lines(tmp_path)) == [Fault("site.tsv", line, message)]
    with pytest.raises(LexiconError) as caught:
        read_rows(tmp_path)
    assert str(caught.value) == f"site.tsv:{line}: {message}"


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"no \.tsv file"):
        read_rows(tmp_path)
