import csv
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from imaging.inputs import scan_inputs
from imaging.remarks import REMARKS, to_sentence
from lumbar.main import main
from tests.imaging.pixel_files import to_dataset, to_wave, write

SENTINELS = {
    "PatientName": "XNAMEX^ANNA", "PatientID": "XRECORDX17", "PatientBirthDate": "19541103", "StudyDate": "20190417",
    "SeriesDate": "20190418", "AccessionNumber": "XACCESSIONX", "InstitutionName": "XHOSPITALX",
    "ReferringPhysicianName": "XDOCTORX", "StudyDescription": "XSTUDYX", "PatientComments": "XCOMMENTX",
}  # fmt: skip
FOLDER = "XFOLDERX"
COMMAND = [sys.executable, "-c", "from lumbar.main import main; main()", "volumes", "inspect"]
WORDS = ["XNAMEX", "ANNA", "XRECORDX17", "19541103", "20190417", "20190418", "XACCESSIONX", "XHOSPITALX", "XDOCTORX",
         "XSTUDYX", "XCOMMENTX", FOLDER, "XFILEX", "XVALUEX"]  # fmt: skip

SAGITTAL = [0, 1, 0, 0, 0, -1]
AXIAL = [1, 0, 0, 0, 1, 0]
STUDY_UID = "1.2.3"


def to_image(
    series: int, number: int, orientation: list[float], position: list[float], description: str = "T2 tse", **more: Any
) -> Dataset:
    """A slice of 36 x 32 voxels of 8 mm, so that a few slices show a whole spine."""
    dataset = to_dataset(to_wave(number).astype("u2"))
    values = {
        "Modality": "MR", "StudyInstanceUID": STUDY_UID, "SeriesInstanceUID": f"{STUDY_UID}.{series}",
        "FrameOfReferenceUID": f"{STUDY_UID}.99", "SeriesNumber": series, "InstanceNumber": number,
        "SeriesDescription": description, "EchoTime": "100", "RepetitionTime": "3500", "SliceThickness": "4",
        "PixelSpacing": [8, 8], "ImageOrientationPatient": orientation, "ImagePositionPatient": position,
        "ImageType": ["ORIGINAL", "PRIMARY", "M"], **SENTINELS, **more,
    }  # fmt: skip
    for keyword, value in values.items():
        if value is not None:
            setattr(dataset, keyword, value)
    return dataset


def to_sagittal(series: int = 1, n: int = 6, **more: Any) -> list[Dataset]:
    return [to_image(series, k, SAGITTAL, [20.0 - 8 * k, -100, 120], **more) for k in range(n)]


def to_axial(series: int = 2, z: float = 0, n: int = 4, tilt_deg: float = 0, **more: Any) -> list[Dataset]:
    """Slices whose front edge is above the back edge by ``tilt_deg``."""
    tilt = np.radians(tilt_deg)
    orientation = [1, 0, 0, 0, np.cos(tilt), -np.sin(tilt)]
    normal = np.array([0, np.sin(tilt), np.cos(tilt)])
    corner = np.array([-124.0, -140 * np.cos(tilt), z + 140 * np.sin(tilt)])
    return [to_image(series, k, orientation, list(corner + 5 * k * normal), **more) for k in range(n)]


