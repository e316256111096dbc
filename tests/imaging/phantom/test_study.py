"""A written phantom study is what its truth says, and the same arguments write the same bytes."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest

from imaging.dicom.pixels import read_volume
from imaging.dicom.scan import scan_studies, ScanSettings
from imaging.geometry import FloatArray, Plane, to_angle_deg
from imaging.landmark_table import read_landmarks
from imaging.phantom.anatomy import Marker, to_plain_spine
from imaging.phantom.cohort import (
    draw_variant,
    GRADE_COLUMNS,
    make_cohort,
    PhantomSettings,
    PhantomTruth,
    write_numbered_study,
    write_spine,
)
from imaging.phantom.dicom_header import NOBODY, PatientIdentity
from imaging.phantom.protocol import draw_protocol, ProtocolSettings
from imaging.phantom.scanner import to_plain_scanner
from imaging.phantom.scene import Scene
from imaging.phantom.study import write_scene
from imaging.phantom.study_key import StudyKey
from imaging.phantom.truth import to_openings
from imaging.phantom.variant import Container, Variant
from imaging.phantom.variants import ENHANCED, RSNA2024, VARIANTS
from imaging.study import Study, Weighting
from lexicons.vocabulary import Level, LEVELS, Task, TASKS
from tests.imaging.phantom.analytic_scene import make_scene

SMALL = ProtocolSettings(matrix_scale=0.1, localizer=True, screenshot=True, stir=True, axial_t1=False)
SETTINGS = PhantomSettings(protocol=SMALL)
PROTOCOL = draw_protocol(np.random.default_rng(3), SMALL)
KEY = StudyKey("S7", 21)


def to_digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[PhantomTruth, ...]]:
    folder = tmp_path_factory.mktemp("cohort")
    return folder, make_cohort(folder, 2, seed=5, settings=SETTINGS)


def test_the_same_arguments_write_the_same_bytes(cohort: tuple[Path, tuple[PhantomTruth, ...]], tmp_path: Path) -> None:
    """A study alone is the study in its cohort: a caller may map studies over processes in any order."""
    folder, truths = cohort
    again = write_numbered_study(tmp_path, 5, SETTINGS, 2)
    own = tmp_path / again.study_id
    assert to_digests(own) == to_digests(folder / "studies" / again.study_id)
    np.testing.assert_array_equal(again.landmarks.points, truths[1].landmarks.points)


def test_the_cohort_says_what_it_was_drawn_with(cohort: tuple[Path, tuple[PhantomTruth, ...]]) -> None:
    drawn = json.loads((cohort[0] / "cohort.json").read_text())
    assert drawn == {"studies": 2, "seed": 5, "reader_overlap": SETTINGS.spine.reader_overlap}


def test_another_seed_writes_another_study(cohort: tuple[Path, tuple[PhantomTruth, ...]], tmp_path: Path) -> None:
    _, truths = cohort
    assert truths[0].study_id != truths[1].study_id
    assert not np.allclose(truths[0].frames[0].centre, truths[1].frames[0].centre)
    for number, key in enumerate((KEY, replace(KEY, seed=22), replace(KEY, study_id="S8"))):
        write_scene(tmp_path / str(number), make_scene(), PROTOCOL, key)
    digests = to_digests(tmp_path)
    assert len(set(digests.values())) == len(digests)


def test_the_tables_hold_the_truth(cohort: tuple[Path, tuple[PhantomTruth, ...]]) -> None:
    folder, truths = cohort
    landmarks = read_landmarks(folder / "landmarks.csv")
    grades = pd.read_csv(folder / "grades.csv")
    assert tuple(grades.columns) == GRADE_COLUMNS
    for truth in truths:
        own = landmarks[truth.study_id]
        assert own.structures[-1] == "S1" and "L5" in own.structures
        np.testing.assert_allclose(own.points, truth.landmarks.points)
        rows = grades[grades["study_id"] == truth.study_id]
        assert len(rows) == len(LEVELS) * len(TASKS) == len(truth.points)
        for row in rows.itertuples():
            assert truth.grades[Level(row.level), Task(row.task)] == row.grade == row.low == row.high
    assert set(grades["grade"]) >= {0, 1}


def test_a_cohort_is_scanned_as_it_was_meant(cohort: tuple[Path, tuple[PhantomTruth, ...]]) -> None:
    folder, truths = cohort
    scan = scan_studies([folder / "studies"], ScanSettings(study_id_from="AccessionNumber"))
    assert [study.study_id for study in scan.studies] == [truth.study_id for truth in truths]
    assert {refusal.code for refusal in scan.refusals} == {"secondary-capture"}
    for study, truth in zip(scan.studies, truths, strict=True):
        used = [one for one in study.series if not one.excluded]
        sagittal = [one.weighting for one in used if one.plane is Plane.SAGITTAL]
        assert sagittal[:3] == [Weighting.T2, Weighting.T1, Weighting.STIR]
        axial = [stack for one in used if one.plane is Plane.AXIAL for stack in one.stacks]
        assert all(one.weighting is Weighting.T2 for one in used if one.plane is Plane.AXIAL)
        expected = {"stacks": len(truth.protocol.covered), "block": 1, "block-and-angled": 3}
        assert len(axial) == expected[truth.protocol.layout]
        assert {one.excluded.split(":")[0] for one in study.series if one.excluded} == {
            "localizer",
            "secondary-capture",
        }


def write_marked(folder: Path, variant: Variant) -> tuple[PhantomTruth, FloatArray]:
    """A plain spine with a bright ball in its left L4-L5 foramen."""
    spine = to_plain_spine()
    place = to_openings(spine)[Level.L4_L5, Task.LFS]
    spine = replace(spine, markers=(Marker((float(place[0]), float(place[1]), float(place[2])), 5.0),))
    asked = replace(SMALL, matrix_scale=0.15, localizer=False, screenshot=False, stir=False)
    protocol = draw_protocol(np.random.default_rng(3), asked)
    truth = write_spine(folder, KEY, spine, to_plain_scanner(), replace(protocol, covered=LEVELS), variant)
    return truth, truth.points[Level.L4_L5, Task.LFS]


def find_ball(study: Study, plane: Plane) -> FloatArray:
    """The middle of the brightest voxels of a plane's T2 series, LPS mm."""
    series = [one for one in study.series if one.plane is plane and one.weighting is Weighting.T2 and not one.excluded]
    volumes = [read_volume(stack) for one in series for stack in one.stacks]
    top = max(volume.voxels.max() for volume in volumes)
    points = [volume.to_points(np.argwhere(volume.voxels > 0.9 * top)[:, ::-1].astype(float)) for volume in volumes]
    return np.asarray(np.concatenate(points).mean(axis=0))


