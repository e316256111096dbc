"""Slices are ordered by where they lie, stacks cut at gaps, and repairs leave a remark."""

from collections.abc import Callable, Sequence
from pathlib import Path

import highdicom.spatial
import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imaging.dicom.scan import scan_studies, ScanSettings
from imaging.geometry import Plane, transform
from imaging.refusal import Refusal
from imaging.study import Series, Stack
from imaging.volume import to_bare_volume
from tests.imaging.dicom.dicom_files import (
    AXIAL,
    CORONAL,
    make_dataset,
    make_enhanced,
    make_stack,
    SAGITTAL,
    T2,
    to_uid,
    write_files,
)

pytestmark = pytest.mark.filterwarnings("error")
"""pydicom's warnings quote values."""


def scan(folder: Path, datasets: Sequence) -> tuple[tuple[Series, ...], tuple[Refusal, ...]]:
    write_files(folder, datasets)
    found = scan_studies([folder])
    return found.studies[0].series, found.refusals


def scan_stacks(folder: Path, datasets: Sequence) -> list[Stack]:
    series, refusals = scan(folder, datasets)
    assert not refusals
    return [stack for one in series for stack in one.stacks]


def turn(orientation: Sequence[float], axis: str, degrees: float) -> tuple[float, ...]:
    return tuple(Rotation.from_euler(axis, degrees, degrees=True).apply(np.reshape(orientation, (2, 3))).ravel())


def to_heights(stack: Stack) -> list[float]:
    """Each slice's place along the normal, from the first."""
    volume = to_bare_volume(stack)
    points = volume.to_points(np.array([[0.0, 0.0, k] for k in range(stack.shape[0])]))
    return ((points - points[0]) @ volume.normal).tolist()


angles = st.floats(-180, 180)


@settings(max_examples=25, deadline=None)
@given(st.tuples(angles, angles, angles), st.tuples(*[st.floats(-300, 300)] * 3), st.floats(0.5, 9), st.integers(2, 6))
def test_the_affine_is_highdicoms_and_simpleitks(tmp_path_factory, turns, first, step_mm, count) -> None:
    folder = tmp_path_factory.mktemp("affine")
    orientation = Rotation.from_euler("xyz", turns, degrees=True).as_matrix()[:, :2].T.ravel()
    datasets = make_stack(orientation, first, count, step_mm, PixelSpacing=[0.7, 1.3], SliceThickness=step_mm)
    (stack,) = scan_stacks(folder, datasets[::-1])
    oracle = highdicom.spatial.create_affine_matrix_from_attributes(
        image_position=datasets[0].ImagePositionPatient,
        image_orientation=datasets[0].ImageOrientationPatient,
        pixel_spacing=(0.7, 1.3),
        spacing_between_slices=step_mm,
    )
    assert np.allclose(stack.affine, oracle, atol=1e-6)
    assert np.linalg.det(stack.affine[:3, :3]) > 0
    names = [str(source.path) for source in stack.sources]
    image = SimpleITK.ReadImage(names)
    for index in ([0, 0, 0], [5, 0, 0], [0, 7, 0], [2.5, 1.5, count - 1.25]):
        point = image.TransformContinuousIndexToPhysicalPoint(index)
        assert np.allclose(transform(stack.affine, np.array(index)), point, atol=1e-4)


def test_slices_go_by_position_whatever_their_numbers_and_names(tmp_path: Path) -> None:
    datasets = make_stack(SAGITTAL, (30, 0, 0), 5, InstanceNumber=7)
    (stack,) = scan_stacks(tmp_path, [datasets[k] for k in (3, 0, 4, 2, 1)])
    assert [int(source.path.stem) for source in stack.sources] == [1, 4, 3, 0, 2]
    assert stack.affine[:3, 2].tolist() == [-4, 0, 0]


