"""`lumbar lexicon check`: faults with file and line and exit 1, or the hash and exit 0."""

from pathlib import Path

from click.testing import CliRunner

from lexicons.load import read_lexicon
from lumbar.main import main

HEADER = "phrase\tconcept\tvalue\texample\n"


def test_faults_are_listed(tmp_path: Path) -> None:
    (tmp_path / "site.tsv").write_text(HEADER + "wee\tgrade\t1-1-1\t\nteeny\tgrad\t1-1-1\t\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["lexicon", "check", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stdout == "site.tsv:3: unknown concept 'grad'; the nearest is 'grade'\n"


def test_a_sound_folder_gets_the_hash_that_parse_records(tmp_path: Path) -> None:
    (tmp_path / "site.tsv").write_text(HEADER + "wee\tgrade\t1-1-1\t\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["lexicon", "check", str(tmp_path)])
    assert result.exit_code == 0
    assert read_lexicon(tmp_path).hash in result.stdout


def test_a_table_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "site.tsv").write_text("words\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["lexicon", "check", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr.startswith("lumbar: site.tsv:1: the header is ")
    assert result.stderr.count("\n") == 1
