"""`lumbar volumes preview` on small studies."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from imaging.curve import CurveMode
from imaging.landmark_table import write_landmarks
from lumbar import volumes_preview as preview_module
from lumbar.errors import ExitCode
from lumbar.main import main
from lumbar.volumes_preview import to_file_name
from tests.imaging.small_study import make_small_protocol, to_landmarks, to_study_id, write_small_study


@pytest.fixture
def table(tmp_path: Path) -> Path:
    scene = write_small_study(tmp_path / "in" / "a", "A")
    write_landmarks(tmp_path / "landmarks.csv", [to_landmarks(scene, to_study_id("A"))])
    return tmp_path / "landmarks.csv"


def run(tmp_path: Path, *options: str) -> tuple[int, str]:
    common = [str(tmp_path / "in"), "--landmarks", str(tmp_path / "landmarks.csv"), "--out", str(tmp_path / "sheets")]
    result = CliRunner().invoke(main, ["volumes", "preview", *common, *options])
    return result.exit_code, result.output


def test_a_sheet_is_written_under_the_study_id(tmp_path: Path, table: Path) -> None:
    code, output = run(tmp_path)
    assert code == ExitCode.DONE, output
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == [f"{to_study_id('A')}.png"]
    assert (tmp_path / "sheets" / f"{to_study_id('A')}.png").read_bytes().startswith(b"\x89PNG")


def test_a_study_without_landmarks_is_counted(tmp_path: Path, table: Path) -> None:
    write_small_study(tmp_path / "in" / "b", "B")
    code, output = run(tmp_path)
    assert code == ExitCode.REFUSED
    assert "1 of 2 studies have no row in the landmarks table" in output


def test_a_study_without_a_sagittal_series_has_no_sheet(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path / "in" / "a", "A", protocol=make_small_protocol(sagittal=False))
    write_landmarks(tmp_path / "landmarks.csv", [to_landmarks(scene, to_study_id("A"))])
    code, output = run(tmp_path)
    assert code == ExitCode.FAILED
    assert "no sagittal T2 series" in output


def test_what_is_drawn_is_what_would_be_built(tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(preview_module, "write_sheet", lambda study, landmarks, *more: drawn.append(more[0]) or True)
    assert run(tmp_path)[0] == run(tmp_path, "--curve", "mid-slice", "--strict-frame-of-reference")[0] == ExitCode.DONE
    assert [(one.curve.mode, one.selection.strict_frame_of_reference) for one in drawn] == [
        (CurveMode.SPACE, False),
        (CurveMode.MID_SLICE, True),
    ]


def test_a_study_that_is_not_there_is_misuse(tmp_path: Path, table: Path) -> None:
    code, output = run(tmp_path, "--study-id", "1.2.3")
    assert code == ExitCode.MISUSE
    assert "not in INPUT" in output


@pytest.mark.parametrize("study_id", ["../../etc", "a/b", "", "..", "x" * 200, "né"])
def test_a_study_id_that_is_no_file_name_is_not_used_as_one(study_id: str) -> None:
    assert to_file_name(study_id).isalnum() and len(to_file_name(study_id)) == 16


def test_a_plain_study_id_is_the_file_name() -> None:
    assert to_file_name("1.2.840.7") == "1.2.840.7"
