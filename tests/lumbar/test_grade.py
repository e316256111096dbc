"""`lumbar grade` on small studies: what it writes, which side is which, what it refuses and what it never tells."""

import errno
import io
import json
import os
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import torch
from click.testing import CliRunner, Result
from matplotlib.image import imread

import lumbar.grade_study
from imaging.dicom.scan import scan_studies
from imaging.landmark_table import read_landmarks, write_landmarks
from imaging.landmarks import Landmarks
from imaging.phantom.dicom_header import PatientIdentity
from imaging.phantom.scene import Scene
from imaging.phantom.study import write_scene
from imaging.phantom.study_key import StudyKey
from imaging.phantom.variant import PLAIN_STUDY
from imaging.pipeline import build_discs, Built, PipelineSettings
from imaging.study import Study
from lexicons.vocabulary import Grade, Level, Task, View
from lumbar.grade_device import Device
from lumbar.grade_study import grade_discs
from lumbar.grader_origin import open_grader
from lumbar.main import main
from lumbar.pages.grade_bars import Graded, to_percent
from lumbar.pages.grade_page import to_overview_cell
from lumbar.pages.html import element
from tests.imaging.phantom.analytic_scene import make_render, make_scene
from tests.imaging.small_study import make_small_protocol, to_landmarks, to_study_id, write_small_study
from training.config import Config, ModelConfig, TargetConfig
from training.config_file import to_toml
from training.models import find_model
from training.predictions import read_predictions
from training.run_folder import read_checkpoint, write_checkpoint
from training.run_record import BEST

IDENTITY = PatientIdentity(name="Zebedee^Quux", patient_id="MRN-4711-SENTINEL", birth_date="19510203")
SENTINELS = ("Zebedee", "Quux", "MRN-4711", "19510203", "SENTINEL", "secretfolder")
TINY = ModelConfig("deepspine-tiny")
UNTRAINED = Config(model=TINY)


def make_run(folder: Path, config: Config = UNTRAINED, studies: tuple[str, ...] = (), phantom: str = "") -> Path:
    """A run folder with a network that was never trained; ``phantom`` is what its weights say of themselves."""
    torch.manual_seed(0)
    views = tuple(View(name) for name in config.model.views)
    network = find_model(config.model.name).build(len(config.targets.tasks), views, config.model.dropout)
    folder.mkdir(parents=True)
    said = {"phantom": phantom} if phantom else {}
    write_checkpoint({"network": network.state_dict(), "config": to_toml(config), **said}, folder / BEST)
    if studies:
        pd.DataFrame({"study_id": studies, "level": "L4-L5"}).to_csv(folder / "discs.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs") / "first")


def write_exam(folder: Path, axial: bool = True) -> Path:
    """A small study with a patient's name in it, and its landmarks."""
    protocol = make_small_protocol(axial=axial)
    scene = write_small_study(folder / "secretfolder" / "P1", protocol=protocol, identity=IDENTITY)
    write_landmarks(folder / "landmarks.csv", [to_landmarks(scene, to_study_id("P1"))])
    return folder


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_exam(tmp_path_factory.mktemp("exam"))


def grade(exam: Path, run: Path, *options: object) -> Result:
    common = ["--run", run, "--landmarks", exam / "landmarks.csv", "--out", exam / "out"]
    return CliRunner().invoke(main, ["grade", str(exam / "secretfolder"), *map(str, [*common, *options])])


@pytest.fixture(scope="module")
def graded(exam: Path, run: Path) -> Result:
    return grade(exam, run, "--precision", "float32")


def read_page(exam: Path) -> str:
    (page,) = (exam / "out").glob("*.html")
    return page.read_text(encoding="utf-8")


