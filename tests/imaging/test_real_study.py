"""A real patient through the whole way, files to store to volumes; skipped where the data is not there."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pydicom
import pytest

from imaging.dicom.scan import scan_studies, ScanSettings
from imaging.geometry import FloatArray, transform
from imaging.grids import AXIAL, Grid, SAGITTAL, to_grid_affine
from imaging.label_points import LabelPoints, parse_label_points, to_slice_affine
from imaging.pipeline import build_discs, PipelineSettings
from imaging.point_landmarks import to_point_landmarks
from imaging.resampling.by_numpy import sample_crops
from imaging.store.crop import Crop, DiscCrops
from imaging.store.reader import VolumeStore
from imaging.store.study_file import write_study
from imaging.store.writer import open_for_writing, write_index
from lexicons.vocabulary import LEVELS, Task

RSNA = Path(__file__).parents[2] / "../shared/data/rsna2024"
STUDY = "100206310"
FOLDER = RSNA / "train_images" / STUDY

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no ../shared/data/rsna2024 beside the repository")


class Patient(NamedTuple):
    store: VolumeStore
    points: LabelPoints
    labels: pd.DataFrame


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    labels = pd.read_csv(RSNA / "train_label_coordinates.csv", dtype={"study_id": str, "series_id": str})
    points = parse_label_points(labels, STUDY, {key: to_affine_of(header) for key, header in read_headers().items()})
    (study,) = scan_studies([FOLDER.parent], ScanSettings(study_id_from="folder")).studies
    built = build_discs(study, to_point_landmarks(STUDY, points), PipelineSettings())
    store = tmp_path_factory.mktemp("store")
    open_for_writing(store, {})
    write_study(store, STUDY, "", built.discs, built.refusals)
    write_index(store)
    return Patient(VolumeStore(store), points, labels[labels["study_id"] == STUDY])


def read_headers() -> dict[tuple[str, int], pydicom.Dataset]:
    return {(path.parent.name, int(path.stem)): pydicom.dcmread(path) for path in FOLDER.glob("*/*.dcm")}


def to_affine_of(header: pydicom.Dataset) -> FloatArray:
    spacing = [float(value) for value in header.PixelSpacing]
    position, orientation = (np.array(header[name].value, float) for name in (0x200032, 0x200037))
    return to_slice_affine(position, orientation, (spacing[0], spacing[1]))


def discs_of(patient: Patient) -> list[DiscCrops]:
    return [patient.store.read_disc(STUDY, level) for level in LEVELS[1:]]


def to_mm(disc: DiscCrops, grid: Grid, point: FloatArray) -> FloatArray:
    """Where a point lies in a volume: mm from its middle along depth, height and width."""
    index = transform(np.linalg.inv(to_grid_affine(grid, disc.frame)), point)[::-1]
    spacing = np.array(grid.extent_mm) / grid.samples
    return np.asarray((index - (np.array(grid.samples) - 1) / 2) * spacing)


def test_both_views_of_the_five_labelled_discs_are_there(patient: Patient) -> None:
    for disc in discs_of(patient):
        assert (len(disc.sagittal), len(disc.axial) >= 1) == (1, True)
        assert disc.remarks == ("geometry: frame-of-reference-differs",)
        for crops, grid in ((disc.axial, AXIAL), (disc.sagittal, SAGITTAL)):
            _, mask = sample_crops(crops, disc.frame, replace(grid, samples=(8, 40, 40)))
            assert mask.mean() > 0.7


def test_each_label_point_lies_where_it_should_in_its_disc_s_volumes(patient: Patient) -> None:
    assert len(patient.points) == 25
    for disc in discs_of(patient):
        for task in Task:
            point = patient.points[disc.frame.level, task]
            up, back, left = to_mm(disc, AXIAL, point)
            right, down, behind = to_mm(disc, SAGITTAL, point)
            assert abs(up) < 12 and abs(down) < 12
            assert 5 < back < 35 and -10 < behind < 25
            if task is Task.SCS:
                assert abs(left) < 8 and abs(right) < 8
            else:
                assert 3 < (left if task.startswith("L") else -left) < 35
                assert 3 < (-right if task.startswith("L") else right) < 35


@pytest.mark.parametrize(("task", "view"), [(Task.SCS, "sagittal"), (Task.LSS, "axial"), (Task.RSS, "axial")])
def test_the_store_has_the_voxels_that_were_labelled(patient: Patient, task: Task, view: str) -> None:
    """On the labelled slice, and a few millimetres around the point, the store says what the file says."""
    names = {"SCS": "spinal_canal_stenosis", "LSS": "left_subarticular_stenosis", "RSS": "right_subarticular_stenosis"}
    headers, seen = read_headers(), 0
    for row in patient.labels[patient.labels["condition"] == names[task]].itertuples():
        level = row.level.upper().replace("_", "-")
        disc = patient.store.read_disc(STUDY, level)
        header = headers[row.series_id, row.instance_number]
        i, j = round(row.x), round(row.y)
        for di, dj in ((0, 0), (9, 0), (0, 9), (-9, 0), (0, -9)):
            point = transform(to_affine_of(header), np.array([i + di, j + dj, 0.0]))
            for crop in disc.sagittal if view == "sagittal" else disc.axial:
                value = sample_at(crop, point)
                if value is not None:
                    seen += 1
                    assert value == pytest.approx(int(header.pixel_array[j + dj, i + di]), abs=0.5)
    assert seen >= 20


def sample_at(crop: Crop, point: FloatArray) -> float | None:
    """The voxel at a point; None where the point lies between voxels, or outside."""
    index = crop.volume.to_indices(point)[::-1]
    nearest = np.rint(index).astype(int)
    if np.abs(index - nearest).max() > 0.02 or np.any(nearest < 0) or np.any(nearest >= crop.volume.voxels.shape):
        return None
    return float(crop.volume.voxels[tuple(nearest)] * crop.scale + crop.offset)
