import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from imaging.dicom.scan import scan_studies
from imaging.landmark_table import write_landmarks
from imaging.landmarks import Landmarks
from imaging.pipeline import build_discs
from imaging.store.reader import VolumeStore
from lumbar import volumes_build as build_module
from lumbar.localizer import hash_weights
from lumbar.main import main
from tests.imaging.small_study import to_landmarks, to_study_id, write_small_study

NAMES = ("P1", "P2", "P3")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three studies in a folder with a space in its name, and their landmarks beside it."""
    folder = tmp_path_factory.mktemp("a cohort")
    scenes = {name: write_small_study(folder / "studies" / name, name) for name in NAMES}
    landmarks = [to_landmarks(scene, to_study_id(name)) for name, scene in scenes.items()]
    write_landmarks(folder / "landmarks.csv", landmarks)
    return folder


@pytest.fixture(scope="module")
def whole(cohort: Path) -> Path:
    """The store of the cohort, built in this process; not to be written to."""
    assert build(cohort, cohort / "whole").exit_code == 0
    return cohort / "whole"


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Path:
    """The same store, to be written to."""
    return Path(shutil.copytree(whole, tmp_path / "store"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["volumes", "build", *map(str, arguments)])


def build(cohort: Path, out: Path, *arguments: object) -> Result:
    return run(cohort / "studies", "--landmarks", cohort / "landmarks.csv", "--out", out, "--jobs", 1, *arguments)


def contents(store: Path) -> dict[str, bytes]:
    return {str(path.relative_to(store)): path.read_bytes() for path in store.rglob("*") if path.is_file()}


def test_studies_become_a_store(cohort: Path, tmp_path: Path) -> None:
    result = build(cohort, tmp_path / "store")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("store: studies 3, discs 18 (9 without axial images), ")
    store = VolumeStore(tmp_path / "store")
    assert sorted(store.index["study_id"].unique()) == sorted(map(to_study_id, NAMES))
    (study,) = scan_studies([cohort / "studies" / "P2"]).studies
    expected = build_discs(study, _landmarks(cohort, to_study_id("P2")), build_module.PipelineSettings()).discs[4]
    read = store.read_disc(to_study_id("P2"), "L4-L5")
    np.testing.assert_array_equal(read.axial[0].volume.voxels, expected.axial[0].volume.voxels)
    np.testing.assert_array_equal(read.frame.centre, expected.frame.centre)


def _landmarks(cohort: Path, study_id: str) -> Landmarks:
    from imaging.landmark_table import read_landmarks

    return read_landmarks(cohort / "landmarks.csv")[study_id]


def test_the_store_is_the_same_for_any_number_of_workers(cohort: Path, whole: Path, tmp_path: Path) -> None:
    assert build(cohort, tmp_path / "two", "--jobs", 2).exit_code == 0
    assert contents(tmp_path / "two") == contents(whole)


def test_a_finished_store_is_left_alone(cohort: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    monkeypatch.setattr(build_module, "read_studies", None)
    again = build(cohort, store)
    assert (again.exit_code, "nothing to do" in again.stdout) == (0, True)
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == before


def test_a_file_that_was_touched_is_looked_at_again(cohort: Path, tmp_path: Path) -> None:
    shutil.copytree(cohort / "studies" / "P1", tmp_path / "in")
    arguments = (tmp_path / "in", "--landmarks", cohort / "landmarks.csv", "--out", tmp_path / "store", "--jobs", 1)
    assert run(*arguments).exit_code == 0
    assert "nothing to do" in run(*arguments).stdout
    file = next(path for path in (tmp_path / "in").rglob("*") if path.is_file())
    os.utime(file, (1, 1))
    again = run(*arguments)
    assert (again.exit_code, "nothing to do" in again.stdout) == (0, False)


def test_a_store_grows_with_its_input(cohort: Path, whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert build(cohort, store, "--study-id", max(map(to_study_id, NAMES))).exit_code == 0
    assert len(VolumeStore(store).discs) == 6
    assert build(cohort, store, "--limit", 1).exit_code == 0
    grown = build(cohort, store)
    assert "studies in the store already: 2" in grown.stderr
    assert {name: contents(store)[name] for name in contents(whole)} == contents(whole)


def test_settings_that_differ_are_refused(cohort: Path, store: Path) -> None:
    before = contents(store)
    result = build(cohort, store, "--curve", "mid-slice")
    assert (result.exit_code, 'curve.mode was "space", now "mid-slice"' in result.stderr) == (1, True)
    result = build(cohort, store, "--strict-frame-of-reference")
    assert "selection.strict_frame_of_reference was false, now true" in result.stderr
    assert contents(store) == before
    assert build(cohort, store, "--curve", "mid-slice", "--restart", "--limit", 1).exit_code == 0
    assert VolumeStore(store).settings["curve"]["mode"] == "mid-slice"
    assert len(VolumeStore(store).discs) == 6


def test_a_study_with_other_landmarks_is_made_anew(cohort: Path, store: Path, tmp_path: Path) -> None:
    table = pd.read_csv(cohort / "landmarks.csv")
    moved = table["study_id"] == to_study_id("P2")
    table.assign(x=table["x"] + moved).to_csv(tmp_path / "moved.csv", index=False)
    before = {disc: VolumeStore(store).read_disc(*disc).frame.centre for disc in VolumeStore(store).discs}
    result = run(cohort / "studies", "--landmarks", tmp_path / "moved.csv", "--out", store, "--jobs", 1)
    assert "landmarks are other ones now: 1 studies" in result.stderr
    for (study_id, level), centre in before.items():
        shift = VolumeStore(store).read_disc(study_id, level).frame.centre[0] - centre[0]
        assert shift == pytest.approx(float(study_id == to_study_id("P2")), abs=0.01)


def test_a_study_with_other_images_is_made_anew(cohort: Path, store: Path, tmp_path: Path) -> None:
    shutil.copytree(cohort / "studies" / "P1", tmp_path / "in")
    next((tmp_path / "in" / "S001").iterdir()).unlink()
    arguments = (tmp_path / "in", "--landmarks", cohort / "landmarks.csv", "--jobs", 1)
    result = run(*arguments, "--out", store)
    assert "landmarks are other ones now: 1 studies" in result.stderr
    run(*arguments, "--out", tmp_path / "fresh")
    fresh, grown = (VolumeStore(path).index.query("study_id == @study_id")
                    for path in (tmp_path / "fresh", store) for study_id in [to_study_id("P1")])  # fmt: skip
    pd.testing.assert_frame_equal(fresh.reset_index(drop=True), grown.reset_index(drop=True))


def test_a_refused_study_is_tried_again_when_its_input_changes(cohort: Path, tmp_path: Path) -> None:
    shutil.copytree(cohort, tmp_path / "copy")
    copy, store = tmp_path / "copy", tmp_path / "store"
    table = pd.read_csv(copy / "landmarks.csv")
    table[table["study_id"] != to_study_id("P3")].to_csv(copy / "landmarks.csv", index=False)
    result = build(copy, store)
    assert result.exit_code == 3
    refused = pd.read_csv(store / "refused.csv", dtype=str)
    assert refused[["study_id", "source", "code"]].to_numpy().tolist() == [[to_study_id("P3"), "study", "no-landmarks"]]
    assert build(copy, store).exit_code == 3
    table.to_csv(copy / "landmarks.csv", index=False)
    assert build(copy, store).exit_code == 0
    assert len(VolumeStore(store).discs) == 18


def test_ids_that_do_not_meet_are_told_apart_from_missing_landmarks(cohort: Path, tmp_path: Path) -> None:
    result = build(cohort, tmp_path / "store", "--study-id-from", "folder")
    assert result.exit_code == 1
    assert "its first study_id is P1, the table's is 1.2.826" in result.stderr
    table = pd.read_csv(cohort / "landmarks.csv")
    ids = {to_study_id(name): name for name in NAMES}
    table.assign(study_id=table["study_id"].map(ids)).to_csv(tmp_path / "by_folder.csv", index=False)
    arguments = ("--landmarks", tmp_path / "by_folder.csv", "--study-id-from", "folder", "--limit", 2)
    result = build(cohort, tmp_path / "store", *arguments)
    assert (result.exit_code, "studies of the landmarks table that are not in INPUT: 1" in result.stderr) == (0, True)
    assert sorted(VolumeStore(tmp_path / "store").index["study_id"].unique()) == ["P1", "P2"]


def test_volume_files_are_studies_of_their_own(tmp_path: Path) -> None:
    import nibabel

    folder = tmp_path / "images"
    folder.mkdir()
    affine = np.diag([-4.0, -2.0, 2.0, 1.0])
    affine[:3, 3] = (24.0, 100.0, -100.0)  # RAS; LPS x from -24, y from -100
    i, j, k = np.meshgrid(np.arange(13), np.arange(100), np.arange(100), indexing="ij")
    nibabel.save(nibabel.Nifti1Image((i * 100 + j).astype(np.int16), affine), folder / "case 1.nii.gz")
    (folder / "case 2.nii.gz").write_bytes(b"broken")
    points = np.array([[0.0, 0.0, 17.5], [0.0, 0.0, -17.5]])
    write_landmarks(tmp_path / "l.csv", [Landmarks("case 1", ("L4", "L5"), points, np.ones(2))])
    result = run(folder, "--landmarks", tmp_path / "l.csv", "--out", tmp_path / "store", "--jobs", 1)
    assert result.exit_code == 3
    refused = pd.read_csv(tmp_path / "store" / "refused.csv", keep_default_na=False)
    assert ("", "file 2", "damaged-volume-file") in [tuple(row) for row in refused.to_numpy()[:, :3]]
    disc = VolumeStore(tmp_path / "store").read_disc("case 1", "L4-L5")
    assert (disc.axial, disc.remarks) == ((), ("axial: missing", "weighting-assumed"))
    volume = disc.sagittal[0].volume
    left = volume.to_indices(np.array([24.0, 0.0, 0.0]))
    k, j, i = np.rint(left[::-1]).astype(int)
    assert volume.voxels[k, j, i] // 100 == 12  # i counts to the patient's left here


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument"),
        (["{studies}"], "Missing option"),
        (["{studies}", "--landmarks", "{table}"], "Missing option '--out'"),
        (["none", "--landmarks", "{table}", "--out", "s"], "does not exist"),
        (["{studies}", "--landmarks", "none.csv", "--out", "s"], "does not exist"),
        (["{studies}", "--landmarks", "{table}", "--out", "{studies}/store"], "lies inside INPUT"),
        (["{studies}", "--landmarks", "{table}", "--out", "s", "--study-id", "9"], "no such study"),
        (["{studies}", "--landmarks", "{table}", "--out", "s", "--jobs", "0"], "Invalid value"),
        (["{studies}", "--landmarks", "{table}", "--out", "{table}"], "is a file"),
        (["{studies}", "--landmarks", "{table}", "--out", "s", "--study-id-from", "PatientsName"], "PatientsName"),
    ],
)
def test_misuse(
    cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    places = {"studies": cohort / "studies", "table": cohort / "landmarks.csv"}
    result = run(*(argument.format(**places) for argument in arguments))
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


def test_an_input_without_images_is_answered(cohort: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / "empty", "--landmarks", cohort / "landmarks.csv", "--out", tmp_path / "store")
    assert (result.exit_code, "no file in INPUT" in result.stderr) == (1, True)
    (tmp_path / "empty" / "a.txt").write_text("none")
    result = run(tmp_path / "empty", "--landmarks", cohort / "landmarks.csv", "--out", tmp_path / "store")
    assert (result.exit_code, result.stdout) == (3, "store: studies 0, discs 0, 0.0 MB\n")


def test_a_folder_of_other_files_is_not_touched(cohort: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for more in ((), ("--restart",)):
        result = build(cohort, tmp_path, *more)
        assert (result.exit_code, "it is no volume store" in result.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("ZEBEDEE"), 'fault,,"KeyError at'),
        (PermissionError(13, "Not permitted", "ZEBEDEE"), "fault,,Not permitted"),
    ],
)
def test_a_fault_in_one_study_refuses_it_and_the_run_goes_on(
    cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def faulty(study: object, *arguments: object) -> object:
        if study.study_id == to_study_id("P1"):  # type: ignore[attr-defined]
            raise error
        return build_discs(study, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(build_module, "build_discs", faulty)
    result = build(cohort, tmp_path / "store")
    assert result.exit_code == 3
    refused = (tmp_path / "store" / "refused.csv").read_text()
    assert words in refused
    assert "ZEBEDEE" not in refused + result.output


def start(cohort: Path, out: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", "from lumbar.main import main; main()", "volumes", "build"]
    command += [str(cohort / "studies"), "--landmarks", str(cohort / "landmarks.csv"), "--out", str(out)]
    return subprocess.Popen([*command, "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for(found: Iterator[object], process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while not next(found):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(("how", "codes"), [(signal.SIGKILL, (-9, 0)), (signal.SIGINT, (130, 0))])
def test_a_run_that_is_stopped_goes_on_and_ends_the_same(
    cohort: Path, whole: Path, tmp_path: Path, how: signal.Signals, codes: tuple[int, int]
) -> None:
    """Stopped once a study is written; 0 where it was done by then. Workers end with their command: test_parallel."""
    store = tmp_path / "cut"
    process = start(cohort, store)
    wait_for((any(store.rglob("*.u16")) for _ in iter(int, 1)), process)
    process.send_signal(how)
    _, error = process.communicate()
    assert process.returncode in codes
    assert b"Traceback" not in error
    assert build(cohort, store).exit_code == 0
    assert contents(store) == contents(whole)


def test_without_landmarks_the_trained_localizer_is_asked(cohort: Path, tmp_path: Path) -> None:
    """What it finds in real volumes and phantoms is tested with it; these studies show no spine."""
    arguments = (cohort / "studies" / "P1", "--jobs", 1, "--out", tmp_path / "store")
    assert run(*arguments).exit_code == 3
    refused = pd.read_csv(tmp_path / "store" / "refused.csv", dtype=str)
    assert refused["code"].tolist() == ["not-located"]
    assert VolumeStore(tmp_path / "store").settings["localizer"] == hash_weights(None)
