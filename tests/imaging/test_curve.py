"""The spine curve: through the landmarks, no further than they reach, and true sideways."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from imaging.curve import CurveMode, CurveSettings, fit_curve, to_between, to_curve_points, to_tangents
from imaging.geometry import FloatArray, to_angle_deg
from imaging.landmarks import DiscLandmark, LandmarkError, Landmarks
from lexicons.vocabulary import Level
from tests.imaging.spines import make_spine, NAMES


def take(landmarks: Landmarks, names: tuple[str, ...]) -> Landmarks:
    keep = [landmarks.structures.index(name) for name in names]
    return replace(landmarks, structures=names, points=landmarks.points[keep], confidence=landmarks.confidence[keep])


def to_degrees(coefficients: FloatArray) -> list[int]:
    return [int(np.flatnonzero(np.append(1, column[1:])).max()) for column in coefficients.T]


def test_a_straight_spine_has_the_least_degrees() -> None:
    curve = fit_curve(make_spine(lordosis_deg=40, slope_deg=30, cobb_deg=5).landmarks)
    assert to_degrees(curve.coefficients) == [2, 4, 4]
    assert curve.residuals_mm.max() < 0.7


def test_a_double_scoliosis_raises_the_degree_of_x() -> None:
    curve = fit_curve(make_spine(cobb_deg=40, s_shaped=True).landmarks)
    assert to_degrees(curve.coefficients)[0] >= 5
    assert curve.residuals_mm.max() < 1.0
    stiff = fit_curve(make_spine(cobb_deg=40, s_shaped=True).landmarks, CurveSettings(most_degree=4))
    assert stiff.residuals_mm.max() > 1.5


def test_noise_does_not_raise_the_degrees_much() -> None:
    """The normals of noisy landmarks stay far nearer than those of the highest degree."""
    rng, spine, free = np.random.default_rng(0), make_spine(), CurveSettings(least_degree_x=6, least_degree_yz=6)
    errors: dict[str, list[float]] = {"chosen": [], "highest": []}
    for _ in range(40):
        noisy = replace(spine.landmarks, points=spine.landmarks.points + rng.normal(0, 1, (8, 3)))
        for name, settings in (("chosen", CurveSettings()), ("highest", free)):
            curve = fit_curve(noisy, settings)
            tangent = to_between(curve, "L3", "L4")[1]
            errors[name].append(to_angle_deg(-tangent, spine.normals[4]))
    assert np.mean(errors["chosen"]) < 0.75 * np.mean(errors["highest"])


def test_the_parameter_is_the_chord_length() -> None:
    landmarks = make_spine().landmarks
    curve = fit_curve(landmarks)
    chords = np.linalg.norm(np.diff(landmarks.points, axis=0), axis=1)
    np.testing.assert_allclose(curve.knots, np.append(0, np.cumsum(chords)) / chords.sum())
    assert curve.length_mm == pytest.approx(chords.sum())
    np.testing.assert_allclose(
        np.linalg.norm(to_curve_points(curve, curve.knots) - landmarks.points, axis=1), curve.residuals_mm
    )


def test_tangents_lead_to_the_feet_and_are_the_curve_s_slope() -> None:
    curve = fit_curve(make_spine(cobb_deg=20).landmarks)
    t = np.linspace(0, 1, 9)
    tangents = to_tangents(curve, t)
    assert (tangents[:, 2] < 0).all()
    steps = to_curve_points(curve, t + 1e-5) - to_curve_points(curve, t - 1e-5)
    np.testing.assert_allclose(tangents, steps / np.linalg.norm(steps, axis=1, keepdims=True), atol=1e-8)


def test_two_landmarks_give_a_line() -> None:
    curve = fit_curve(take(make_spine(cobb_deg=30).landmarks, ("L3", "L4")))
    chord = curve.points[1] - curve.points[0]
    for t in (0.0, 0.3, 1.0):
        assert to_angle_deg(to_tangents(curve, np.array(t)), chord) < 1e-4


def test_three_landmarks_give_a_line_and_four_a_parabola() -> None:
    landmarks = make_spine(cobb_deg=10).landmarks
    assert to_degrees(fit_curve(take(landmarks, ("L3", "L4", "L5"))).coefficients) == [1, 1, 1]
    assert to_degrees(fit_curve(take(landmarks, ("L2", "L3", "L4", "L5"))).coefficients)[1:] == [2, 2]


def test_one_landmark_needs_a_direction() -> None:
    one = take(make_spine().landmarks, ("L3",))
    with pytest.raises(LandmarkError, match="one landmark and no direction"):
        fit_curve(one)
    up = np.array([0.0, -0.6, 0.8])
    disc = DiscLandmark(Level.L5_S1, np.zeros(3), up, 1.0)
    only = Landmarks("a", (), np.zeros((0, 3)), np.zeros(0), (disc,))
    np.testing.assert_allclose(to_tangents(fit_curve(only), np.array(0.0)), -up)


@pytest.mark.parametrize("beyond_mm", [-16.0, 16.0])
def test_the_curve_ends_half_a_vertebra_beyond_its_landmarks(beyond_mm: float) -> None:
    curve = fit_curve(make_spine().landmarks)
    end = np.array(0.0 if beyond_mm < 0 else 1.0)
    to_curve_points(curve, end + 0.9 * beyond_mm / curve.length_mm)
    for read in (to_curve_points, to_tangents):
        with pytest.raises(LandmarkError, match=r"16.0 mm beyond the last landmark, expected up to 15"):
            read(curve, end + beyond_mm / curve.length_mm)


def test_a_landmark_of_low_confidence_bends_the_curve_less() -> None:
    own = make_spine().landmarks
    points = own.points + np.where(np.array(NAMES) == "L3", 6.0, 0.0)[:, None] * [0, 1, 0]
    sure = fit_curve(replace(own, points=points))
    unsure = fit_curve(replace(own, points=points, confidence=np.where(np.array(NAMES) == "L3", 0.05, 1.0)))
    at = np.array(0.6)
    true = fit_curve(own)
    assert (
        np.linalg.norm(to_curve_points(unsure, at) - to_curve_points(true, at))
        < np.linalg.norm(to_curve_points(sure, at) - to_curve_points(true, at)) / 2
    )


def test_discs_that_were_seen_are_part_of_the_curve() -> None:
    spine = make_spine()
    discs = (DiscLandmark(Level.L3_L4, spine.centres[4], None, 1.0),)
    curve = fit_curve(replace(spine.landmarks, discs=discs))
    assert curve.structures[4:7] == ("L3", "L3-L4", "L4")


def test_the_mid_slice_mode_loses_a_scoliosis() -> None:
    """DeepSPINE's fit in one slice: right in a straight spine, and off by the whole sideways lean in a bent one."""
    settings = CurveSettings(mode=CurveMode.MID_SLICE)
    straight, bent = make_spine(), make_spine(cobb_deg=40)
    for spine, least, most in ((straight, 0.0, 1.0), (bent, 15.0, 30.0)):
        curve = fit_curve(spine.landmarks, settings)
        down = [to_between(curve, above, below)[1] for above, below in pairwise(NAMES)]
        worst = max(to_angle_deg(-one, normal) for one, normal in zip(down, spine.normals, strict=True))
        assert least <= worst <= most
    assert np.ptp(to_curve_points(curve, np.linspace(0, 1, 20))[:, 0]) < 1e-9
    assert curve.residuals_mm.max() > 4


def test_a_curve_of_impossible_landmarks_is_refused() -> None:
    own = make_spine().landmarks
    with pytest.raises(LandmarkError):
        fit_curve(replace(own, points=-own.points))