class Pictures(HTMLParser):
    """The pictures of a page by their alternative text, as grey values 0 to 1, (row, column)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, npt.NDArray[np.float32]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            named = dict(attributes)
            png = b64decode(str(named["src"]).removeprefix("data:image/png;base64,"))
            self.found[str(named["alt"])] = imread(io.BytesIO(png))[..., 0]


def test_every_disc_has_a_probability_for_each_grade(exam: Path, graded: Result) -> None:
    assert graded.exit_code == 0, graded.output
    assert graded.stdout == "out: studies 1, discs graded 6\n"
    table = read_predictions(exam / "out" / "predictions.csv")
    assert len(table) == 6 * 3
    assert set(table["study_id"]) == {to_study_id("P1")}
    found = json.loads((exam / "out" / "grades.json").read_text())
    (study,) = found["studies"]
    for disc in study["discs"]:
        for task, slot in disc["grades"].items():
            row = table[(table["level"] == disc["level"]) & (table["task"] == task)].iloc[0]
            assert slot["grade"] == row["grade"]
            assert list(slot["probabilities"].values()) == pytest.approx(
                row[["p0", "p1", "p2", "p3"]].tolist(), abs=1e-5
            )
    assert not (exam / "out" / "refused.csv").exists()


def test_the_page_has_the_tables_probabilities(exam: Path, graded: Result) -> None:
    page, table = read_page(exam), read_predictions(exam / "out" / "predictions.csv")
    for level, article in zip(table["level"].unique(), page.split("<article")[1:], strict=True):
        for task, title in (("SCS", "Spinal canal"), ("LFS", "Left foramen"), ("RFS", "Right foramen")):
            row = table[(table["level"] == level) & (table["task"] == task)].iloc[0]
            words = zip(("normal", "mild", "moderate", "severe"), ("p0", "p1", "p2", "p3"), strict=True)
            said = ", ".join(f"{word} {to_percent(row[name])}" for word, name in words)
            assert element("i", {"aria-label": f"{title}: {said}"})[3:-5] in article


def test_discs_side_by_side_change_nothing(exam: Path, run: Path) -> None:
    (study,) = scan_studies([exam / "secretfolder"]).studies
    landmarks = read_landmarks(exam / "landmarks.csv")[study.study_id]
    discs = build_discs(study, landmarks, PipelineSettings()).discs
    grader = open_grader(run, Device())
    one, two = (grade_discs(study.study_id, discs, grader, Device(workers=workers)) for workers in (1, 2))
    pd.testing.assert_frame_equal(one, two)
    alone = grade_discs(study.study_id, discs[3:4], grader, Device())
    pd.testing.assert_frame_equal(alone, one[9:12].reset_index(drop=True))


def test_the_page_says_what_it_is(exam: Path, graded: Result) -> None:
    page = read_page(exam)
    assert "Not a medical device" in page
    assert "Trained on phantoms" not in page
    assert "float32" in page and "deepspine-tiny" in page and ">first<" in page


def test_the_page_needs_nothing_beside_it(exam: Path, graded: Result) -> None:
    page = read_page(exam)
    assert "<script" not in page
    assert not re.search(r"""(src|href)=["'](?!data:image/png;base64,|#)""", page)
    assert "http" not in page.replace("http-equiv", "")
    assert "style=" not in page


def test_discs_without_axial_images_say_so(exam: Path, graded: Result) -> None:
    assert f"study {to_study_id('P1')}: 3 of 6 discs have no axial images" in graded.stderr
    page = read_page(exam)
    assert page.count("sagittal only") == page.count("from the sagittal view only") == 3
    assert "Graded from one view, for want of the other: T12-L1, L1-L2, L2-L3." in page
    discs = json.loads((exam / "out" / "grades.json").read_text())["studies"][0]["discs"]
    assert [disc["views"] for disc in discs] == [["sagittal"]] * 3 + [["axial", "sagittal"]] * 3


def test_a_study_without_axial_series_is_graded_from_the_sagittal(tmp_path: Path, run: Path) -> None:
    result = grade(write_exam(tmp_path, axial=False), run)
    assert result.exit_code == 3
    assert pd.read_csv(tmp_path / "out" / "refused.csv")["code"].tolist() == ["no-axial"]
    assert len(read_predictions(tmp_path / "out" / "predictions.csv")) == 6 * 3
    assert read_page(tmp_path).count("no image: axial") == 6


def test_a_run_that_never_saw_a_view_missing_is_believed_less(tmp_path: Path) -> None:
    config = Config(model=replace(TINY, view_dropout=0.0))
    grade(write_exam(tmp_path, axial=False), make_run(tmp_path / "run", config))
    assert "the run never saw that in training" in read_page(tmp_path)


def test_a_disc_without_the_only_view_of_a_run_is_refused(exam: Path, tmp_path: Path) -> None:
    config = Config(model=replace(TINY, views=("axial",), view_dropout=0.0))
    result = grade(exam, make_run(tmp_path / "run", config), "--out", tmp_path / "out")
    assert result.exit_code == 3
    refused = pd.read_csv(tmp_path / "out" / "refused.csv")
    assert refused[["source", "code"]].to_numpy().tolist() == [
        [level, "no-view"] for level in ("T12-L1", "L1-L2", "L2-L3")
    ]
    assert set(read_predictions(tmp_path / "out" / "predictions.csv")["level"]) == {"L3-L4", "L4-L5", "L5-S1"}
    assert "not graded: it shows no axial view" in read_page(tmp_path)