def test_a_half_turn_in_the_plane_is_another_orientation(tmp_path: Path) -> None:
    turned = tuple(-value for value in AXIAL)
    stacks = scan_stacks(
        tmp_path, [*make_stack(AXIAL, (0, 0, 0), 3), *make_stack(turned, (0, 0, 12), 3, InstanceNumber=9)]
    )
    assert [stack.shape[0] for stack in stacks] == [3, 3]


@pytest.mark.parametrize(("degrees", "count"), [(0.5, 1), (1.5, 2)])
def test_orientations_below_a_degree_apart_are_one(tmp_path: Path, degrees: float, count: int) -> None:
    tilted = turn(AXIAL, "z", degrees)
    datasets = [*make_stack(AXIAL, (0, 0, 0), 3), *make_stack(tilted, (0, 0, 12), 3, InstanceNumber=9)]
    assert len(scan_stacks(tmp_path, datasets)) == count


def test_orientations_are_clustered_by_the_farthest_two(tmp_path: Path) -> None:
    """Six orientations of 0.6 degrees each to the next: chained they would be one."""
    datasets = [
        image
        for k in range(6)
        for image in make_stack(turn(AXIAL, "z", 0.6 * k), (0, 0, 12 * k), 3, InstanceNumber=10 + k)
    ]
    assert max(stack.shape[0] for stack in scan_stacks(tmp_path, datasets)) == 6


def test_tilted_stacks_stay_apart_each_with_its_own_directions(tmp_path: Path) -> None:
    tilts = (-20.0, -10.0, 0.4, 0.0, 15.0)
    datasets = [
        image
        for k, tilt in enumerate(tilts)
        for image in make_stack(turn(AXIAL, "x", tilt), (0, 0, -40 * k), 4, InstanceNumber=10 + k)
    ]
    series, refusals = scan(tmp_path, datasets)
    assert len(series) == 1 and series[0].plane is Plane.AXIAL and not refusals
    assert [stack.shape[0] for stack in series[0].stacks] == [4] * 5
    for stack, tilt in zip(series[0].stacks, tilts, strict=True):
        assert np.allclose(to_bare_volume(stack).normal, Rotation.from_euler("x", tilt, degrees=True).apply([0, 0, 1]))
        assert stack.remarks == ()


@pytest.mark.parametrize(
    ("orientation", "gap", "counts", "remarks"),
    [
        (AXIAL, 1.4, [6], ("uneven-steps",)),
        (AXIAL, 1.6, [3, 3], ()),
        (SAGITTAL, 1.4, [6], ("uneven-steps",)),
        (SAGITTAL, 2.0, [6], ("missing-slice", "uneven-steps")),
        (SAGITTAL, 2.6, [3, 3], ()),
    ],
)
def test_gaps_cut_but_in_sagittal_series_small_ones_are_missing_slices(
    tmp_path: Path, orientation, gap: float, counts: list[int], remarks: tuple[str, ...]
) -> None:
    normal = np.cross(orientation[:3], orientation[3:])
    second = normal * 4.0 * (2 + gap)
    datasets = [
        *make_stack(orientation, (0, 0, 0), 3),
        *make_stack(orientation, second, 3, InstanceNumber=9),
    ]
    stacks = scan_stacks(tmp_path, datasets)
    assert sorted(stack.shape[0] for stack in stacks) == counts
    assert stacks[0].remarks == remarks


def test_uneven_steps_keep_each_slices_place(tmp_path: Path) -> None:
    heights = [0.0, 4.0, 8.0, 16.0, 20.0, 24.3]
    datasets = [make_stack(SAGITTAL, (-height, 5, 6), 1, InstanceNumber=k)[0] for k, height in enumerate(heights)]
    (stack,) = scan_stacks(tmp_path, datasets)
    assert stack.slice_offsets_mm is not None and np.allclose(stack.slice_offsets_mm, heights)
    assert np.allclose(stack.affine[:3, 2], [-1, 0, 0]) and np.allclose(to_heights(stack), heights)


