from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imaging.curve import CurveMode, CurveSettings
from imaging.dicom.pixels import read_volume
from imaging.dicom.scan import scan_studies
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, to_angle_deg, transform
from imaging.grids import AXIAL, Grid, SAGITTAL, to_grid_affine
from imaging.landmarks import LandmarkError, Landmarks
from imaging.phantom.scene import Scene
from imaging.phantom.variant import Variant
from imaging.phantom.variants import VARIANTS
from imaging.pipeline import build_discs, Built, PipelineSettings
from imaging.resampling.by_numpy import sample_crops
from imaging.selection import Selection, SelectionSettings
from imaging.store.crop import DiscCrops
from imaging.store.reader import VolumeStore
from imaging.store.study_file import write_study
from imaging.store.writer import open_for_writing, write_index
from imaging.study import Stack, Study
from imaging.volume import Volume
from lexicons.vocabulary import Level, LEVELS
from tests.imaging.phantom.analytic_scene import BLOB_LEVEL
from tests.imaging.small_study import make_small_protocol, to_landmarks, to_study_id, write_small_study

SETTINGS = PipelineSettings()
GRIDS = (replace(AXIAL, samples=(8, 90, 90)), replace(SAGITTAL, samples=(25, 40, 80)))
"""The paper's extents with voxels of 1 mm in the plane."""


def read_study(folder: Path) -> Study:
    (study,) = scan_studies([folder]).studies
    return study


def build_small(folder: Path, variant: Variant, settings: PipelineSettings = SETTINGS) -> tuple[Scene, Built]:
    scene = write_small_study(folder, variant=variant)
    return scene, build_discs(read_study(folder), to_landmarks(scene, to_study_id("P1")), settings)


def find_blob(disc: DiscCrops, grid: Grid) -> FloatArray:
    """The brightest place of a disc's volume, LPS mm, by way of the volume's own affine."""
    crops = disc.axial if grid.view == "axial" else disc.sagittal
    values, mask = sample_crops(crops, disc.frame, grid)
    values = np.where(mask, values - np.median(values[mask]), 0)
    bright = np.argwhere(values > values.max() / 2)
    voxel = np.average(bright, axis=0, weights=values[tuple(bright.T)])
    return transform(to_grid_affine(grid, disc.frame), voxel[::-1])


@pytest.mark.parametrize("name", ["plain", "enhanced", "legacy converted", "rsna 2024"])
def test_a_phantom_is_known_as_one_however_it_is_stored(tmp_path: Path, name: str) -> None:
    write_small_study(tmp_path, variant=VARIANTS[name])
    assert read_study(tmp_path).phantom is True


@pytest.mark.parametrize("name", ["plain", "half turn", "right to left", "feet first", "enhanced", "turned about z"])
def test_the_left_foramen_is_at_the_left_from_files_to_store(tmp_path: Path, name: str) -> None:
    scene, built = build_small(tmp_path / "dicom", VARIANTS[name])
    assert [disc.frame.level for disc in built.discs] == list(LEVELS)
    open_for_writing(tmp_path / "store", {})
    write_study(tmp_path / "store", "P1", "", built.discs, built.refusals)
    write_index(tmp_path / "store")
    disc = VolumeStore(tmp_path / "store").read_disc("P1", LEVELS[BLOB_LEVEL])
    for grid in GRIDS:
        assert np.abs(find_blob(disc, grid) - scene.points["blob"]).max() < 1.0, grid.view
    axial, _ = sample_crops(disc.axial, disc.frame, GRIDS[0])
    sagittal, _ = sample_crops(disc.sagittal, disc.frame, GRIDS[1])
    assert axial.max(axis=(0, 1)).argmax() == pytest.approx(45 + 18, abs=3)  # left of the patient: right in the image
    assert sagittal.max(axis=(1, 2)).argmax() == pytest.approx(12 - 18 / 2, abs=1.5)  # the first slices are left
    assert to_angle_deg(disc.frame.left, scene.frames[BLOB_LEVEL].left) < 3


def test_frames_are_those_of_the_landmarks(tmp_path: Path) -> None:
    scene, built = build_small(tmp_path, VARIANTS["plain"])
    for disc, true in zip(built.discs, scene.frames, strict=True):
        assert np.linalg.norm(disc.frame.centre - true.centre) < 0.5
    assert [disc.remarks for disc in built.discs] == [("axial: missing",)] * 3 + [()] * 3
    assert built.refusals == ()


def test_each_file_is_read_once(tmp_path: Path) -> None:
    asked: list[tuple[int, int]] = []

    def counting(stack: Stack, slices: slice) -> Volume:
        asked.extend((source.file_number, source.frame) for source in stack.sources[slices])
        return read_volume(stack, slices)

    scene = write_small_study(tmp_path)
    build_discs(read_study(tmp_path), to_landmarks(scene, to_study_id("P1")), SETTINGS, counting)
    assert len(asked) == len(set(asked)) >= 13 + 18


