"""What is told of phantoms: headers first, ids where they are silent, and a word for many."""

from pathlib import Path

import pandas as pd
import pytest

from training.phantoms import find_phantoms, to_word
from training.run_record import read_phantoms


def test_headers_come_before_ids() -> None:
    rows = [("a", True), ("phantom-1", False), ("phantom-2", None), ("b", None), ("a", True)]
    index = pd.DataFrame(rows, columns=["study_id", "phantom"])
    assert find_phantoms(index) == {"a": True, "phantom-1": False, "phantom-2": True, "b": False}


@pytest.mark.parametrize(
    ("flags", "word"), [([], ""), ([True, True], "all"), ([False], "none"), ([True, False], "some")]
)
def test_a_word_for_many(flags: list[bool], word: str) -> None:
    assert to_word(flags) == word


def test_a_run_without_the_column_is_read_by_its_ids(tmp_path: Path) -> None:
    assert to_word(read_phantoms(tmp_path)["phantom"]) == ""
    table = pd.DataFrame({"study_id": ["phantom-1", "b"], "level": "L4-L5"})
    table.to_csv(tmp_path / "discs.csv", index=False)
    assert read_phantoms(tmp_path)["phantom"].tolist() == [True, False]
    table.assign(phantom=["no", "yes"]).to_csv(tmp_path / "discs.csv", index=False)
    assert read_phantoms(tmp_path)["phantom"].tolist() == [False, True]
