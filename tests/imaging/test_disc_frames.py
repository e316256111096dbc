"""Disc frames: between two vertebrae, across the curve, and left is the patient's left."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.curve import CurveSettings, fit_curve
from imaging.disc_frames import DiscFrames, to_disc_frames, to_sideways
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, to_angle_deg
from imaging.landmarks import DiscLandmark, LandmarkError, Landmarks
from lexicons.vocabulary import Level, LEVELS
from tests.imaging.spines import make_spine


def find(landmarks: Landmarks, left_hint: FloatArray | None = None) -> DiscFrames:
    return to_disc_frames(fit_curve(landmarks), landmarks, left_hint)


def leave_out(landmarks: Landmarks, name: str) -> Landmarks:
    keep = [index for index, own in enumerate(landmarks.structures) if own != name]
    return replace(
        landmarks,
        structures=tuple(landmarks.structures[index] for index in keep),
        points=landmarks.points[keep],
        confidence=landmarks.confidence[keep],
    )


def check_frame(frame: DiscFrame) -> None:
    axes = np.column_stack([frame.left, frame.post, frame.sup])
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1)
    assert frame.left[0] > 0 and frame.sup[2] > 0 and frame.post[1] > 0


def turn(angle_deg: float) -> FloatArray:
    """About z: the patient's left side turned backwards."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


@given(st.floats(20, 60), st.floats(20, 50), st.floats(-40, 40), st.booleans())
@settings(max_examples=15, deadline=None)
def test_six_right_handed_frames_head_to_foot(lordosis: float, slope: float, cobb: float, s_shaped: bool) -> None:
    found = find(make_spine(lordosis, slope, cobb, s_shaped).landmarks)
    assert tuple(frame.level for frame in found.frames) == LEVELS
    assert found.refusals == ()
    for frame in found.frames:
        check_frame(frame)


@given(st.floats(-35, 35), st.booleans(), st.floats(-30, 30))
@settings(max_examples=15, deadline=None)
def test_a_turned_patient_has_turned_frames(angle: float, is_reversed: bool, cobb: float) -> None:
    """The sagittal normal of a patient who lies turned carries left along, whichever way it points."""
    own = make_spine(cobb_deg=cobb).landmarks
    rotation = turn(angle)
    hint = rotation @ np.array([1.0, 0, 0]) * (-1 if is_reversed else 1)
    plain, turned = find(own), find(replace(own, points=own.points @ rotation.T), hint)
    for one, other in zip(plain.frames, turned.frames, strict=True):
        np.testing.assert_allclose(other.centre, rotation @ one.centre, atol=1.0)
        assert to_angle_deg(other.left, rotation @ one.left) < 2.0
        check_frame(other)


@given(st.floats(-40, 40), st.booleans())
@settings(max_examples=10, deadline=None)
def test_in_the_mirror_left_stays_the_patient_s_left(cobb: float, s_shaped: bool) -> None:
    own, mirror = make_spine(cobb_deg=cobb, s_shaped=s_shaped).landmarks, np.diag([-1.0, 1, 1])
    for one, other in zip(find(own).frames, find(replace(own, points=own.points @ mirror)).frames, strict=True):
        np.testing.assert_allclose(other.centre, mirror @ one.centre, atol=1e-9)
        np.testing.assert_allclose(other.sup, mirror @ one.sup, atol=1e-9)
        np.testing.assert_allclose(other.left, -mirror @ one.left, atol=1e-9)


def test_a_moved_patient_has_moved_frames() -> None:
    own, offset = make_spine().landmarks, np.array([40.0, -300, 900])
    for one, other in zip(find(own).frames, find(replace(own, points=own.points + offset)).frames, strict=True):
        np.testing.assert_allclose(other.centre, one.centre + offset, atol=1e-8)
        np.testing.assert_allclose(other.sup, one.sup, atol=1e-9)


@pytest.mark.parametrize("hint", [[0.0, 1, 0], [0.5, 0, 0.8], [np.nan, 0, 0]])
def test_a_hint_that_is_not_sideways_is_refused(hint: list[float]) -> None:
    with pytest.raises(LandmarkError, match="the sagittal normal has x"):
        to_sideways(np.array(hint))