def test_small_departures_that_add_up_are_uneven(tmp_path: Path) -> None:
    steps = [4.0] * 8 + [4.09] * 8
    heights = np.concatenate([[0.0], np.cumsum(steps)])
    datasets = [make_stack(SAGITTAL, (-height, 0, 0), 1, InstanceNumber=k)[0] for k, height in enumerate(heights)]
    (stack,) = scan_stacks(tmp_path, datasets)
    assert np.allclose(to_heights(stack), heights, atol=1e-6)


def test_a_sheared_stack_keeps_its_step_and_says_so(tmp_path: Path) -> None:
    datasets = [make_stack(AXIAL, (0, 0.3 * k, 4 * k), 1, InstanceNumber=k)[0] for k in range(5)]
    (stack,) = scan_stacks(tmp_path, datasets)
    assert np.allclose(stack.affine[:3, 2], [0, 0.3, 4]) and stack.remarks == ("sheared",)


def test_a_sheared_sagittal_stack_may_miss_a_slice(tmp_path: Path) -> None:
    datasets = [make_stack(SAGITTAL, (-4 * k, 2.0 * k, 0), 1, InstanceNumber=k)[0] for k in (0, 1, 2, 4, 5, 6)]
    (stack,) = scan_stacks(tmp_path, datasets)
    assert stack.remarks == ("missing-slice", "sheared", "uneven-steps")
    points = to_bare_volume(stack).to_points(np.array([[0.0, 0, 3], [0, 0, 5]]))
    assert np.allclose(points, [[-16, 8, 0], [-24, 12, 0]])


def test_a_jump_within_the_plane_cuts(tmp_path: Path) -> None:
    datasets = [*make_stack(AXIAL, (0, 0, 0), 4), *make_stack(AXIAL, (0, 30, 16), 4, InstanceNumber=9)]
    assert [stack.shape[0] for stack in scan_stacks(tmp_path, datasets)] == [4, 4]


def test_stacks_beside_each_other_are_told_apart(tmp_path: Path) -> None:
    datasets = [*make_stack(AXIAL, (0, 0, 0), 4), *make_stack(AXIAL, (0, 30, 0), 4, InstanceNumber=9)]
    stacks = scan_stacks(tmp_path, datasets)
    assert [(stack.shape[0], stack.affine[1, 3]) for stack in stacks] == [(4, 0), (4, 30)]


@pytest.mark.parametrize("offset", [0.3, 1.0, 2.0, 3.7])
def test_blocks_of_a_long_spine_are_told_apart_wherever_their_slices_lie(tmp_path: Path, offset: float) -> None:
    upper, lower = (30 + offset, 0, 200), (30, 0, 0)
    stacks = scan_stacks(tmp_path, [*make_stack(SAGITTAL, upper, 9), *make_stack(SAGITTAL, lower, 9)])
    assert [stack.shape[0] for stack in stacks] == [9, 9]
    assert [stack.affine[2, 3] for stack in stacks] == [200, 0] and not any(stack.remarks for stack in stacks)


def test_parallel_axial_stacks_that_overlap_are_told_apart(tmp_path: Path) -> None:
    datasets = [*make_stack(AXIAL, (0, 0, 0), 5), *make_stack(AXIAL, (0, 6, 15), 5)]
    assert [stack.shape[0] for stack in scan_stacks(tmp_path, datasets)] == [5, 5]


def test_single_slices_far_apart_are_no_volume(tmp_path: Path) -> None:
    datasets = [make_stack(AXIAL, (0, 0, 30 * k), 1, InstanceNumber=k)[0] for k in range(5)]
    stacks = scan_stacks(tmp_path, datasets)
    assert [stack.shape[0] for stack in stacks] == [1] * 5
    assert {stack.remarks for stack in stacks} == {("single-slice",)}