@pytest.mark.parametrize("name", ["turned about all axes", "enhanced, flipped"])
def test_what_lies_left_is_found_left(tmp_path: Path, name: str) -> None:
    truth, place = write_marked(tmp_path, VARIANTS[name])
    (study,) = scan_studies([tmp_path]).studies
    frame = truth.frames[LEVELS.index(Level.L4_L5)]
    assert (place - frame.centre) @ frame.left > 10
    for plane in (Plane.SAGITTAL, Plane.AXIAL):
        offset = find_ball(study, plane) - place
        assert np.linalg.norm(offset) < 3.5, f"{plane}: {np.round(offset, 1)} mm away"


def write_analytic(folder: Path, variant: Variant, identity: PatientIdentity = NOBODY) -> Scene:
    """A study of the scene without anatomy, which costs little."""
    return write_scene(folder, make_scene(), PROTOCOL, KEY, variant, identity)


def test_a_turned_patient_turns_its_truth(tmp_path: Path) -> None:
    plain = make_scene()
    turned = write_analytic(tmp_path, Variant(turn_deg=(0.0, 0.0, 20.0)))
    assert to_angle_deg(plain.frames[0].left, turned.frames[0].left) == pytest.approx(20.0)
    assert turned.frames[0].left[1] > 0.3, "about z, from left to posterior"
    before, after = (np.linalg.norm(scene.centroids[0, :2]) for scene in (plain, turned))
    assert before == pytest.approx(after)
    assert np.linalg.norm(plain.points["blob"]) == pytest.approx(np.linalg.norm(turned.points["blob"]))


def test_the_identity_is_written_where_a_scanner_writes_it(tmp_path: Path) -> None:
    identity = PatientIdentity("Sentinel^Name", "SENTINEL-ID", "19511213", "SENTINEL-ACC", "20190607")
    for folder, variant in (("classic", Variant()), ("enhanced", Variant(storage=ENHANCED))):
        write_analytic(tmp_path / folder, variant, identity)
        for path in (tmp_path / folder).rglob("*.dcm"):
            dataset = pydicom.dcmread(path)
            assert (dataset.PatientName, dataset.PatientID) == (identity.name, identity.patient_id)
            assert (dataset.PatientBirthDate, dataset.AccessionNumber) == (identity.birth_date, identity.accession)
            assert dataset.StudyDate == identity.study_date


def test_headers_tell_the_times_of_the_images(cohort: tuple[Path, tuple[PhantomTruth, ...]]) -> None:
    folder, truths = cohort
    scan = scan_studies([folder / "studies"], ScanSettings(study_id_from="AccessionNumber"))
    for study, truth in zip(scan.studies, truths, strict=True):
        found = [one.echo_time_ms for one in study.series if one.plane is Plane.SAGITTAL and not one.excluded]
        assert found[:3] == pytest.approx([sequence.echo_ms for sequence in truth.protocol.sagittal_sequences[:3]])


def test_names_and_frames_of_reference_of_rsna_2024(tmp_path: Path) -> None:
    write_analytic(tmp_path, RSNA2024)
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.parent == tmp_path and not path.suffix for path in paths)
    headers = [pydicom.dcmread(path, stop_before_pixels=True) for path in paths]
    headers = [one for one in headers if "FrameOfReferenceUID" in one]  # but for the screenshot
    series = {str(one.SeriesInstanceUID): str(one.FrameOfReferenceUID) for one in headers}
    assert len(set(series.values())) == len(series) > 2
    uids = [str(one.SOPInstanceUID) for one in headers]
    assert len(set(uids)) < len(uids)


def test_variants_are_drawn_as_archives_have_them() -> None:
    drawn = [draw_variant(np.random.default_rng(seed)) for seed in range(120)]
    assert draw_variant(np.random.default_rng(3)) == drawn[3]
    assert {variant.storage.container for variant in drawn} == set(Container)
    assert {variant.sagittal.reverse_order for variant in drawn} == {True, False}
    assert sum(variant.frame_per_series for variant in drawn) in range(10, 50)
    assert all(variant.storage.pixel_form == Variant().storage.pixel_form for variant in drawn)
