"""Remarks of landmarks: written, read, and never free text."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imaging.landmark_table import parse_landmarks, read_landmarks, to_landmark_table, write_landmarks
from imaging.landmarks import Landmarks

POINTS = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, -35.0]])


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_remarks_are_written_and_read(tmp_path: Path, ending: str) -> None:
    remarks = ("ambiguous-numbering", "endplate-unseen L4-L5", "too-small S1")
    plain = Landmarks("2", ("L4", "L5"), POINTS, np.ones(2))
    studies = [Landmarks("1", ("L4", "L5"), POINTS, np.ones(2), (), remarks), plain]
    write_landmarks(tmp_path / f"l{ending}", studies)
    read = read_landmarks(tmp_path / f"l{ending}")
    assert [read["1"].remarks, read["2"].remarks] == [remarks, ()]


def test_a_table_without_remarks_has_no_column_of_them() -> None:
    table = to_landmark_table([Landmarks("2", ("L4", "L5"), POINTS, np.ones(2))])
    assert "remarks" not in table.columns


@pytest.mark.parametrize("text", ["Zebedee", "ambiguous-numbering Zebedee", "ambiguous-numbering; x", ";"])
def test_free_text_is_refused_and_not_repeated(text: str) -> None:
    table = to_landmark_table([Landmarks("1", ("L4", "L5"), POINTS, np.ones(2))])
    found = parse_landmarks(table.assign(remarks=pd.Series([None, text])))
    (refusal,) = found.refusals
    assert (refusal.source, refusal.code) == ("row 2", "landmark-remark")
    assert "Zebedee" not in refusal.reason
