"""The landmarks table: what is read is what was written, and a bad row is named."""

from pathlib import Path

import numpy as np
import pytest

from imaging.landmark_table import read_landmarks, write_landmarks
from imaging.landmarks import DiscLandmark, Landmarks
from imaging.vertebrae import VERTEBRAE
from lexicons.vocabulary import Level

NAMES = tuple(name for name in VERTEBRAE if name != "L6")


def make_landmarks() -> Landmarks:
    z = np.array([100.0, 68, 34, 0, -35, -70, -103, -132])
    points = np.column_stack([np.full(8, 3.25), 10 * np.sin(z / 60), z])
    disc = DiscLandmark(Level.L5_S1, np.array([3.0, -8.0, -117.0]), np.array([0.0, -0.6, 0.8]), 0.9)
    return Landmarks("007", NAMES, points, np.linspace(0.5, 1, 8), (disc,))


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
def test_what_is_written_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"landmarks.{ending}"
    written = make_landmarks()
    write_landmarks(path, [written])
    (read,) = read_landmarks(path).values()
    assert read.study_id == "007"
    assert read.structures == written.structures
    np.testing.assert_array_equal(read.points, written.points)
    np.testing.assert_array_equal(read.confidence, written.confidence)
    np.testing.assert_allclose(read.discs[0].normal, written.discs[0].normal)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