def test_another_set_of_tasks(exam: Path, tmp_path: Path) -> None:
    config = Config(model=TINY, targets=TargetConfig(tasks=("LFS", "LSS", "RFS", "RSS", "SCS")))
    grade(exam, make_run(tmp_path / "run", config), "--out", tmp_path / "out")
    table = read_predictions(tmp_path / "out" / "predictions.csv")
    assert table["task"].tolist()[:5] == ["LFS", "LSS", "RFS", "RSS", "SCS"]
    head = re.findall(r'<th scope="col">([A-Z][a-z ]+)</th>', read_page(tmp_path))
    assert head[:7] == [
        "Level",
        "Right foramen",
        "Right recess",
        "Spinal canal",
        "Left recess",
        "Left foramen",
        "Read from",
    ]


def test_a_bright_left_foramen_is_shown_on_the_left(exam: Path, graded: Result) -> None:
    pictures = Pictures(read_page(exam)).found
    level = "L3-L4"
    right, left = (pictures[f"{level}, sagittal, 16 mm {side} of the middle"] for side in ("right", "left"))
    assert left.max() > 0.9 > 0.5 > right.max()
    axial = pictures[f"{level}, axial, in the plane of the disc"]
    assert axial[:, axial.shape[1] // 2 :].max() > 0.9 > axial[:, : axial.shape[1] // 2].max()


def test_each_side_of_a_disc_has_its_own_tasks(exam: Path, graded: Result) -> None:
    _, *discs = read_page(exam).split("<article")
    for disc in discs[-3:]:
        right, axial, middle, left = disc.split('<div class="column ')[1:]
        assert right.startswith("right") and "Right foramen" in right and "mm right of" in right
        assert middle.startswith("middle") and "Spinal canal" in middle
        assert left.startswith("left") and "Left foramen" in left and "mm left of" in left
        assert not re.search("Left|mm left", right) and not re.search("Right|mm right", left)
        assert re.findall(r'class="end (\w+)">(\w)', axial)[:2] == [("west", "R"), ("east", "L")]


def test_the_patient_in_a_mirror_has_sides_swapped(exam: Path, graded: Result, tmp_path: Path, run: Path) -> None:
    scene = make_scene(5.0)
    blob = scene.points["blob"] * [-1, 1, 1]
    frames = tuple(replace(frame, centre=frame.centre * [-1, 1, 1]) for frame in scene.frames)
    mirrored = Scene(make_render(blob), frames, scene.structures, scene.centroids * [-1, 1, 1], {"blob": blob})
    key = StudyKey("P1", 11)
    write_scene(tmp_path / "secretfolder" / "P1", mirrored, make_small_protocol(), key, PLAIN_STUDY, IDENTITY)
    write_landmarks(tmp_path / "landmarks.csv", [to_landmarks(mirrored, to_study_id("P1"))])
    assert grade(tmp_path, run).exit_code == 0
    was, now = Pictures(read_page(exam)).found, Pictures(read_page(tmp_path)).found
    level, name = "L3-L4, sagittal, 16 mm {} of the middle", "L3-L4, axial, in the plane of the disc"
    spots = {side: to_spot(found[level.format(side)]) for found, side in ((was, "left"), (now, "right"))}
    assert np.abs(np.subtract(spots["left"], spots["right"])).max() < 8
    row, column = to_spot(was[name])
    mirrored_row, mirrored_column = to_spot(now[name])
    assert abs(row - mirrored_row) < 8
    assert abs(column - (was[name].shape[1] - 1 - mirrored_column)) < 8


def to_spot(picture: npt.NDArray[np.float32]) -> tuple[int, int]:
    row, column = np.unravel_index(int(picture.argmax()), picture.shape)
    return int(row), int(column)


def test_unsure_landmarks_are_named(exam: Path, tmp_path: Path, run: Path) -> None:
    table = pd.read_csv(exam / "landmarks.csv")
    table.loc[table["structure"] == "L5", "confidence"] = 0.25
    table.assign(remarks="ambiguous-numbering").to_csv(tmp_path / "unsure.csv", index=False)
    grade(exam, run, "--landmarks", tmp_path / "unsure.csv", "--out", tmp_path / "out")
    page = read_page(tmp_path)
    assert "Landmarks with a confidence below 0.5: L5." in page
    assert page.count("may be numbered one off") == 1  # of the study, not of each disc


def test_a_likely_severe_stands_beside_a_lower_grade() -> None:
    for severe, shown in ((0.3, True), (0.05, False)):
        slot = Graded(Level.L4_L5, Task.SCS, Grade.MILD, (0.1, 0.9 - severe, 0.0, severe))
        assert ("severe" in to_overview_cell(slot)) == shown


def test_no_patient_is_named(exam: Path, graded: Result) -> None:
    written = b"".join(path.read_bytes() for path in (exam / "out").iterdir()) + graded.output.encode()
    assert not [word for word in SENTINELS if word.encode() in written]


def test_a_hostile_study_id_is_only_text(tmp_path: Path, run: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>&\"'"
    scene = write_small_study(tmp_path / "secretfolder" / hostile.replace("/", ""))
    write_landmarks(tmp_path / "landmarks.csv", [to_landmarks(scene, hostile)])
    result = grade(tmp_path, run, "--study-id-from", "folder")
    assert result.exit_code == 0, result.output
    page = read_page(tmp_path)
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#x27;" in page
    (name,) = (path.name for path in (tmp_path / "out").glob("*.html"))
    assert re.fullmatch(r"[0-9a-f]{16}\.html", name)


def test_a_run_that_was_trained_on_phantoms_says_so(exam: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", studies=("phantom-00001", "phantom-00002"))
    assert "its grades mean nothing" in grade(exam, run, "--out", tmp_path / "out").stderr
    page = read_page(tmp_path)
    assert "Trained on phantoms" in page
    assert "2 discs of 2 studies" in page
    found = json.loads((tmp_path / "out" / "grades.json").read_text())
    assert found["run"]["phantom"] == "all" and "phantoms" in found["notice"]


@pytest.mark.parametrize(
    ("word", "words"), [("all", "its grades mean nothing"), ("some", "trained on phantoms in part"), ("none", "")]
)
def test_weights_say_themselves_that_they_learnt_from_phantoms(
    exam: Path, tmp_path: Path, word: str, words: str
) -> None:
    """Without the run's other files, and whatever the ids are."""
    run = make_run(tmp_path / "run", studies=() if word != "none" else ("phantom-1",), phantom=word)
    result = grade(exam, run, "--out", tmp_path / "out")
    assert words in result.stderr
    page = read_page(tmp_path)
    assert ("Trained on phantoms" in page) == ("phantoms" in result.stderr) == (word != "none")
    assert json.loads((tmp_path / "out" / "grades.json").read_text())["run"]["phantom"] == word


def test_a_study_without_landmarks_is_refused(exam: Path, tmp_path: Path, run: Path) -> None:
    points = np.array([[0.0, 0.0, 20.0], [0.0, 0.0, -15.0]])
    write_landmarks(tmp_path / "other.csv", [Landmarks("another", ("L4", "L5"), points, np.ones(2))])
    result = grade(exam, run, "--landmarks", tmp_path / "other.csv", "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert pd.read_csv(tmp_path / "out" / "refused.csv")["code"].tolist() == ["no-landmarks"]
    assert read_predictions(tmp_path / "out" / "predictions.csv").empty
    assert "not graded" in read_page(tmp_path)


def test_a_level_without_landmarks_is_named(exam: Path, tmp_path: Path, run: Path) -> None:
    table = pd.read_csv(exam / "landmarks.csv")
    table[~table["structure"].isin(["T12"])].to_csv(tmp_path / "some.csv", index=False)
    result = grade(exam, run, "--landmarks", tmp_path / "some.csv", "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "not graded: no centroid of T12" in read_page(tmp_path)


def test_grades_are_the_same_in_bfloat16_to_the_tenth(exam: Path, graded: Result, tmp_path: Path, run: Path) -> None:
    grade(exam, run, "--precision", "bfloat16", "--out", tmp_path / "out")
    tables = [read_predictions(folder / "out" / "predictions.csv") for folder in (exam, tmp_path)]
    exact, rounded = (table[["p0", "p1", "p2", "p3"]].to_numpy() for table in tables)
    assert 0 < np.abs(exact - rounded).max() < 0.1
    assert ", bfloat16" in read_page(tmp_path)


def remove(best: Path) -> None:
    best.unlink()


def cut(best: Path) -> None:
    best.write_bytes(best.read_bytes()[:-5000])


def change_a_weight(best: Path) -> None:
    content = bytearray(best.read_bytes())
    content[len(content) // 2] ^= 0xFF
    best.write_bytes(bytes(content))


class Bomb:
    """Would leave a file behind if it were unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("exploded",)


def bomb(best: Path) -> None:
    torch.save({"network": Bomb(), "config": to_toml(UNTRAINED)}, best)


def old_bomb(best: Path) -> None:
    torch.save({"network": Bomb(), "config": to_toml(UNTRAINED)}, best, _use_new_zipfile_serialization=False)


def no_numbers(best: Path) -> None:
    state = read_checkpoint(best)
    state["network"]["heads.0.weight"] *= torch.nan
    write_checkpoint(state, best)


def another_network(best: Path) -> None:
    write_checkpoint({**read_checkpoint(best), "config": to_toml(Config(model=ModelConfig("deepspine")))}, best)


def another_version(best: Path) -> None:
    write_checkpoint({**read_checkpoint(best), "config": "[model]\nwidth = 3\n"}, best)


def something_else(best: Path) -> None:
    torch.save([1, 2], best)


def localizer(best: Path) -> None:
    (best.parent / "slices.csv").touch()


def no_discs(best: Path) -> None:
    (best.parent / "discs.csv").write_bytes(b"\xff\xfe")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (remove, "run has no best.pt"),
        (cut, "run/best.pt is damaged, or no checkpoint of lumbar"),
        (change_a_weight, "run/best.pt is damaged: its content is not what its checksums say"),
        (bomb, "run/best.pt is damaged, or no checkpoint of lumbar (UnpicklingError)"),
        (old_bomb, "run/best.pt is damaged, or no checkpoint of lumbar"),
        (no_numbers, "run/best.pt has weights that are no numbers"),
        (another_network, "it is of another network, or of another version"),
        (another_version, "is of no grader of this version: unknown key 'model.width'; did you mean"),
        (something_else, "run/best.pt is no checkpoint of lumbar"),
        (localizer, "run is the run of a localizer: it grades nothing"),
        (no_discs, "run/discs.csv is damaged: it is no table of discs"),
    ],
)
def test_a_folder_that_is_no_run(
    exam: Path, tmp_path: Path, spoil: Callable[[Path], None], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "run")
    spoil(run / BEST)
    result = grade(exam, run, "--out", tmp_path / "out")
    assert (result.exit_code, words in result.stderr) == (1, True), result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert str(tmp_path) not in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["run"], "neither grades, nor what a bomb leaves"


def test_a_study_without_sagittal_images_is_refused_whoever_finds_the_landmarks(tmp_path: Path, run: Path) -> None:
    scene = write_small_study(tmp_path / "secretfolder" / "P1", protocol=make_small_protocol(sagittal=False))
    write_landmarks(tmp_path / "landmarks.csv", [to_landmarks(scene, to_study_id("P1"))])
    found = CliRunner().invoke(
        main, ["grade", f"{tmp_path}/secretfolder", "--run", str(run), "--out", f"{tmp_path}/found"]
    )
    assert (found.exit_code, grade(tmp_path, run).exit_code) == (3, 3), found.output
    codes = [pd.read_csv(tmp_path / name / "refused.csv")["code"].tolist() for name in ("out", "found")]
    assert codes[0] == codes[1] == ["no-sagittal"]


def test_a_fault_in_one_study_leaves_the_others(tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes = {name: write_small_study(tmp_path / "secretfolder" / name, name=name) for name in ("P1", "P2")}
    marks = [to_landmarks(scene, to_study_id(name)) for name, scene in scenes.items()]
    write_landmarks(tmp_path / "landmarks.csv", marks)
    build = lumbar.grade_study.build_discs

    def build_some(study: Study, *rest: Any) -> Built:
        if study.study_id == to_study_id("P1"):
            raise OSError(errno.EIO, "Input/output error", "/archive/Quux^Zebedee.dcm")
        return build(study, *rest)

    monkeypatch.setattr(lumbar.grade_study, "build_discs", build_some)
    result = grade(tmp_path, run)
    assert result.exit_code == 3, result.output
    refused = pd.read_csv(tmp_path / "out" / "refused.csv")
    assert refused[["study_id", "code", "reason"]].to_numpy().tolist() == [
        [to_study_id("P1"), "fault", "Input/output error"]
    ]
    assert set(read_predictions(tmp_path / "out" / "predictions.csv")["study_id"]) == {to_study_id("P2")}


def test_a_device_that_is_not_here(exam: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = grade(exam, run, "--device", "cuda")
    assert result.exit_code == 1
    assert result.stderr == "lumbar: torch finds no CUDA device here: --device cpu or auto would do\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--run", "none"], "does not exist"),
        (["--study-id", "1.2.3"], "no such study"),
        (["--out", "{exam}/secretfolder/out"], "lies inside STUDY"),
        (["--study-id-from", "PatientName"], "PatientName"),
    ],
)
def test_misuse(exam: Path, run: Path, options: list[str], words: str) -> None:
    result = grade(exam, run, *(option.format(exam=exam) for option in options))
    assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
