"""The phantom's spine and what is true of it."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.curve import fit_curve
from imaging.disc_frames import to_disc_frames as to_fitted_frames
from imaging.geometry import to_affine, to_angle_deg, transform
from imaging.landmarks import Landmarks
from imaging.phantom.anatomy import Bend, draw_spine, Numbering, Scoliosis, Spine, SpineSettings, to_plain_spine
from imaging.phantom.centreline import to_patient, to_spine
from imaging.phantom.layout import lay_out
from imaging.phantom.masks import to_masks
from imaging.phantom.prior import Prior
from imaging.phantom.stenosis import Opening, to_canal, to_foramen, to_recess
from imaging.phantom.truth import (
    to_centroids,
    to_cobb_deg,
    to_disc_frames,
    to_grades,
    to_openings,
    to_severities,
    to_slips,
)
from lexicons.vocabulary import Level, LEVELS, Task, TASKS


def to_errors(spine: Spine) -> tuple[float, float]:
    """The worst centre, mm, and normal, degrees, of frames fitted to the true centroids."""
    centroids = to_centroids(spine)
    points = np.stack(list(centroids.values()))
    landmarks = Landmarks("phantom", tuple(centroids), points, np.ones(len(points)))
    found = {frame.level: frame for frame in to_fitted_frames(fit_curve(landmarks), landmarks).frames}
    true = to_disc_frames(spine)
    assert len(true) == len(LEVELS)
    centres = max(float(np.linalg.norm(found[frame.level].centre - frame.centre)) for frame in true)
    return centres, max(to_angle_deg(found[frame.level].sup, frame.sup) for frame in true)


@pytest.mark.parametrize("lordosis", [38.0, 60.0])
@pytest.mark.parametrize(
    ("cobb", "shape"),
    [(0.0, Scoliosis.C), (20.0, Scoliosis.C), (40.0, Scoliosis.C), (-40.0, Scoliosis.C), (40.0, Scoliosis.S)],
)
def test_frames_are_recovered_from_centroids(lordosis: float, cobb: float, shape: Scoliosis) -> None:
    centres, angles = to_errors(to_plain_spine(bend=Bend(lordosis, 0.72 * lordosis, cobb, shape)))
    assert centres <= 0.5
    assert angles <= 3.0


def test_frames_are_recovered_in_drawn_spines() -> None:
    settings = SpineSettings(scoliosis_share=1.0, cobb_deg=(0.0, 40.0), slip_share=0.0)
    errors = [to_errors(draw_spine(np.random.default_rng(seed), settings)) for seed in range(12)]
    assert max(centre for centre, _ in errors) <= 0.5
    assert max(angle for _, angle in errors) <= 3.0


@pytest.mark.parametrize("cobb", [0.0, 15.0, -40.0])
def test_cobb_angle_is_the_one_asked_for(cobb: float) -> None:
    spine = to_plain_spine(bend=Bend(cobb=cobb))
    assert to_cobb_deg(spine) == pytest.approx(abs(cobb), abs=1.0)


def test_a_positive_scoliosis_leads_to_the_left() -> None:
    xs = np.stack(list(to_centroids(to_plain_spine(bend=Bend(cobb=30.0))).values()))[:, 0]
    chord = np.linspace(xs[0], xs[-1], len(xs))
    assert (xs - chord)[len(xs) // 2] > 5


def test_coordinates_of_the_curve_round_trip() -> None:
    line = lay_out(to_plain_spine(bend=Bend(cobb=30.0, rotation=8.0))).line
    rng = np.random.default_rng(0)
    s, a, p = rng.uniform(30, 400, 200), rng.uniform(-40, 40, 200), rng.uniform(-30, 45, 200)
    assert to_spine(line, to_patient(line, s, a, p)) == pytest.approx(np.stack([s, a, p], axis=1), abs=0.15)


def test_centroids_are_those_of_the_masks() -> None:
    spine = to_plain_spine(bend=Bend(cobb=25.0))
    centroids = to_centroids(spine)
    for name in ("L2", "S1"):
        origin = centroids[name] - 36.0
        axes = (np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
        affine = to_affine(axes, (1.5, 1.5), np.array([0, 0, 1.5]), origin)
        label = spine.vertebrae.index(name) + 1
        k, j, i = np.nonzero(to_masks(spine, affine, (49, 49, 49)).vertebrae == label)
        found = transform(affine, np.stack([i, j, k], axis=1).astype(float)).mean(axis=0)
        assert found == pytest.approx(centroids[name], abs=0.35)


def test_masks_hold_what_their_names_say() -> None:
    spine = to_plain_spine()
    points = {frame.level: frame.centre for frame in to_disc_frames(spine)}
    canal = to_openings(spine)[Level.L3_L4, Task.SCS]
    one_voxel = (1, 1, 1)

    def at(point: np.ndarray) -> tuple[int, int, int]:
        affine = np.eye(4)
        affine[:3, 3] = point
        masks = to_masks(spine, affine, one_voxel)
        return tuple(int(mask[0, 0, 0]) for mask in (masks.vertebrae, masks.discs, masks.canal))

    assert at(points[Level.L3_L4]) == (0, spine.vertebrae.index("L3") + 1, 0)
    assert at(to_centroids(spine)["L4"]) == (spine.vertebrae.index("L4") + 1, 0, 0)
    assert at(canal) == (0, 0, 1)
    assert at(canal + np.array([0, 60.0, 0])) == (0, 0, 0)


@pytest.mark.parametrize("rotation", [0.0, 12.0])
def test_frames_are_right_handed_and_left_is_left(rotation: float) -> None:
    for frame in to_disc_frames(to_plain_spine(bend=Bend(cobb=30.0, rotation=rotation))):
        assert np.cross(frame.left, frame.post) == pytest.approx(frame.sup)
        assert np.linalg.norm([frame.left, frame.post, frame.sup], axis=1) == pytest.approx(1.0)
        assert frame.left[0] > 0.8
        assert frame.sup[2] > 0.5


def test_left_openings_lie_left_of_the_canal_and_right_ones_right() -> None:
    spine = draw_spine(np.random.default_rng(8))
    openings = to_openings(spine)
    assert len(openings) == len(LEVELS) * len(TASKS)
    for level in LEVELS:
        middle = openings[level, Task.SCS][0]
        assert openings[level, Task.LFS][0] > openings[level, Task.LSS][0] > middle
        assert openings[level, Task.RFS][0] < openings[level, Task.RSS][0] < middle


@pytest.mark.parametrize(
    ("numbering", "last", "levels"), [(Numbering.FOUR, "L4", LEVELS[:4]), (Numbering.SIX, "L6", LEVELS[:5])]
)
def test_transitional_numbering(numbering: Numbering, last: str, levels: tuple[Level, ...]) -> None:
    spine = draw_spine(np.random.default_rng(0), SpineSettings(numbering=numbering))
    assert spine.vertebrae[spine.vertebrae.index("S1") - 1] == last
    assert tuple(frame.level for frame in to_disc_frames(spine)) == levels
    assert {level for level, _ in to_grades(spine)} == set(levels)
    assert last in to_centroids(spine)


def test_listhesis_moves_what_lies_above_to_the_front() -> None:
    plain = to_plain_spine()
    discs = tuple(replace(disc, slip_mm=5.0 if disc.level is Level.L4_L5 else 0.0) for disc in plain.discs)
    slipped = replace(plain, discs=discs)
    assert to_slips(slipped)[Level.L4_L5] == 5.0
    moved = {name: to_centroids(slipped)[name] - point for name, point in to_centroids(plain).items()}
    assert moved["L5"] == pytest.approx([0, 0, 0], abs=1e-9)
    assert moved["L4"][1] < -4
    assert moved["L1"][1] < -4
    discs_moved = [to - was for to, was in zip(to_middles(slipped), to_middles(plain), strict=True)]
    assert discs_moved[-1] == pytest.approx([0, 0, 0], abs=1e-9)
    assert discs_moved[-2][1] == pytest.approx(moved["L4"][1] / 2, abs=0.3)


def to_middles(spine: Spine) -> list[np.ndarray]:
    return [frame.centre for frame in to_disc_frames(spine)]


def test_slips_are_drawn_where_they_happen() -> None:
    slips = to_slips(draw_spine(np.random.default_rng(0), SpineSettings(slip_share=1.0)))
    assert [slip > 1 for slip in slips.values()] == [False, False, False, True, True, True]
    assert set(to_slips(draw_spine(np.random.default_rng(0), SpineSettings(slip_share=0.0))).values()) == {0.0}


@pytest.mark.parametrize("opening", [to_canal, to_foramen, to_recess])
def test_an_opening_narrows_steadily_with_severity(opening: object) -> None:
    sizes: list[Opening] = [opening(x, 0.0, 1.0) for x in np.linspace(-0.5, 3.5, 17)]  # type: ignore[operator]
    for values in ([size.half_depth_mm for size in sizes], [size.half_other_mm for size in sizes]):
        assert (np.diff(values) < 0).all()
    normal, shifted = opening(1.0, 0.0, 1.0), opening(1.0, 0.2, 1.0)  # type: ignore[operator]
    assert shifted.area_mm2 == pytest.approx(normal.area_mm2)
    assert shifted.half_depth_mm > normal.half_depth_mm


def test_drawn_spines_carry_their_grades_and_severities() -> None:
    spine = draw_spine(np.random.default_rng(3), SpineSettings(prior=Prior.UNIFORM))
    grades, severities = to_grades(spine), to_severities(spine)
    assert set(grades) == {(level, task) for level in LEVELS for task in TASKS} == set(severities)
    assert max(abs(severities[slot] - grade) for slot, grade in grades.items()) < 1.5
    assert to_grades(to_plain_spine()) == {}
    assert draw_spine(np.random.default_rng(3), SpineSettings(prior=Prior.UNIFORM)) == spine
    assert draw_spine(np.random.default_rng(4)) != spine


def test_worn_discs_are_lower() -> None:
    heights: dict[int, list[float]] = {grade: [] for grade in range(1, 6)}
    for seed in range(30):
        spine = draw_spine(np.random.default_rng(seed), SpineSettings(prior=Prior.UNIFORM, size=(1.0, 1.0)))
        disc = next(disc for disc in spine.discs if disc.level is Level.L4_L5)
        heights[disc.pfirrmann].append(disc.height_mm)
    means = [float(np.mean(values)) for values in heights.values() if values]
    assert len(means) > 2
    assert (np.diff(means) < 0).all()


def test_readers_who_agree_give_the_nearest_grade() -> None:
    spine = draw_spine(np.random.default_rng(5), SpineSettings(prior=Prior.UNIFORM, reader_overlap=0.0))
    severities = to_severities(spine)
    assert all(abs(severities[slot] - grade) <= 0.5 for slot, grade in to_grades(spine).items())
