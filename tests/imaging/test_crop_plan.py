from dataclasses import replace

import numpy as np
import pytest

from imaging.crop_plan import CropSettings, cut_discs, PlacedStack, plan_disc
from imaging.dicom.pixels import to_part
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, Plane
from imaging.grids import AXIAL, SAGITTAL
from imaging.refusal import ImagingError
from imaging.resampling.by_numpy import sample_crops
from imaging.study import Series, SliceSource, Stack, Weighting
from imaging.volume import to_bare_volume, Volume
from lexicons.vocabulary import Level

SETTINGS = CropSettings(replace(AXIAL, samples=(4, 30, 30)), replace(SAGITTAL, samples=(5, 20, 40)))
LEFT, POST, SUP = np.eye(3)


def a_frame(level: Level, z: float, x: float = 0.0) -> DiscFrame:
    return DiscFrame(level, np.array([x, 0.0, z]), LEFT, POST, SUP)


def a_stack(axes: FloatArray, first: tuple[float, float, float], shape: tuple[int, int, int], step: float) -> Stack:
    affine = np.eye(4)
    affine[:3, :3] = axes * [1.0, 1.0, step]
    affine[:3, 3] = first
    sources = tuple(SliceSource(path=None, member=None, frame=k, file_number=k) for k in range(shape[0]))  # type: ignore[arg-type]
    return Stack(shape, affine, step, None, sources)


SAGITTAL_AXES = np.column_stack([POST, -SUP, -LEFT])
AXIAL_AXES = np.column_stack([LEFT, POST, SUP])


def sagittal_stack(z: float = 110.0, slices: int = 15) -> Stack:
    return a_stack(SAGITTAL_AXES, (4.0 * (slices - 1) / 2, -110.0, z), (slices, 220, 220), 4.0)


def axial_stack(z: float, slices: int = 5) -> Stack:
    return a_stack(AXIAL_AXES, (-100.0, -100.0, z - 4.0 * (slices - 1) / 2), (slices, 200, 200), 4.0)


def places(number: int, plane: Plane, *stacks: Stack) -> list[PlacedStack]:
    series = Series(number, f"digest{number}", "", plane, Weighting.T2, False, False, 100.0, stacks)
    return [PlacedStack(series, n) for n in range(len(stacks))]


def signal(points: FloatArray) -> FloatArray:
    """A number for each place in the patient, whole, and different on all sides."""
    return np.rint(1000 + 2 * points[..., 0] + 3 * points[..., 1] + 5 * points[..., 2])


