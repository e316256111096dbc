"""However a study is acquired and stored, a bright blob in the patient's left foramen lands in the same voxel."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from imaging.crop_plan import CropSettings, cut_discs, PlacedStack, plan_disc
from imaging.dicom.pixels import read_volume
from imaging.dicom.scan import scan_studies
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.grids import AXIAL, Grid, SAGITTAL
from imaging.phantom.protocol import AxialLayout, draw_protocol, Protocol, ProtocolSettings, SlicePlan
from imaging.phantom.study import write_scene
from imaging.phantom.study_key import StudyKey
from imaging.phantom.variant import PLAIN_STUDY, Variant
from imaging.phantom.variants import DIRECTIONS, FILES, HEADERS, ORDERS, PIXELS, STACKS, VARIANTS
from imaging.resampling.by_numpy import sample_crops
from imaging.selection import select_series
from imaging.study import Series, Study
from lexicons.vocabulary import LEVELS, View
from tests.imaging.phantom.analytic_scene import BLOB_FROM_DISC, BLOB_LEVEL, BLOB_RADIUS_MM, make_scene

COARSE_AXIAL = replace(AXIAL, samples=(8, 90, 90))
COARSE_SAGITTAL = replace(SAGITTAL, samples=(25, 40, 80))
"""The paper's extents with voxels of 1 mm in the plane, so that half a voxel is 0.5 mm, and 1 mm along the slices."""

SETTINGS = CropSettings(COARSE_AXIAL, COARSE_SAGITTAL)
KEY = StudyKey("P1", 11)


class Volumes(NamedTuple):
    axial: FloatArray
    sagittal: FloatArray


def make_protocol(layout: AxialLayout) -> Protocol:
    drawn = draw_protocol(np.random.default_rng(6), ProtocolSettings(layout=layout, localizer=False, screenshot=False))
    return replace(
        drawn,
        sagittal=SlicePlan((66, 52), (3.6, 4.1), 4.0, 0.4, 13),
        axial=SlicePlan((44, 40), (3.6, 4.1), 4.0, 0.2, 0),
        sagittal_sequences=drawn.sagittal_sequences[:1],
        axial_sequences=drawn.axial_sequences[:1],
        stack_slices=(5,) * 6,
        covered=LEVELS[-3:],
    )


def read_discs(folder: Path, frame: DiscFrame) -> Volumes:
    """Through the whole way: scan, selection, crops, and one interpolation with the true frame."""
    scan = scan_studies([folder])
    assert [study.study_id for study in scan.studies] == [KEY.to_uid("study")], scan.refusals
    return to_volumes(scan.studies[0], frame)


def to_places(series: Sequence[Series]) -> list[PlacedStack]:
    return [PlacedStack(one, number) for one in series for number in range(len(one.stacks))]


def to_volumes(study: Study, frame: DiscFrame) -> Volumes:
    selection = select_series(study)
    assert selection.sagittal is not None
    plan = plan_disc(frame, to_places([selection.sagittal]), to_places(selection.axial), SETTINGS)
    assert plan is not None
    (disc,), refusals = cut_discs(study.study_id, [plan], SETTINGS, read_volume)
    assert not refusals
    return Volumes(
        sample_crops(disc.axial, frame, COARSE_AXIAL)[0].astype(np.float64),
        sample_crops(disc.sagittal, frame, COARSE_SAGITTAL)[0].astype(np.float64),
    )


def to_spot(values: FloatArray, is_inside: FloatArray) -> FloatArray:
    """The centre of what is brighter than half the blob, (depth, height, width) in voxels."""
    background = np.median(values[is_inside])
    signal = np.where(is_inside, np.abs(values - background), 0.0)
    bright = np.argwhere(signal > signal.max() / 2)
    return np.asarray(np.average(bright, axis=0, weights=signal[tuple(bright.T)]))


def to_true_spot(grid: Grid) -> FloatArray:
    """Where the blob lies in the disc's grid, by what the axes of the two views are said to be, found in that way."""
    left, post, sup = BLOB_FROM_DISC - grid.shift_mm
    centre = (sup, post, left) if grid.view is View.AXIAL else (-left, -sup, post)
    places = [((np.arange(n) + 0.5) / n - 0.5) * extent for n, extent in zip(grid.samples, grid.extent_mm, strict=True)]
    along = [np.exp(-0.5 * ((place - at) / BLOB_RADIUS_MM) ** 2) for place, at in zip(places, centre, strict=True)]
    return to_spot(np.einsum("d,h,w->dhw", *along), np.ones(grid.samples, dtype=bool))


TRUE_SPOTS = (to_true_spot(COARSE_AXIAL), to_true_spot(COARSE_SAGITTAL))


def check_blob(volumes: Volumes) -> None:
    for values, grid, spot in zip(volumes, (COARSE_AXIAL, COARSE_SAGITTAL), TRUE_SPOTS, strict=True):
        offset = to_spot(values, values != 0) - spot
        assert np.abs(offset).max() < 0.5, f"{grid.view}: the blob is {np.round(offset, 2)} voxels (d, h, w) away"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Volumes:
    return read_variant(tmp_path_factory.mktemp("plain"), PLAIN_STUDY)


def read_variant(folder: Path, variant: Variant, layout: AxialLayout = AxialLayout.STACKS) -> Volumes:
    scene = write_scene(folder, make_scene(5.0), make_protocol(layout), KEY, variant)
    return read_discs(folder, scene.frames[BLOB_LEVEL])


@pytest.mark.parametrize("layout", [AxialLayout.BLOCK, AxialLayout.BLOCK_AND_ANGLED])
@pytest.mark.parametrize("name", ["plain", "half turn", "enhanced", "reversed numbers", "turned about all axes"])
def test_it_does_so_in_every_axial_layout(tmp_path: Path, layout: AxialLayout, name: str) -> None:
    check_blob(read_variant(tmp_path, VARIANTS[name], layout))


SAME_VOXELS = {
    "plain",
    *ORDERS,
    *(name for name in DIRECTIONS if "turned" not in name),
    *("resent", "copied", "series per stack", "sagittal halves", "sagittal alternate"),
    *(
        name
        for name in FILES
        if name not in ("jpeg 8 bits", "jpeg 2000", "jpeg-ls near lossless", "enhanced, mixed matrix")
    ),
    *("signed", *HEADERS),
}
"""The variants in which the same slices are stored otherwise: their disc volumes are equal, not only alike."""


@pytest.mark.parametrize("name", VARIANTS)
def test_the_blob_lands_in_its_voxel(tmp_path: Path, plain: Volumes, name: str) -> None:
    volumes = read_variant(tmp_path, VARIANTS[name])
    check_blob(volumes)
    if name in SAME_VOXELS:
        np.testing.assert_allclose(volumes.axial, plain.axial, atol=0.05)
        np.testing.assert_allclose(volumes.sagittal, plain.sagittal, atol=0.05)


def test_the_check_sees_a_mirrored_volume(plain: Volumes) -> None:
    check_blob(plain)
    with pytest.raises(AssertionError, match="axial"):
        check_blob(Volumes(plain.axial[..., ::-1], plain.sagittal))
    with pytest.raises(AssertionError, match="sagittal"):
        check_blob(Volumes(plain.axial, plain.sagittal[::-1]))


def test_every_variant_stands_in_one_group() -> None:
    groups = (ORDERS, DIRECTIONS, STACKS, FILES, PIXELS, HEADERS)
    assert sum(map(len, groups)) + 1 == len(VARIANTS)
