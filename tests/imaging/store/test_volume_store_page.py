import re
from pathlib import Path

import pytest

from imaging.store.schema import INDEX_SCHEMA
from imaging.store.study_file import write_study
from imaging.store.writer import open_for_writing, write_index
from tests.imaging.store.crops_of_noise import some_discs

PAGE = (Path(__file__).parents[3] / "docs" / "volume_store.md").read_text(encoding="utf-8")


def test_the_page_names_every_column() -> None:
    cells = re.findall(r"^\| (`[^|]*`) \|", PAGE, re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(INDEX_SCHEMA.names)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_for_writing(tmp_path / "volumes", {})
    write_study(tmp_path / "volumes", "1.2", "", some_discs(0), [])
    write_index(tmp_path / "volumes")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    assert {"disc", "values", "mask"} <= names.keys()


def test_the_page_names_every_file(tmp_path: Path) -> None:
    open_for_writing(tmp_path, {})
    write_study(tmp_path, "1.2", "", some_discs(0), [])
    write_index(tmp_path)
    for path in tmp_path.iterdir():
        assert path.name in PAGE