def test_a_missing_vertebra_costs_both_its_discs() -> None:
    found = find(leave_out(make_spine().landmarks, "L3"))
    assert [frame.level for frame in found.frames] == ["T12-L1", "L1-L2", "L4-L5", "L5-S1"]
    assert [(row.source, row.code) for row in found.refusals] == [
        ("L2-L3", "vertebra-missing"),
        ("L3-L4", "vertebra-missing"),
    ]
    assert found.refusals[0].reason == "no centroid of L3" and found.refusals[0].study_id == "spine"


def test_the_discs_beside_a_sixth_lumbar_vertebra_are_refused() -> None:
    own = make_spine().landmarks
    lower = own.points[-1] + [0, 18, -30]
    six = Landmarks("a", (*own.structures[:-1], "L6", "S1"), np.vstack([own.points, lower]), np.ones(9))
    found = find(six)
    assert [frame.level for frame in found.frames] == [level for level in LEVELS if level is not Level.L5_S1]
    assert [(row.source, row.code) for row in found.refusals] == [("L5-S1", "transitional")]
    seen = replace(six, discs=(DiscLandmark(Level.L5_S1, own.points[-1] + [0, 8, -14], None, 1.0),))
    with pytest.raises(LandmarkError, match="a disc L5-S1 in a spine with an L6"):
        find(seen)


def test_a_disc_that_was_seen_keeps_its_centre_and_normal() -> None:
    spine = make_spine()
    normal = np.array([0.0, -0.6, 0.8])
    disc = DiscLandmark(Level.L5_S1, spine.centres[-1] + [0, 2, 1], normal, 1.0)
    frame = find(replace(spine.landmarks, discs=(disc,))).frames[-1]
    np.testing.assert_allclose(frame.centre, disc.centre)
    np.testing.assert_allclose(frame.sup, normal)
    check_frame(frame)
    bare = find(replace(spine.landmarks, discs=(replace(disc, normal=None),))).frames[-1]
    np.testing.assert_allclose(bare.centre, disc.centre)
    assert to_angle_deg(bare.sup, spine.normals[-1]) < 6


def test_discs_alone_have_frames() -> None:
    spine = make_spine()
    discs = tuple(DiscLandmark(level, spine.centres[n + 2], None, 1.0) for n, level in enumerate(LEVELS[1:]))
    found = find(Landmarks("a", (), np.zeros((0, 3)), np.zeros(0), discs))
    assert [frame.level for frame in found.frames] == list(LEVELS[1:])
    for frame, centre, normal in zip(found.frames, spine.centres[2:], spine.normals[2:], strict=True):
        np.testing.assert_allclose(frame.centre, centre)
        assert to_angle_deg(frame.sup, normal) < 8  # five discs leave less of a bend than eight vertebrae


def test_a_centroid_far_off_the_curve_costs_its_discs() -> None:
    own = make_spine().landmarks
    points = own.points.copy()
    points[own.structures.index("L3")] += [0, 25, 0]
    found = find(replace(own, points=points))
    assert {row.code for row in found.refusals} == {"off-curve"}
    assert "uneven-curve" in found.remarks


def test_odd_angles_are_remarked() -> None:
    assert find(make_spine().landmarks).remarks == ()
    assert "steep-disc L5-S1" in find(make_spine(slope_deg=80, lordosis_deg=50).landmarks).remarks
    spine = make_spine()
    steep = DiscLandmark(Level.L4_L5, spine.centres[5], np.array([0, 0.5, np.sqrt(0.75)]), 1.0)
    remarks = find(replace(spine.landmarks, discs=(steep,))).remarks
    assert "sharp-bend L3-L4 L4-L5" in remarks or "sharp-bend L4-L5 L5-S1" in remarks


def test_the_settings_of_the_curve_reach_the_frames() -> None:
    own = make_spine(cobb_deg=40).landmarks
    flat = to_disc_frames(fit_curve(own, CurveSettings(least_degree_x=1, most_degree=1)), own).frames
    assert max(to_angle_deg(flat[0].sup, frame.sup) for frame in flat) < 1e-6


def test_a_spine_that_bends_backwards_is_marked() -> None:
    landmarks = make_spine(45.0).landmarks
    assert to_disc_frames(fit_curve(landmarks), landmarks).remarks == ()
    in_ras = replace(landmarks, points=landmarks.points * np.array([-1.0, -1.0, 1.0]))
    assert "bends-backward" in to_disc_frames(fit_curve(in_ras), in_ras).remarks
