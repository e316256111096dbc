"""`lumbar lexicon check`: faults with file and line and exit 1, or the hash and exit 0."""

from pathlib import Path

from click.testing import CliRunner, Result

from lexicons.load import read_lexicon
from lumbar.main import main

HEADER = "phrase\tconcept\tvalue\texample\n"


def check(tmp_path: Path, lines: str) -> Result:
    (tmp_path / "site.tsv").write_text(HEADER + lines, encoding="utf-8")
    return CliRunner().invoke(main, ["lexicon", "check", str(tmp_path)])


def test_faults_are_listed(tmp_path: Path) -> None:
    result = check(tmp_path, "wee\tgrade\t1-1-1\tL4-5: Wee canal stenosis.\nteeny\tgrad\t1-1-1\t\none cell\n")
    assert result.exit_code == 1
    first, second = result.stdout.splitlines()
    assert first == "site.tsv:3: unknown concept 'grad'; the nearest is 'grade'"
    assert second == "site.tsv:4: 1 cells, expected 4, parted by tabs"
    assert result.stderr == "faults: 2; rows: 2\n"


def test_a_row_that_its_example_does_not_need_is_a_fault(tmp_path: Path) -> None:
    result = check(tmp_path, "wee\tgrade\t1-1-1\tL4-5: Wee effusions.\n")
    assert result.stdout == "site.tsv:2: no example needs this row: without it they all mean the same\n"


def test_a_sound_folder_gets_the_hash_that_parse_records(tmp_path: Path) -> None:
    result = check(tmp_path, "wee\tgrade\t1-1-1\tL4-5: Wee canal stenosis.\n")
    assert result.exit_code == 0
    assert read_lexicon(tmp_path).hash in result.stdout


def test_a_folder_without_tables_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["lexicon", "check", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr.endswith("no .tsv file in this folder\n")
    assert result.stderr.count("\n") == 1