def write_study(folder: Path, *series: list[Dataset]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for n, dataset in enumerate(image for images in series for image in images):
        for keyword in ("ImagePositionPatient", "ImageOrientationPatient"):
            if keyword in dataset:
                dataset[keyword].value = [f"{float(value):.8g}" for value in dataset[keyword].value]
        write(dataset, folder / f"XFILEX{len(list(folder.iterdir())):03}_{n}.dcm")
    return folder


def inspect(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["volumes", "inspect", *map(str, arguments)])


def test_it_tells_what_would_be_used_and_why(tmp_path: Path) -> None:
    t1 = to_sagittal(3, description="T1 tse", EchoTime="10", RepetitionTime="550")
    result = inspect(write_study(tmp_path / "a", to_sagittal(), to_axial(), t1))
    assert result.exit_code == 0, result.output
    assert f"study {STUDY_UID}" in result.stdout
    rows = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "1 sagittal T2 no 3500/100 6 1 32x36 8.00 4.0 8.0 sagittal" in rows
    assert "2 axial T2 no 3500/100 4 1 32x36 8.00 4.0 5.0 axial" in rows
    assert "3 sagittal T1 no 550/10 6 1 32x36 8.00 4.0 8.0 no" in rows
    assert "series 3: not used: sagittal T1" in rows
    assert "refused" not in result.stdout
    assert "studies: 1, usable: 1, refused: 0" in result.stderr


def test_stacks_are_shown_with_their_range_and_tilt(tmp_path: Path) -> None:
    axial = [*to_axial(z=40, tilt_deg=10), *to_axial(z=-50, tilt_deg=-25)]
    result = inspect(write_study(tmp_path / "a", to_sagittal(), axial))
    rows = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "1 4 z 55 to 40 mm front edge 10 deg up -" in rows
    assert "2 4 z -36 to -50 mm front edge 25 deg down -" in rows
    assert "1 6 20 mm left to 20 mm right 0 deg oblique -" in rows


def test_what_is_odd_is_said_in_words(tmp_path: Path) -> None:
    axial = to_axial(FrameOfReferenceUID="1.9")
    result = inspect(write_study(tmp_path / "a", [*to_sagittal(), *to_sagittal(n=1)], axial))
    assert "study: FrameOfReferenceUID differs between series whose coordinates agree" in result.stdout
    assert "series 1, stack 1: a slice is there twice with the same voxels; one is kept" in result.stdout
    assert result.exit_code == 0


def test_a_strict_frame_of_reference_refuses_the_axial_series(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "a", to_sagittal(), to_axial(FrameOfReferenceUID="1.9"))
    result = inspect(folder, "--strict-frame-of-reference")
    assert result.exit_code == 3
    assert "FrameOfReferenceUID (0020,0052)" in result.stdout
    assert "no axial T2 series: volumes are sagittal only" in result.stdout


def test_json_says_the_same_to_a_program(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "a", to_sagittal(), to_axial(tilt_deg=10))
    (folder / "XFILEX.txt").write_text("XVALUEX")
    result = inspect(folder, "--json")
    assert result.exit_code == 3
    content = json.loads(result.stdout)
    (study,) = content["studies"]
    assert [(s["number"], s["plane"], s["use"]) for s in study["series"]] == [
        (1, "sagittal", "sagittal"),
        (2, "axial", "axial"),
    ]
    (stack,) = study["series"][1]["stacks"]
    assert stack["shape"] == [4, 36, 32]
    assert stack["front_up_deg"] == pytest.approx(10, abs=1e-3)
    assert np.linalg.det(np.array(stack["affine"])[:3, :3]) > 0
    assert [row["code"] for row in content["refusals"]] == ["not-dicom"]
    assert content["refusals"][0]["source"].startswith("file ")


def test_refusals_go_to_a_table(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "a", to_axial())
    result = inspect(folder, "--refused", tmp_path / "refused.csv")
    assert result.exit_code == 3
    with (tmp_path / "refused.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["study_id"], row["source"], row["code"]) == (STUDY_UID, "study", "no-sagittal")
    assert "no sagittal series at all" in result.stdout


def test_pixels_are_read_on_request(tmp_path: Path) -> None:
    sagittal, axial = to_sagittal(), to_axial()
    sagittal[2].PixelData = bytes(len(sagittal[2].PixelData))
    axial[1].TransferSyntaxUID = None
    del axial[1].TransferSyntaxUID
    axial[1].BitsAllocated = 32
    folder = write_study(tmp_path / "a", sagittal, axial)
    assert "one value" not in inspect(folder).stdout
    result = inspect(folder, "--pixels")
    assert "series 1: a slice holds one value only" in result.stdout
    assert "series 2: stack 1: PixelData (7FE0,0010) is cut off or damaged" in result.stdout
    assert result.exit_code == 3


def test_only_the_study_asked_for(tmp_path: Path) -> None:
    write_study(tmp_path / "in" / "one", to_sagittal(), to_axial())
    write_study(tmp_path / "in" / "two", to_sagittal(StudyInstanceUID="1.7"), to_axial(StudyInstanceUID="1.7"))
    both = inspect(tmp_path / "in", "--study-id-from", "folder")
    assert [line for line in both.stdout.splitlines() if line.startswith("study")] == ["study one", "study two"]
    one = inspect(tmp_path / "in", "--study-id-from", "folder", "--study-id", "two")
    assert "study two" in one.stdout
    assert "study one" not in one.stdout


def test_nothing_readable_fails(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "XFILEX.txt").write_text("XVALUEX" * 100)
    result = inspect(tmp_path / "a")
    assert result.exit_code == 1
    assert "not a DICOM file" in result.stdout
    assert inspect(tmp_path / "none").exit_code == 2


def test_volume_files_are_studies(tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    affine = np.diag([-4.0, 1, 1, 1])
    folder = write_study(tmp_path / "in", to_sagittal(), to_axial())
    nibabel.save(nibabel.Nifti1Image(np.ones((6, 20, 30), np.int16), affine), folder / "case7.nii.gz")
    (folder / "case8.nii").write_bytes(b"XVALUEX" * 100)
    result = inspect(folder)
    assert "study case7" in result.stdout
    assert f"study {STUDY_UID}" in result.stdout
    assert "the file does not say what it is weighted for; T2 is assumed" in result.stdout
    assert "the volume file cannot be read; it is cut off or damaged" in result.stdout
    assert "not a DICOM file" not in result.stdout
    assert result.exit_code == 3


def test_the_volume_files_of_a_folder_are_one_study_on_request(tmp_path: Path) -> None:
    nibabel, sitk = pytest.importorskip("nibabel"), pytest.importorskip("SimpleITK")
    folder = tmp_path / "in" / "p1"
    folder.mkdir(parents=True)
    nibabel.save(nibabel.Nifti1Image(np.ones((6, 20, 30), np.int16), np.diag([-4.0, -1, 1, 1])), folder / "s.nii")
    image = sitk.GetImageFromArray(np.ones((5, 20, 20), np.int16))
    image.SetSpacing((1.0, 1.0, 4.0))
    image.SetOrigin((0.0, 0.0, 2.0))
    sitk.WriteImage(image, str(folder / "a.mhd"))
    result = inspect(tmp_path / "in", "--study-id-from", "folder", "--json")
    (study,) = json.loads(result.stdout)["studies"]
    assert study["study_id"] == "p1"
    assert sorted(series["plane"] for series in study["series"]) == ["axial", "sagittal"]
    assert json.loads(result.stdout)["refusals"] == []


def test_ids_that_two_inputs_have_are_refused(tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        image = nibabel.Nifti1Image(np.ones((6, 20, 30), np.int16), np.diag([-4.0, 1, 1, 1]))
        nibabel.save(image, tmp_path / name / "case.nii")
    scan = scan_inputs([tmp_path])
    assert scan.studies == ()
    assert [(row.study_id, row.code) for row in scan.refusals] == [("case", "study-id-repeated")]
    write_study(tmp_path / "z", to_sagittal(), to_axial())
    (tmp_path / "y" / "case.nii").rename(tmp_path / "y" / f"{STUDY_UID}.nii")
    scan = scan_inputs([tmp_path])
    assert [study.study_id for study in scan.studies] == ["case"]
    assert [(row.study_id, row.code) for row in scan.refusals] == [(STUDY_UID, "study-id-repeated")]


def test_a_volume_file_whose_name_no_table_can_hold_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    image = nibabel.Nifti1Image(np.ones((6, 20, 30), np.int16), np.diag([-4.0, 1, 1, 1]))
    nibabel.save(image, tmp_path / "case.nii")
    (tmp_path / os.fsdecode(b"M\xfcller.nii")).write_bytes((tmp_path / "case.nii").read_bytes())
    scan = scan_inputs([tmp_path])
    assert [study.study_id for study in scan.studies] == ["case"]
    assert [(row.study_id, row.source, row.code) for row in scan.refusals] == [("", "file 1", "study-id-unwritable")]


def test_an_argument_that_may_not_be_read_is_a_row_without_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_study(tmp_path / "a", to_sagittal(), to_axial())
    locked = folder / "DOE.dcm"
    locked.write_bytes(b"")
    opened = Path.open
    monkeypatch.setattr(os, "access", lambda path, mode, **_: "DOE" not in str(path))
    monkeypatch.setattr(Path, "open", lambda path, *a: opened(path if path.name != "DOE.dcm" else path / "x", *a))
    result = inspect(locked, *(path for path in sorted(folder.iterdir()) if path != locked))
    assert result.exit_code == 3 and "DOE" not in result.output
    assert "cannot be opened; check its permissions" in result.stdout


def test_a_study_that_is_not_there_is_answered(tmp_path: Path) -> None:
    result = inspect(write_study(tmp_path / "a", to_sagittal(), to_axial()), "--study-id", "9.9")
    assert result.exit_code == 2
    assert "--study-id 9.9: no such study in STUDY" in result.stderr


def bad_folder(folder: Path) -> Path:
    """Every kind of bad input, each with sentinels in its elements, its names and its content."""
    write_study(folder / FOLDER / "good", to_sagittal(), to_axial())
    kinds: dict[str, Callable[[], list[Dataset]]] = {
        "no-position": lambda: to_sagittal(ImagePositionPatient=None, StudyInstanceUID="1.1"),
        "no-orientation": lambda: to_sagittal(ImageOrientationPatient=None, StudyInstanceUID="1.2"),
        "no-spacing": lambda: to_sagittal(PixelSpacing=None, StudyInstanceUID="1.4"),
        "equal": lambda: to_sagittal(ImagePositionPatient=[1, 2, 3], StudyInstanceUID="1.5"),
        "single": lambda: to_sagittal(n=1, StudyInstanceUID="1.6"),
        "no-axial": lambda: to_sagittal(StudyInstanceUID="1.7"),
        "no-sagittal": lambda: to_axial(StudyInstanceUID="1.8"),
        "capture": lambda: to_sagittal(SOPClassUID=SecondaryCaptureImageStorage, StudyInstanceUID="1.9"),
        "no-study": lambda: to_sagittal(StudyInstanceUID=None),
        "description": lambda: to_sagittal(SeriesDescription="XVALUEX", StudyInstanceUID="1.11", EchoTime=None),
        "region": lambda: to_sagittal(BodyPartExamined="XVALUEX", StudyInstanceUID="1.12"),
        "protocol": lambda: to_sagittal(ProtocolName="XVALUEX", ImageType=["XVALUEX"], StudyInstanceUID="1.13"),
        "photometric": lambda: to_sagittal(PhotometricInterpretation="XVALUEX", StudyInstanceUID="1.14"),
    }
    for kind, make in kinds.items():
        write_study(folder / FOLDER / kind, make())
    place = folder / FOLDER / "files"
    place.mkdir()
    content = (next((folder / FOLDER / "good").iterdir())).read_bytes()
    (place / "XFILEX_text.txt").write_text("XVALUEX " * 50)
    (place / "XFILEX_empty.dcm").write_bytes(b"")
    (place / "XFILEX_cut.dcm").write_bytes(content[: len(content) // 2])
    (place / "XFILEX_head.dcm").write_bytes(content[:400])
    (place / "XFILEX_position.dcm").write_bytes(content.replace(b"-100", b"XVALUEX"[:4]))
    (place / "XFILEX_number.dcm").write_bytes(content.replace(b"3500", b"XVAL"))
    (place / "XFILEX_a.nii").write_bytes(b"XVALUEX" * 100)
    (place / "XFILEX_b.mha").write_bytes(b"XVALUEX" * 100)
    (place / "XFILEX_bad.zip").write_bytes(b"XVALUEX" * 100)
    with zipfile.ZipFile(place / "XFILEX.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../XFILEX.dcm", content)
        archive.writestr("XFILEX/XFILEX.dcm", content[:-100])
        archive.writestr("XFILEX.txt", "XVALUEX")
    with zipfile.ZipFile(place / "XFILEX_bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("XFILEX.dcm", bytes(50_000_000))
    return folder


@pytest.mark.parametrize("options", [(), ("--json",), ("--pixels",), ("--study-id-from", "StudyID")])
def test_nothing_of_the_patient_comes_out(
    tmp_path: Path, options: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    folder = bad_folder(tmp_path / "in")
    refused = tmp_path / "refused.csv"
    result = inspect(folder, *options, "--refused", refused, "--jobs", 1)
    assert result.exit_code == (1 if "StudyID" in options else 3), result.output
    written = result.output + refused.read_text() + "".join(capfd.readouterr())
    assert [word for word in WORDS if word in written] == []
    assert str(tmp_path) not in written
    codes = {row["code"] for row in csv.DictReader(refused.read_text().splitlines())}
    assert codes >= {"not-dicom", "empty-file", "truncated", "zip-path", "zip-bomb", "damaged-volume-file"}


def test_paths_are_shown_on_a_terminal_only(tmp_path: Path) -> None:
    assert inspect(tmp_path, "--show-paths").exit_code == 2
    pty = pytest.importorskip("pty")
    folder = write_study(tmp_path / "in", to_sagittal(), to_axial())
    (folder / "XFILEX.txt").write_text("text")
    main_end, terminal = pty.openpty()
    command = [
        sys.executable,
        "-c",
        "from lumbar.main import main; main()",
        "volumes",
        "inspect",
        str(folder),
        "--show-paths",
    ]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=terminal, text=True)

    os.close(terminal)
    shown = b""
    try:
        while part := os.read(main_end, 4096):
            shown += part
    except OSError:  # the other end is closed
        pass
    assert run.returncode == 3
    assert "XFILEX.txt" not in run.stdout
    assert b"XFILEX.txt" in shown


def test_every_remark_is_a_plain_sentence() -> None:
    for code, sentence in REMARKS.items():
        assert to_sentence(code) == sentence
        assert sentence[-1] != "."
    assert to_sentence("some-new-code") == "some new code"