def test_a_single_slice_is_as_thick_as_it_says(tmp_path: Path) -> None:
    (stack,) = scan_stacks(tmp_path / "a", make_stack(AXIAL, (0, 0, 0), 1, SliceThickness=5.0))
    assert stack.affine[:3, 2].tolist() == [0, 0, 5]
    (stack,) = scan_stacks(
        tmp_path / "b", make_stack(AXIAL, (0, 0, 0), 1, SliceThickness=None, SpacingBetweenSlices=6.0)
    )
    assert (stack.affine[2, 2], stack.thickness_mm) == (6, 6)


def test_a_single_slice_without_thickness_is_refused(tmp_path: Path) -> None:
    series, refusals = scan(tmp_path, make_stack(AXIAL, (0, 0, 0), 1, SliceThickness=None))
    assert [(r.source, r.code, r.tag) for r in refusals] == [
        ("series 1", "missing-thickness", "SliceThickness (0018,0050)")
    ]
    assert series[0].excluded.startswith("missing-thickness: ")


def test_a_missing_thickness_is_the_step(tmp_path: Path) -> None:
    (stack,) = scan_stacks(tmp_path, make_stack(AXIAL, (0, 0, 0), 3, 5.0, SliceThickness=None))
    assert (stack.thickness_mm, stack.remarks) == (5.0, ("thickness-from-step",))


def test_the_same_file_twice_counts_once(tmp_path: Path) -> None:
    datasets = make_stack(SAGITTAL, (0, 0, 0), 4)
    series, _ = scan(tmp_path, [*datasets, datasets[2]])
    assert [stack.shape[0] for stack in series[0].stacks] == [4] and series[0].images == 4
    assert series[0].remarks == ("same-instance-twice",) and series[0].stacks[0].remarks == ()


def test_of_two_copies_the_one_of_the_higher_number_is_kept(tmp_path: Path) -> None:
    for number, name in ((9, "a"), (1, "b")):
        copies = make_stack(SAGITTAL, (0, 0, 0), 3, SOPInstanceUID=to_uid("same"))
        copies[1].InstanceNumber = number
        (stack,) = scan_stacks(
            tmp_path / name,
            [*copies, make_stack(SAGITTAL, (-4, 0, 0), 1, SOPInstanceUID=to_uid("same"), InstanceNumber=5)[0]],
        )
        assert stack.sources[1].path.stem == ("1" if number == 9 else "3")


def test_one_uid_at_two_places_is_two_slices(tmp_path: Path) -> None:
    series, _ = scan(tmp_path, make_stack(SAGITTAL, (0, 0, 0), 4, SOPInstanceUID=to_uid("same")))
    assert series[0].stacks[0].shape[0] == 4 and series[0].remarks == ("repeated-instance-uid",)


@pytest.mark.parametrize(
    ("pixels", "remark"), [(b"\2" * 96, "duplicate-slice"), (b"\7" * 96, "duplicate-slice-differs")]
)
def test_a_slice_sent_again_keeps_the_highest_number(tmp_path: Path, pixels: bytes, remark: str) -> None:
    again = make_stack(SAGITTAL, (-8.02, 0, 0), 1, InstanceNumber=99, PixelData=pixels)
    (stack,) = scan_stacks(tmp_path, [*again, *make_stack(SAGITTAL, (0, 0, 0), 4)])
    assert stack.shape[0] == 4 and stack.remarks == (remark,)
    assert stack.sources[2].path.stem == "0"


def test_a_series_sent_again_under_its_uid_counts_once(tmp_path: Path) -> None:
    datasets = make_stack(SAGITTAL, (0, 0, 0), 4)
    again = make_stack(SAGITTAL, (0, 0, 0), 4, ContentQualification="PRODUCT")
    (stack,) = scan_stacks(tmp_path, datasets + again)
    assert stack.shape[0] == 4 and stack.remarks == ("duplicate-slice",)


def test_acquisitions_at_the_same_places_are_series_of_their_own(tmp_path: Path) -> None:
    datasets = [image for k in (1, 2) for image in make_stack(SAGITTAL, (0, 0, 0), 4, AcquisitionNumber=k)]
    series, refusals = scan(tmp_path, datasets)
    assert [[stack.shape[0] for stack in one.stacks] for one in series] == [[4], [4]] and not refusals
    assert {one.remarks for one in series} == {("split-series",)}
    assert [one.stacks[0].sources[0].path.stem for one in series] == ["0", "4"]


