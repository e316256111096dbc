"""Bad input through `lumbar volumes build`: a row with the reason, the run goes on, and nothing tells the patient."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from click.testing import CliRunner, Result

from imaging.landmark_table import read_landmarks, write_landmarks
from imaging.phantom.dicom_header import PatientIdentity
from imaging.store.reader import VolumeStore
from lumbar.main import main
from tests.imaging.bad_inputs import BAD_INPUTS, BadInput, SENTINELS, to_key
from tests.imaging.phantom.analytic_scene import make_scene
from tests.imaging.small_study import to_landmarks, to_study_id, write_small_study

GOOD = to_study_id("P1")

REFUSED_HERE = {"without_axial": "no-axial"}
"""What is refused on the way to the store only; the other inputs say what is expected of them."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good study, and its landmarks."""
    folder = tmp_path_factory.mktemp("good")
    scene = write_small_study(folder / "study", "P1")
    write_landmarks(folder / "landmarks.csv", [to_landmarks(scene, GOOD)])
    return folder


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BadInput]:
    """Every bad input in a folder of its name."""
    parent = tmp_path_factory.mktemp("bad") / "sentinelpath"
    folders = {make.__name__: parent / make.__name__ for make in BAD_INPUTS}
    for folder in folders.values():
        folder.mkdir(parents=True)
    return {make.__name__: make(folders[make.__name__]) for make in BAD_INPUTS}


def build(inputs: Sequence[Path], landmarks: Path, out: Path) -> Result:
    arguments = [*inputs, "--landmarks", landmarks, "--out", out, "--jobs", 1]
    return CliRunner().invoke(main, ["volumes", "build", *map(str, arguments)])


def find_sentinels(words: Sequence[str], store: Path, result: Result) -> set[str]:
    """The words that stand in what the command said or wrote, also as UTF-16, or in names of files."""
    written = list(store.rglob("*"))
    said = [result.output.encode(), *(path.relative_to(store).as_posix().encode() for path in written)]
    said += [path.read_bytes() for path in written if path.is_file()]
    return {
        word
        for word in words
        for codec in ("utf-8", "utf-16-le")
        if any(word.lower().encode(codec) in text.lower() for text in said)
    }


def test_bad_inputs_are_rows_and_the_run_goes_on(good: Path, bad: dict[str, BadInput], tmp_path: Path) -> None:
    """What each is refused for by itself, ``test_bad_inputs`` of imaging says."""
    ids = {name: to_key(Path(name)).to_uid("study") for name in bad}
    landmarks = [
        read_landmarks(good / "landmarks.csv")[GOOD],
        *(to_landmarks(make_scene(), own) for own in ids.values()),
    ]
    write_landmarks(tmp_path / "landmarks.csv", landmarks)
    store = tmp_path / "store"
    result = build([good / "study", *(one.path for one in bad.values())], tmp_path / "landmarks.csv", store)
    assert result.exit_code == 3, result.output
    rows = pd.read_csv(store / "refused.csv", dtype=str, keep_default_na=False)
    assert (rows["reason"].str.len() > 10).all()
    assert f"{len(rows)} refused: refused.csv" in result.stderr
    for name, one in bad.items():
        own = rows[rows["study_id"].isin([ids[name], ""])]
        code = REFUSED_HERE.get(name, one.code)
        assert not code or (code, one.tag) in set(zip(own["code"], own["tag"], strict=True)), name
    assert [study_id for study_id, _ in VolumeStore(store).discs].count(GOOD) == 6
    assert find_sentinels(SENTINELS, store, result) == set()


def test_a_file_that_is_passed_over_is_no_row(good: Path, bad: dict[str, BadInput], tmp_path: Path) -> None:
    """A DICOMDIR under two names; the row is of the study beside it."""
    only = bad["directory_file"]
    result = build([good / "study", only.path], good / "landmarks.csv", tmp_path / "store")
    rows = pd.read_csv(tmp_path / "store" / "refused.csv", dtype=str)
    assert (result.exit_code, rows["code"].tolist()) == (3, ["no-landmarks"])


IDENTITY = PatientIdentity("ZEBEDEE^QUILL", "MRN4711", "19470213", "ACC8642", "20190827")
WORDS = ("ZEBEDEE", "QUILL", "MRN4711", "19470213", "ACC8642", "20190827", "SAINT-ELSEWHERE", "Wimpole", "ossington")


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """A study in folders and files named after a patient, sentinels in its headers; its landmarks."""
    scene = write_small_study(tmp_path / "in" / "Wimpole", "P1", identity=IDENTITY)
    for path in (tmp_path / "in").rglob("I*.dcm"):
        dataset = pydicom.dcmread(path)
        dataset.InstitutionName = "SAINT-ELSEWHERE"
        dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = dataset.AcquisitionDate = IDENTITY.study_date
        dataset.SeriesDescription = "t2 sag ZEBEDEE"
        dataset.save_as(path.with_name(f"ossington_{path.stem}"))
        path.unlink()
    write_landmarks(tmp_path / "landmarks.csv", [to_landmarks(scene, GOOD)])
    return tmp_path


def test_a_good_study_leaves_nothing_of_the_patient(named: Path) -> None:
    store = named / "store"
    result = build([named / "in"], named / "landmarks.csv", store)
    assert (result.exit_code, len(VolumeStore(store).discs)) == (0, 6)
    assert find_sentinels(WORDS, store, result) == set()
    (store / "note").write_text("Wimpole", encoding="utf-16-le")
    (store / "mrn4711").write_text("")
    assert find_sentinels(WORDS, store, result) == {"Wimpole", "MRN4711"}


def test_landmarks_that_do_not_fit_say_nothing_of_the_patient(named: Path) -> None:
    table = pd.read_csv(named / "landmarks.csv")
    table.assign(z=np.inf, structure="ZEBEDEE").to_csv(named / "landmarks.csv", index=False)
    result = build([named / "in"], named / "landmarks.csv", named / "store")
    rows = pd.read_csv(named / "store" / "refused.csv")
    assert (result.exit_code, rows["code"].tolist()) == (3, ["unknown-structure"])
    assert find_sentinels(WORDS, named / "store", result) == set()
    table.assign(remarks="ZEBEDEE").to_csv(named / "landmarks.csv", index=False)
    result = build([named / "in"], named / "landmarks.csv", named / "store")
    rows = pd.read_csv(named / "store" / "refused.csv")
    assert (result.exit_code, rows["code"].tolist()) == (3, ["landmark-remark"])
    assert find_sentinels(WORDS, named / "store", result) == set()
    table.assign(y=table["y"] + 400).to_csv(named / "landmarks.csv", index=False)
    result = build([named / "in"], named / "landmarks.csv", named / "store")
    rows = pd.read_csv(named / "store" / "refused.csv")
    assert (result.exit_code, set(rows["code"])) == (3, {"outside-sagittal"})
    assert find_sentinels(WORDS, named / "store", result) == set()
