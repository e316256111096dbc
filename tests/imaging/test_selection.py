"""The best sagittal T2 series and the axial ones in its space are used, and every other has its reason."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imaging.dicom.scan import scan_studies
from imaging.geometry import Plane
from imaging.overlap import to_shared_slices
from imaging.selection import select_series, SelectionSettings
from imaging.study import Series, SliceSource, Stack, Study, Weighting

STRICT = SelectionSettings(strict_frame_of_reference=True)


def stack(plane: Plane, centre=(0.0, 0.0, 0.0), slices=15, rows=300, step_mm=4.0, spacing_mm=1.0) -> Stack:
    """A stack of square images about its centre."""
    x, y = (np.eye(3)[1], -np.eye(3)[2]) if plane is Plane.SAGITTAL else (np.eye(3)[0], np.eye(3)[1])
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack([x * spacing_mm, y * spacing_mm, np.cross(x, y) * step_mm])
    affine[:3, 3] = np.array(centre) - affine[:3, :3] @ (np.array([rows - 1, rows - 1, slices - 1]) / 2)
    sources = tuple(SliceSource(Path("x"), None, k, 1) for k in range(slices))
    return Stack((slices, rows, rows), affine, step_mm, None, sources)


def series(number: int, plane: Plane = Plane.SAGITTAL, weighting: Weighting = Weighting.T2, **others) -> Series:
    """A series of one stack; ``stack`` keywords go there, the others into the Series."""
    names = ("centre", "slices", "rows", "step_mm", "spacing_mm")
    made = stack(plane, **{name: others.pop(name) for name in names if name in others})
    plain = Series(
        number=number,
        digest=f"{number:016}",
        frame_of_reference="f",
        plane=plane,
        weighting=weighting,
        contrast_agent=False,
        fat_suppressed=weighting is Weighting.STIR,
        echo_time_ms=100.0,
        stacks=(made,),
        repetition_time_ms=3500.0,
        images=made.shape[0],
    )
    return replace(plain, **others)


def axial(number: int, **others) -> Series:
    return series(number, Plane.AXIAL, **({"rows": 160, "slices": 20} | others))


def select(*all_series: Series, settings: SelectionSettings | None = None):
    return select_series(Study("S1", all_series), settings or SelectionSettings())


def test_the_sagittal_t2_and_every_axial_t2_are_used() -> None:
    found = select(series(1, weighting=Weighting.T1), series(2), axial(3), axial(4, weighting=Weighting.T1), axial(5))
    assert found.sagittal is not None and found.sagittal.number == 2
    assert [one.number for one in found.axial] == [3, 5]
    assert found.remarks == () and found.refusals == ()
    assert [(choice.number, choice.use) for choice in found.choices] == [
        (1, ""),
        (2, "sagittal"),
        (3, "axial"),
        (4, ""),
        (5, "axial"),
    ]
    assert found.choices[0].reason == "not used: sagittal T1"
    assert found.choices[3].reason == "not used: axial T1"


BETTER_AND_WORSE = [
    ({}, {"remarks": ("other-region",)}),
    ({}, {"centre": (0.0, 0.0, 500.0)}),
    ({}, {"weighting": Weighting.STIR}),
    ({}, {"fat_suppressed": True}),
    ({}, {"contrast_agent": True}),
    ({}, {"remarks": ("single-shot",)}),
    ({}, {"repetition_time_ms": 1500.0}),
    ({}, {"echo_time_ms": 250.0}),
    ({"repetition_time_ms": None, "echo_time_ms": None}, {"echo_time_ms": 50.0}),
    ({}, {"slices": 7}),
    ({}, {"rows": 150}),
    ({"slices": 17}, {"slices": 16}),
    ({"spacing_mm": 1.0}, {"spacing_mm": 1.2}),
    ({"weighting": Weighting.STIR}, {"remarks": ("other-region",)}),
    ({"fat_suppressed": True}, {"weighting": Weighting.STIR}),
    ({"slices": 7}, {"fat_suppressed": True}),
    ({"spacing_mm": 1.2, "slices": 17}, {"spacing_mm": 1.0}),
]


@pytest.mark.parametrize(("better", "worse"), BETTER_AND_WORSE)
def test_the_better_sagittal_series_is_chosen_whatever_its_number(better: dict, worse: dict) -> None:
    for numbers in ((1, 2), (2, 1)):
        first, second = series(numbers[0], **better), series(numbers[1], **worse)
        found = select(*sorted((first, second), key=lambda one: one.number), axial(3))
        assert found.sagittal is first
        assert f"series {numbers[0]} is preferred" in found.choices[numbers[1] - 1].reason


def test_equal_series_go_by_number() -> None:
    found = select(series(1), series(2))
    assert found.sagittal is not None and found.sagittal.number == 1


@pytest.mark.parametrize(
    ("sagittal", "remark"),
    [
        (series(1, weighting=Weighting.STIR), "stir-sagittal"),
        (series(1, fat_suppressed=True), "fat-suppressed-sagittal"),
        (series(1, remarks=("other-region",)), "other-region"),
    ],
)
def test_a_makeshift_sagittal_series_is_marked(sagittal: Series, remark: str) -> None:
    found = select(sagittal, axial(2))
    assert found.sagittal is sagittal and found.remarks == (remark,)


def test_of_several_files_that_may_be_t2_none_is_guessed() -> None:
    assumed = {"remarks": ("weighting-assumed",)}
    found = select(series(1, **assumed), axial(2, **assumed), series(3, **assumed))
    assert found.sagittal is None and found.axial == ()
    assert [(r.study_id, r.source, r.code) for r in found.refusals] == [("S1", "study", "weighting-assumed")]
    assert ["does not say whether it is a T2" in choice.reason for choice in found.choices] == [True, False, True]
    alone = select(series(1, **assumed), axial(2, **assumed))
    assert alone.sagittal is not None and alone.remarks == ("weighting-assumed",)
    said = select(series(1, **assumed), series(2))
    assert said.sagittal is not None


def test_a_study_without_axial_images_is_marked() -> None:
    found = select(series(1), axial(2, weighting=Weighting.T1))
    assert found.sagittal is not None and found.axial == () and found.remarks == ("sagittal-only",)
    assert found.refusals == ()


@pytest.mark.parametrize(
    ("others", "code", "words"),
    [
        ((), "no-sagittal", "no sagittal series at all"),
        ((series(1, weighting=Weighting.T1),), "no-sagittal-t2", "series 1: sagittal T1"),
        ((series(1, weighting=Weighting.UNKNOWN),), "no-sagittal-t2", "series 1: neither times nor description"),
        ((series(1, slices=1),), "too-few-slices", "no more than 1 parallel slices"),
        ((series(1, slices=2),), "too-few-slices", "no more than 2 parallel slices"),
        ((series(1, stacks=(), excluded="colour: a picture"),), "no-sagittal", "no sagittal series at all"),
    ],
)
def test_a_study_without_sagittal_t2_is_refused(others, code: str, words: str) -> None:
    found = select(*others, axial(9))
    assert found.sagittal is None and found.axial == ()
    (refusal,) = found.refusals
    assert (refusal.study_id, refusal.source, refusal.code) == ("S1", "study", code) and words in refusal.reason
    assert found.choices[-1].reason == "not used: no sagittal series to go with it"


def test_excluded_series_keep_their_reason_and_other_planes_are_named() -> None:
    left_out = series(1, stacks=(), excluded="localizer: ImageType (0008,0008) has LOCALIZER")
    found = select(left_out, series(2, Plane.CORONAL), series(3))
    assert found.choices[0].reason == "not used: localizer: ImageType (0008,0008) has LOCALIZER"
    assert found.choices[1].reason.startswith("not used: coronal")


@pytest.mark.parametrize("frame", ["g", ""])
def test_another_frame_of_reference_is_accepted_where_coordinates_agree(frame: str) -> None:
    found = select(series(1), axial(2, frame_of_reference=frame))
    assert [one.number for one in found.axial] == [2] and found.remarks == ("frame-of-reference-differs",)
    assert "FrameOfReferenceUID (0020,0052)" in found.choices[1].reason and "100%" in found.choices[1].reason
    assert found.refusals == ()


def test_two_missing_frames_of_reference_are_not_the_same() -> None:
    found = select(series(1, frame_of_reference=""), axial(2, frame_of_reference=""))
    assert found.remarks == ("frame-of-reference-differs",)


def test_another_frame_of_reference_is_refused_where_strict() -> None:
    found = select(series(1), axial(2, frame_of_reference="g"), axial(3), settings=STRICT)
    assert [one.number for one in found.axial] == [3] and found.remarks == ()
    (refusal,) = found.refusals
    assert (refusal.source, refusal.code, refusal.tag) == (
        "series 2",
        "frame-of-reference-differs",
        "FrameOfReferenceUID (0020,0052)",
    )


def test_coordinates_that_do_not_agree_are_unregistered() -> None:
    found = select(series(1), axial(2, frame_of_reference="g", centre=(0.0, 0.0, 900.0)))
    assert found.axial == () and found.remarks == ("sagittal-only", "unregistered")
    assert [(r.source, r.code) for r in found.refusals] == [("series 2", "unregistered")]


def test_an_axial_series_of_another_part_is_left_out_without_a_refusal() -> None:
    found = select(series(1), axial(2, centre=(0.0, 0.0, 900.0)), axial(3))
    assert [one.number for one in found.axial] == [3] and found.remarks == ("elsewhere",)
    assert found.refusals == () and "another part of the body" in found.choices[1].reason


def test_shared_slices_are_counted() -> None:
    box = stack(Plane.SAGITTAL, rows=200)
    assert to_shared_slices([stack(Plane.AXIAL, rows=160, slices=20)], [box]) == 1.0
    half = stack(Plane.AXIAL, (0.0, 0.0, 99.5), rows=160, slices=20)
    assert to_shared_slices([half], [box]) == 0.5
    assert to_shared_slices([half], [box, stack(Plane.SAGITTAL, (0.0, 0.0, 200.0), rows=200)]) == 1.0
    aside = stack(Plane.AXIAL, (200.0, 0.0, 0.0), rows=160)
    assert to_shared_slices([aside], [box]) == 0.0
    assert to_shared_slices([], [box]) == 0.0


def test_the_real_study_uses_sagittal_t2_and_the_axial_stacks() -> None:
    folder = Path(__file__).parents[2] / "../shared/data/rsna2024/train_images"
    if not (folder / "100206310").is_dir():
        pytest.skip("the RSNA 2024 patient is not on this machine")
    (study,) = scan_studies([folder]).studies
    found = select_series(study)
    assert found.sagittal is not None and found.sagittal.weighting is Weighting.T2
    assert [len(one.stacks) for one in found.axial] == [7]
    assert found.remarks == ("frame-of-reference-differs",)
    assert select_series(study, STRICT).axial == ()