def test_the_images_of_a_dixon_acquisition_are_series_of_their_own(tmp_path: Path) -> None:
    kinds = ("IN_PHASE", "OPP_PHASE", "WATER", "FAT")
    datasets = [
        image
        for kind in kinds
        for image in make_stack(SAGITTAL, (30, 0, 0), 4, ImageType=["ORIGINAL", "PRIMARY", "M", "DIXON", kind], **T2)
    ]
    series, refusals = scan(tmp_path / "a", datasets)
    again, _ = scan(tmp_path / "b", datasets[::-1])
    kinds_of = [[str(one.weighting) + str(one.fat_suppressed) for one in found] for found in (series, again)]
    assert kinds_of[0] == kinds_of[1] and not refusals
    assert [one.stacks[0].shape[0] for one in series] == [4, 4, 4, 4]
    assert sorted((str(one.weighting), one.fat_suppressed) for one in series) == [
        ("T2", False), ("T2", True), ("other", False), ("other", False),
    ]  # fmt: skip


def test_acquisitions_at_places_of_their_own_are_one_series(tmp_path: Path) -> None:
    datasets = [make_stack(SAGITTAL, (-4 * k, 0, 0), 1, AcquisitionNumber=k)[0] for k in range(4)]
    assert [stack.shape[0] for stack in scan_stacks(tmp_path, datasets)] == [4]


def test_one_slice_taken_again_is_the_later_one(tmp_path: Path) -> None:
    again = make_stack(SAGITTAL, (-8, 0, 0), 1, AcquisitionNumber=2, PixelData=b"\7" * 96)
    (stack,) = scan_stacks(tmp_path, [*make_stack(SAGITTAL, (0, 0, 0), 5, AcquisitionNumber=1), *again])
    assert stack.shape[0] == 5 and stack.sources[2].path.stem == "5"


@pytest.mark.parametrize(
    "other",
    [
        {"EchoTime": 20.0},
        {"EchoNumbers": 2},
        {"TemporalPositionIdentifier": 2},
        {"Rows": 6, "PixelData": bytes(72)},
        {"Columns": 5, "PixelData": bytes(80)},
        {"PixelSpacing": [31.0, 40.0]},
        {"ImageType": ["ORIGINAL", "PRIMARY", "W"]},
        {"DiffusionBValue": 500.0},
        {"TriggerTime": 120.0},
    ],
)
def test_what_cannot_be_one_image_is_split(tmp_path: Path, other: dict) -> None:
    plain = {"EchoTime": 100.0, "EchoNumbers": 1, "TemporalPositionIdentifier": 1, "TriggerTime": 20.0}
    datasets = [*make_stack(SAGITTAL, (0, 0, 0), 4, **plain), *make_stack(SAGITTAL, (0, 0, 0), 4, **(plain | other))]
    assert [stack.shape[0] for stack in scan_stacks(tmp_path, datasets)] == [4, 4]


def test_all_positions_equal_is_refused(tmp_path: Path) -> None:
    datasets = make_stack(SAGITTAL, (0, 0, 0), 5, ImagePositionPatient=[0.0, 0.0, 0.0])
    series, refusals = scan(tmp_path, datasets)
    assert [(r.study_id, r.source, r.code) for r in refusals] == [("1.2.3", "series 1", "positions-equal")]
    assert "ImagePositionPatient (0020,0032)" in refusals[0].reason and "all 5 images" in refusals[0].reason
    assert series[0].stacks == () and series[0].excluded.startswith("positions-equal: ")