def test_without_axial_images_there_is_the_sagittal_view(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path, protocol=make_small_protocol(axial=False))
    built = build_discs(read_study(tmp_path), to_landmarks(scene, "P1"), SETTINGS)
    assert [(disc.axial, len(disc.sagittal), disc.remarks) for disc in built.discs] == [
        ((), 1, ("axial: missing",))
    ] * 6
    assert [(refusal.source, refusal.code) for refusal in built.refusals] == [("axial view", "no-axial")]


def test_without_sagittal_images_there_is_nothing(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path, protocol=make_small_protocol(sagittal=False))
    built = build_discs(read_study(tmp_path), to_landmarks(scene, "P1"), SETTINGS)
    assert built.discs == ()
    assert [(refusal.source, refusal.code) for refusal in built.refusals] == [("study", "no-sagittal")]


def test_frames_of_reference_that_differ_are_marked_or_refused(tmp_path: Path) -> None:
    variant = VARIANTS["frame of reference per series"]
    _, built = build_small(tmp_path / "a", variant)
    assert built.discs[-1].remarks == ("geometry: frame-of-reference-differs",)
    strict = PipelineSettings(selection=SelectionSettings(strict_frame_of_reference=True))
    _, built = build_small(tmp_path / "b", variant, strict)
    assert [disc.axial for disc in built.discs] == [()] * 6
    assert [(refusal.code, refusal.tag) for refusal in built.refusals] == [
        ("frame-of-reference-differs", "FrameOfReferenceUID (0020,0052)"),
        ("no-axial", ""),
    ]


def test_landmarks_elsewhere_refuse_each_disc(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path)
    far = replace(to_landmarks(scene, "P1"), points=scene.centroids + np.array([0, 400, 0]))
    built = build_discs(read_study(tmp_path), far, SETTINGS)
    assert built.discs == ()
    assert [(refusal.source, refusal.code) for refusal in built.refusals] == [
        (str(level), "outside-sagittal") for level in LEVELS
    ]


def test_landmarks_that_no_spine_has_refuse_the_study(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path)
    wrong = replace(to_landmarks(scene, "P1"), points=scene.centroids[::-1])
    built = build_discs(read_study(tmp_path), wrong, SETTINGS)
    assert [(refusal.source, refusal.code) for refusal in built.refusals] == [("landmarks", "landmarks-upside-down")]


def test_a_level_without_its_vertebrae_is_refused_and_the_others_stay(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path)
    known = to_landmarks(scene, "P1")
    fewer = Landmarks("P1", known.structures[2:], known.points[2:], known.confidence[2:])
    built = build_discs(read_study(tmp_path), fewer, SETTINGS)
    assert [disc.frame.level for disc in built.discs] == list(LEVELS[2:])
    assert {refusal.source for refusal in built.refusals} == {"T12-L1", "L1-L2"}


def test_remarks_of_landmarks_go_with_each_disc(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path)
    doubtful = replace(to_landmarks(scene, "P1"), remarks=("ambiguous-numbering",))
    built = build_discs(read_study(tmp_path), doubtful, SETTINGS)
    assert [disc.remarks[-1] for disc in built.discs] == ["ambiguous-numbering"] * 6


def test_a_localizer_takes_the_place_of_landmarks(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path)
    study = read_study(tmp_path)

    def localize(given: Study, selection: Selection) -> Landmarks:
        assert given is study
        assert selection.sagittal is not None
        return to_landmarks(scene, study.study_id)

    def fail(given: Study, selection: Selection) -> Landmarks:
        raise LandmarkError("no-spine", "no vertebra was found")

    assert len(build_discs(study, localize, SETTINGS).discs) == 6
    assert [refusal.code for refusal in build_discs(study, fail, SETTINGS).refusals] == ["no-spine"]


def test_the_paper_s_curve_lies_in_one_plane(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path)
    bent = to_landmarks(scene, "P1")
    bent = replace(bent, points=bent.points + np.outer([0, 4, 7, 8, 7, 4, 0], [1.0, 0, 0]))
    space = build_discs(read_study(tmp_path), bent, SETTINGS)
    flat = build_discs(read_study(tmp_path), bent, PipelineSettings(curve=CurveSettings(CurveMode.MID_SLICE)))

    def sideways(frame: DiscFrame) -> float:
        return float(abs(frame.sup[0]))

    assert sideways(space.discs[0].frame) > 0.05
    assert max(sideways(disc.frame) for disc in flat.discs) < 1e-6
    assert space.discs[3].frame.level is Level.L3_L4


def test_a_study_with_damaged_pixels_keeps_what_can_be_read(tmp_path: Path) -> None:
    scene = write_small_study(tmp_path)
    study = read_study(tmp_path)
    axial = next(series for series in study.series if series.plane == "axial")
    path = axial.stacks[0].sources[2].path
    path.write_bytes(path.read_bytes()[:-300])
    built = build_discs(study, to_landmarks(scene, "P1"), SETTINGS)
    assert [len(disc.axial) for disc in built.discs] == [0, 0, 0, 0, 1, 1]
    (refusal,) = built.refusals
    assert (refusal.source, refusal.code) == (f"series {axial.number}", "damaged-pixels")
    assert str(tmp_path) not in str(refusal)