class Reader:
    """Reads stacks of ``signal``, and counts which slices were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, int, int]] = []

    def __call__(self, stack: Stack, slices: slice) -> Volume:
        self.asked.append((float(stack.affine[2, 3]), slices.start, slices.stop))
        k, j, i = np.meshgrid(*map(np.arange, stack.shape), indexing="ij")
        indices = np.stack([i, j, k], axis=-1).astype(np.float64)
        voxels = signal(to_bare_volume(stack).to_points(indices)).astype(np.uint16)
        return to_part(stack, slices.start, slices.stop, voxels[slices])


def test_crops_show_what_lies_in_the_patient() -> None:
    sagittal, axial = places(1, Plane.SAGITTAL, sagittal_stack()), places(2, Plane.AXIAL, axial_stack(0.0))
    frame = a_frame(Level.L4_L5, 0.0)
    plan = plan_disc(frame, sagittal, axial, SETTINGS)
    assert plan is not None
    (disc,), refusals = cut_discs("1.2", [plan], SETTINGS, Reader())
    assert (refusals, disc.remarks) == ([], ())
    assert [crop.series for crop in (*disc.sagittal, *disc.axial)] == ["digest1", "digest2"]
    for crop in (*disc.sagittal, *disc.axial):
        volume, (depth, rows, columns) = crop.volume, crop.volume.voxels.shape
        corner = volume.to_points(np.array([columns - 1.0, rows - 1.0, depth - 1.0]))
        assert crop.scale * volume.voxels[-1, -1, -1] + crop.offset == signal(corner)
    values, mask = sample_crops(disc.axial, frame, SETTINGS.axial)
    assert mask.all()
    assert values[0, 0, 29] - values[0, 0, 0] == pytest.approx(2 * 87, abs=1)  # left is at the end of the row


def test_each_slice_is_read_once_however_many_discs_need_it() -> None:
    block = axial_stack(0.0, slices=40)
    sagittal, axial = places(1, Plane.SAGITTAL, sagittal_stack()), places(2, Plane.AXIAL, block)
    frames = [a_frame(level, z) for level, z in ((Level.L3_L4, 30.0), (Level.L4_L5, 0.0), (Level.L5_S1, -35.0))]
    plans = [plan_disc(frame, sagittal, axial, SETTINGS) for frame in frames]
    reader = Reader()
    discs, _ = cut_discs("1.2", [plan for plan in plans if plan], SETTINGS, reader)
    assert [len(disc.axial) for disc in discs] == [1, 1, 1]
    assert len(reader.asked) == 2
    assert sorted(stop - start for _, start, stop in reader.asked) == [15, 23]


def test_the_axial_stack_of_each_disc_is_its_own() -> None:
    sagittal = places(1, Plane.SAGITTAL, sagittal_stack())
    axial = places(2, Plane.AXIAL, axial_stack(30.0), axial_stack(0.0))
    plans = [plan_disc(a_frame(Level.L4_L5, z), sagittal, axial, SETTINGS) for z in (0.0, 30.0, -40.0)]
    assert [[place.number for place in plan.axial] for plan in plans if plan] == [[1], [0], []]
    assert [plan.remarks for plan in plans if plan] == [(), (), ("axial: missing",)]


def test_a_plain_axial_stack_is_not_blended_with_one_of_another_kind() -> None:
    sagittal = places(1, Plane.SAGITTAL, sagittal_stack())
    plain, low = places(3, Plane.AXIAL, axial_stack(0.0)), axial_stack(-35.0)
    for change in ({"fat_suppressed": True}, {"contrast_agent": True}, {"remarks": ("single-shot",)}):
        other = [
            one._replace(series=replace(one.series, **change)) for one in places(2, Plane.AXIAL, axial_stack(0.0), low)
        ]
        plans = [plan_disc(a_frame(Level.L4_L5, z), sagittal, [*other, *plain], SETTINGS) for z in (0.0, -35.0)]
        assert [[placed.series.number for placed in plan.axial] for plan in plans if plan] == [[3], [2]]


def test_a_disc_outside_every_sagittal_stack_has_no_plan() -> None:
    sagittal = places(1, Plane.SAGITTAL, sagittal_stack())
    assert plan_disc(a_frame(Level.L4_L5, 115.0), sagittal, [], SETTINGS) is None
    assert plan_disc(a_frame(Level.L4_L5, 0.0, x=31.0), sagittal, [], SETTINGS) is None
    edge = plan_disc(a_frame(Level.L4_L5, 109.0), sagittal, [], SETTINGS)
    assert edge is not None
    assert edge.remarks == ("axial: missing",)
    narrow = plan_disc(a_frame(Level.L4_L5, 109.0, x=29.0), sagittal, [], SETTINGS)
    assert narrow is not None
    assert narrow.remarks == ("axial: missing", "sagittal: partial")


def test_of_several_sagittal_stacks_the_fuller_one_is_taken() -> None:
    sagittal = places(1, Plane.SAGITTAL, sagittal_stack(z=105.0, slices=3), sagittal_stack())
    plan = plan_disc(a_frame(Level.L4_L5, 0.0), sagittal, [], SETTINGS)
    assert plan is not None
    assert plan.sagittal.number == 1


def unreadable(series: str) -> "Reader":
    class Unreadable(Reader):
        def __call__(self, stack: Stack, slices: slice) -> Volume:
            if (stack.affine[1, 3] == -110.0) == (series == "sagittal"):
                raise ImagingError("PixelData (7FE0,0010) is cut off", "damaged-pixels", "PixelData (7FE0,0010)")
            return super().__call__(stack, slices)

    return Unreadable()


def test_an_axial_stack_that_cannot_be_read_leaves_the_sagittal_view() -> None:
    sagittal, axial = places(1, Plane.SAGITTAL, sagittal_stack()), places(2, Plane.AXIAL, axial_stack(0.0))
    plan = plan_disc(a_frame(Level.L4_L5, 0.0), sagittal, axial, SETTINGS)
    assert plan is not None
    (disc,), (refusal,) = cut_discs("1.2", [plan], SETTINGS, unreadable("axial"))
    assert (len(disc.axial), len(disc.sagittal), disc.remarks) == (0, 1, ("axial: missing",))
    assert refusal[:4] == ("1.2", "series 2", "damaged-pixels", "PixelData (7FE0,0010)")


def test_a_sagittal_stack_that_cannot_be_read_leaves_nothing() -> None:
    sagittal, axial = places(1, Plane.SAGITTAL, sagittal_stack()), places(2, Plane.AXIAL, axial_stack(0.0))
    plan = plan_disc(a_frame(Level.L4_L5, 0.0), sagittal, axial, SETTINGS)
    assert plan is not None
    discs, refusals = cut_discs("1.2", [plan], SETTINGS, unreadable("sagittal"))
    assert (discs, [refusal.source for refusal in refusals]) == ([], ["series 1"])


def blank(series: str, slices: slice) -> "Reader":
    class Blank(Reader):
        def __call__(self, stack: Stack, asked: slice) -> Volume:
            volume = super().__call__(stack, asked)
            if (stack.affine[1, 3] == -110.0) == (series == "sagittal"):
                volume.voxels[slices] = 7  # type: ignore[index]
            return volume

    return Blank()


def test_images_that_show_nothing_are_not_used() -> None:
    sagittal, axial = places(1, Plane.SAGITTAL, sagittal_stack()), places(2, Plane.AXIAL, axial_stack(0.0))
    plan = plan_disc(a_frame(Level.L4_L5, 0.0), sagittal, axial, SETTINGS)
    assert plan is not None
    (disc,), refusals = cut_discs("1.2", [plan], SETTINGS, blank("axial", slice(None)))
    assert (disc.axial, disc.remarks[0], refusals) == ((), "axial: missing", [])
    discs, (refusal,) = cut_discs("1.2", [plan], SETTINGS, blank("sagittal", slice(None)))
    assert (discs, refusal.source, refusal.code) == ([], "L4-L5", "blank")
    (disc,), _ = cut_discs("1.2", [plan], SETTINGS, blank("sagittal", slice(3, 4)))
    assert "sagittal: blank-slice" in disc.remarks