def test_all_positions_equal_is_refused_without_instance_numbers(tmp_path: Path) -> None:
    datasets = make_stack(SAGITTAL, (0, 0, 0), 5, ImagePositionPatient=[0.0, 0.0, 0.0], InstanceNumber=None)
    _, refusals = scan(tmp_path, datasets)
    assert [(r.code, r.tag) for r in refusals] == [("positions-equal", "ImagePositionPatient (0020,0032)")]


def test_images_without_a_place_are_refused_once_a_series_and_a_reason(tmp_path: Path) -> None:
    datasets = make_stack(SAGITTAL, (0, 0, 0), 7, ImagePositionPatient=None)
    series, refusals = scan(tmp_path, datasets)
    assert [(r.source, r.code) for r in refusals] == [("series 1", "missing-position")]
    assert "in 7 of 7 images (file 1, 2, 3, 4, 5, ...)" in refusals[0].reason
    assert series[0].excluded and not series[0].stacks


def test_the_other_images_of_the_series_are_used(tmp_path: Path) -> None:
    datasets = make_stack(SAGITTAL, (0, 0, 0), 7)
    del datasets[6].PixelSpacing
    del datasets[0].ImageOrientationPatient
    series, refusals = scan(tmp_path, datasets)
    assert sorted((r.code, "1 of " in r.reason) for r in refusals) == [
        ("missing-orientation", True),
        ("missing-spacing", True),
    ]
    assert [stack.shape[0] for one in series for stack in one.stacks] == [5]


def test_a_localizer_of_three_planes_is_left_out(tmp_path: Path) -> None:
    planes = (SAGITTAL, AXIAL, CORONAL)
    datasets = [image for k, plane in enumerate(planes) for image in make_stack(plane, (0, 0, 50 * k), 3)]
    series, refusals = scan(tmp_path, datasets)
    assert {one.plane for one in series} == {Plane.SAGITTAL, Plane.AXIAL, Plane.CORONAL}
    assert all(one.excluded.startswith("localizer: ") and not one.stacks for one in series) and not refusals


def test_pictures_are_refused_with_the_tag(tmp_path: Path) -> None:
    datasets = [
        make_dataset(SamplesPerPixel=3, SeriesInstanceUID=to_uid("a"), PhotometricInterpretation="RGB"),
        make_dataset(SOPClassUID="1.2.840.10008.5.1.4.1.1.7", SeriesInstanceUID=to_uid("b")),
        make_dataset(BurnedInAnnotation="YES", SeriesInstanceUID=to_uid("c")),
    ]
    _, refusals = scan(tmp_path, datasets)
    assert sorted((r.code, r.tag) for r in refusals) == [
        ("burned-in", "BurnedInAnnotation (0028,0301)"),
        ("colour", "SamplesPerPixel (0028,0002)"),
        ("secondary-capture", "SOPClassUID (0008,0016)"),
    ]


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4"])
def test_the_stacks_of_a_multi_frame_file_do_not_collapse(tmp_path: Path, sop_class: str) -> None:
    tilts = (-15.0, 0.0, 20.0)
    parts = [(turn(AXIAL, "x", tilt), (0, 0, -40 * k), 5) for k, tilt in enumerate(tilts)]
    series, refusals = scan(tmp_path, [make_enhanced(parts, SOPClassUID=sop_class)])
    assert len(series) == 1 and series[0].images == 15 and not refusals
    assert [stack.shape for stack in series[0].stacks] == [(5, 8, 6)] * 3
    for stack, (orientation, first, _) in zip(series[0].stacks, parts, strict=True):
        assert np.allclose(stack.affine[:3, 3], first)
        assert np.allclose(stack.affine[:3, 2], np.cross(orientation[:3], orientation[3:]) * 4, atol=1e-6)
    frames = [source.frame for stack in series[0].stacks for source in stack.sources]
    assert sorted(frames) == list(range(15))


def test_an_enhanced_file_twice_counts_once(tmp_path: Path) -> None:
    dataset = make_enhanced([(SAGITTAL, (0, 0, 0), 4)])
    series, _ = scan(tmp_path, [dataset, dataset])
    assert series[0].stacks[0].shape[0] == 4 and series[0].remarks == ("same-instance-twice",)


