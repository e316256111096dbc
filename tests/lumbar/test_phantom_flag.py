"""What a study's headers say of phantoms is in the store that `lumbar volumes build` makes of it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from imaging.landmark_table import write_landmarks
from imaging.phantom.dicom_header import HeaderStyle, NO_PATIENT
from imaging.phantom.variant import Storage, Variant
from imaging.store.reader import VolumeStore
from lumbar.main import main
from tests.imaging.small_study import to_landmarks, to_study_id, write_small_study
from training.phantoms import find_phantoms


@pytest.mark.parametrize(("dropped", "said"), [((), True), (tuple(NO_PATIENT), None)])
def test_from_headers_to_the_store(tmp_path: Path, dropped: tuple[str, ...], said: bool | None) -> None:
    variant = Variant(storage=Storage(header=HeaderStyle(dropped=dropped)))
    scene = write_small_study(tmp_path / "studies", variant=variant)
    write_landmarks(tmp_path / "landmarks.csv", [to_landmarks(scene, to_study_id("P1"))])
    given = [tmp_path / "studies", "--landmarks", tmp_path / "landmarks.csv", "--out", tmp_path / "store", "--jobs", 1]
    result = CliRunner().invoke(main, ["volumes", "build", *map(str, given)])
    assert result.exit_code in (0, 3), result.output
    index = VolumeStore(tmp_path / "store").index
    assert set(index["phantom"]) == {said}
    assert find_phantoms(index) == {to_study_id("P1"): bool(said)}