def divide(datasets: list, uid_of: Callable[[int], int]) -> list:
    for k, dataset in enumerate(datasets):
        dataset.SeriesInstanceUID = to_uid("part", uid_of(k))
        dataset.SeriesNumber = uid_of(k) + 3
    return datasets


@pytest.mark.parametrize("uid_of", [lambda k: k // 5, lambda k: k % 2, lambda k: k % 3])
def test_a_sagittal_stack_under_several_uids_is_one_series(tmp_path: Path, uid_of: Callable[[int], int]) -> None:
    (series,), refusals = scan(tmp_path, divide(make_stack(SAGITTAL, (30, 0, 0), 10, 4.4, **T2), uid_of))
    assert not refusals and series.remarks == ("joined-series",) and series.images == 10
    assert [stack.shape[0] for stack in series.stacks] == [10] and not series.stacks[0].remarks


def test_parts_of_one_stack_may_each_have_a_frame_of_reference(tmp_path: Path) -> None:
    datasets = make_stack(SAGITTAL, (30, 0, 0), 5, 4.0, "one", **T2)
    datasets += make_stack(SAGITTAL, (10, 0, 0), 5, 4.0, "two", FrameOfReferenceUID="1.2.9", **T2)
    (series,), refusals = scan(tmp_path, datasets)
    assert not refusals and series.stacks[0].shape[0] == 10
    assert series.remarks == ("joined-series", "several-frames-of-reference") and series.frame_of_reference == ""


@pytest.mark.parametrize(
    ("first", "step_mm", "other"),
    [
        ((28, 0, 0), 4.0, {}),
        ((30, 0, 0), 4.0, {}),
        ((10, 3, 0), 4.0, {}),
        ((9, 0, 0), 4.0, {}),
        ((10, 0, 0), 4.0, {"EchoTime": 90.0}),
        ((10, 0, 0), 4.0, {"SeriesDescription": "T2 FS"}),
    ],
)
def test_sagittal_series_that_are_no_parts_of_one_stay_apart(tmp_path: Path, first, step_mm: float, other) -> None:
    datasets = make_stack(SAGITTAL, (30, 0, 0), 5, step_mm, "one", **T2)
    datasets += make_stack(SAGITTAL, first, 5, step_mm, "two", **(T2 | other))
    series, refusals = scan(tmp_path, datasets)
    assert len(series) == 2 and not refusals and not any(one.remarks for one in series)


def test_several_frames_of_reference_in_a_series_are_none(tmp_path: Path) -> None:
    datasets = make_stack(SAGITTAL, (0, 0, 0), 4, **T2)
    datasets[1].FrameOfReferenceUID = "1.2.3.10"
    series, _ = scan(tmp_path, datasets)
    assert series[0].frame_of_reference == "" and series[0].remarks == ("several-frames-of-reference",)


def test_the_real_axial_series_has_its_tilted_stacks() -> None:
    folder = Path(__file__).parents[3] / "../shared/data/rsna2024/train_images"
    if not (folder / "100206310").is_dir():
        pytest.skip("the RSNA 2024 patient is not on this machine")
    found = scan_studies([folder], ScanSettings("folder"))
    (study,) = found.studies
    assert not found.refusals and study.study_id == "100206310"
    assert sorted((s.plane, s.weighting) for s in study.series) == [
        ("axial", "T2"),
        ("sagittal", "T1"),
        ("sagittal", "T2"),
    ]
    (axial,) = (s for s in study.series if s.plane is Plane.AXIAL)
    assert [stack.shape[0] for stack in axial.stacks] == [7, 8, 8, 9, 9, 9, 10]
    assert all(stack.remarks == () and stack.slice_offsets_mm is None for stack in axial.stacks)
    directions = {tuple(np.round(to_bare_volume(stack).normal, 4)) for stack in axial.stacks}
    assert len(directions) == 6
