"""Label points: from pixels to the patient, and from points of the canal to landmarks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest

from imaging.curve import fit_curve
from imaging.disc_frames import to_disc_frames
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, to_angle_deg
from imaging.label_points import check_sides, LabelPoints, parse_label_points, to_slice_affine
from imaging.landmarks import LandmarkError
from imaging.phantom import truth
from imaging.phantom.anatomy import Scoliosis
from imaging.point_landmarks import to_left, to_point_landmarks
from lexicons.vocabulary import Level, LEVELS, Task
from tests.imaging.test_recovery import draw

RSNA = Path(__file__).parents[2] / "../shared/data/rsna2024"
STUDY = "100206310"

SAGITTAL = to_slice_affine(np.array([10.0, -80, 60]), np.array([0.0, 1, 0, 0, 0, -1]), (0.5, 0.4))


def make_table(**cells: object) -> pd.DataFrame:
    row = {
        "study_id": "1",
        "series_id": "22",
        "instance_number": 9,
        "condition": "spinal_canal_stenosis",
        "level": "l4_l5",
        "x": 100.0,
        "y": 40.0,
    }
    return pd.DataFrame([row | cells])


def test_x_is_the_column_and_y_the_row() -> None:
    points = parse_label_points(make_table(), "1", {("22", 9): SAGITTAL})
    np.testing.assert_allclose(points[Level.L4_L5, Task.SCS], [10, -80 + 100 * 0.4, 60 - 40 * 0.5])


def test_the_competition_s_own_names_are_read() -> None:
    table = make_table(condition="Left Neural Foraminal Narrowing", level="L5/S1")
    assert list(parse_label_points(table, "1", {("22", 9): SAGITTAL})) == [(Level.L5_S1, Task.LFS)]


def test_other_studies_are_left_out() -> None:
    assert parse_label_points(make_table(), "2", {}) == {}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"level": "l6_s1"}, "label-level"),
        ({"condition": "stenosis"}, "label-condition"),
        ({"instance_number": 10}, "label-slice"),
        ({"x": np.nan}, "landmark-not-finite"),
    ],
)
def test_a_bad_row_is_named(cells: dict[str, object], code: str) -> None:
    with pytest.raises(LandmarkError, match="row 1") as caught:
        parse_label_points(make_table(**cells), "1", {("22", 9): SAGITTAL})
    assert caught.value.code == code


def test_a_point_that_stands_twice_or_a_missing_column_is_refused() -> None:
    with pytest.raises(LandmarkError, match="row 2: L4-L5 SCS has a point already"):
        parse_label_points(pd.concat([make_table()] * 2), "1", {("22", 9): SAGITTAL})
    with pytest.raises(LandmarkError, match="no column 'level'"):
        parse_label_points(make_table().drop(columns="level"), "1", {})


def test_sides_the_wrong_way_round_are_refused() -> None:
    left, right = np.array([20.0, 0, 0]), np.array([-20.0, 0, 0])
    check_sides({(Level.L4_L5, Task.LFS): left, (Level.L4_L5, Task.RFS): right})
    for one, other in ((Task.LFS, Task.RFS), (Task.LSS, Task.RSS)):
        with pytest.raises(LandmarkError, match="lies to the right"):
            check_sides({(Level.L4_L5, one): right, (Level.L4_L5, other): left})


def find(points: LabelPoints) -> tuple[DiscFrame, ...]:
    landmarks = to_point_landmarks("a", points)
    return to_disc_frames(fit_curve(landmarks), landmarks, to_left(points)).frames


@pytest.mark.parametrize(("cobb", "most_deg"), [(0.0, 4.0), (20.0, 5.0)])
def test_the_phantom_s_openings_lead_to_its_discs(cobb: float, most_deg: float) -> None:
    """Within the spread of discs' depths, 4 mm, and 5 degrees."""
    for seed in range(3):
        spine = draw(seed, cobb, Scoliosis.C)
        found = find(truth.to_openings(spine))
        for frame, true in zip(found, truth.to_disc_frames(spine), strict=True):
            assert np.linalg.norm(frame.centre - true.centre) < 4.0
            assert to_angle_deg(frame.sup, true.sup) < most_deg


def test_the_vertebrae_at_the_ends_are_less_certain() -> None:
    points = {key: p for key, p in truth.to_openings(draw(0, 0.0, Scoliosis.C)).items() if key[0] is not Level.T12_L1}
    landmarks = to_point_landmarks("a", points)
    assert landmarks.structures == ("L1", "L2", "L3", "L4", "L5", "S1")
    assert landmarks.confidence.tolist() == [0.25, 0.5, 0.5, 0.5, 0.5, 0.25]
    true = truth.to_centroids(draw(0, 0.0, Scoliosis.C))
    errors = [np.linalg.norm(p - true[name]) for name, p in zip(landmarks.structures, landmarks.points, strict=True)]
    assert max(errors) < 4.0


def test_a_level_without_a_point_leaves_its_vertebrae_out() -> None:
    points = {key: p for key, p in truth.to_openings(draw(0, 0.0, Scoliosis.C)).items() if key[0] is not Level.L3_L4}
    landmarks = to_point_landmarks("a", points)
    assert "L3" not in landmarks.structures and "L4" not in landmarks.structures
    assert Level.L3_L4 not in [frame.level for frame in find(points)]


def test_fewer_than_two_levels_are_refused() -> None:
    with pytest.raises(LandmarkError, match="1 levels with a point of the canal"):
        to_point_landmarks("a", {(Level.L4_L5, Task.SCS): np.zeros(3)})


def test_a_canal_labelled_on_one_slice_is_moved_between_the_sides() -> None:
    points = dict(truth.to_openings(draw(1, 25.0, Scoliosis.C)))
    exact = find(points)
    on_one_slice = {key: p * [0, 1, 1] if key[1] is Task.SCS else p for key, p in points.items()}
    for one, other in zip(exact, find(on_one_slice), strict=True):
        np.testing.assert_allclose(one.centre, other.centre, atol=1e-6)


def test_left_turns_with_the_patient() -> None:
    points = truth.to_openings(draw(0, 0.0, Scoliosis.C))
    np.testing.assert_allclose(to_left({}), [1, 0, 0])
    c, s = np.cos(0.3), np.sin(0.3)
    turned = {key: np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ point for key, point in points.items()}
    assert to_angle_deg(to_left(turned), np.array([c, s, 0])) < 1.0


def read_patient() -> LabelPoints:
    if not (RSNA / "train_images" / STUDY).is_dir():
        pytest.skip("no ../shared/data/rsna2024 beside the repository")
    affines: dict[tuple[str, int], FloatArray] = {}
    for path in (RSNA / "train_images" / STUDY).glob("*/*.dcm"):
        header = pydicom.dcmread(path, stop_before_pixels=True)
        affines[path.parent.name, int(path.stem)] = to_slice_affine(
            np.array(header.ImagePositionPatient, dtype=np.float64),
            np.array(header.ImageOrientationPatient, dtype=np.float64),
            (float(header.PixelSpacing[0]), float(header.PixelSpacing[1])),
        )
    table = pd.read_csv(RSNA / "train_label_coordinates.csv", dtype={"study_id": str, "series_id": str})
    return parse_label_points(table, STUDY, affines)


def test_a_real_patient_s_points_lie_where_they_should_in_the_discs_frames() -> None:
    points = read_patient()
    assert len(points) == 25
    found = find(points)
    assert [frame.level for frame in found] == list(LEVELS[1:])
    tilts = [float(np.degrees(np.arctan2(-frame.sup[1], frame.sup[2]))) for frame in found]
    assert tilts == sorted(tilts) and -25 < tilts[0] < 5 and 20 < tilts[-1] < 45
    for frame in found:
        for task in Task:
            offset = points[frame.level, task] - frame.centre
            side, back, up = offset @ frame.left, offset @ frame.post, offset @ frame.sup
            assert 8 < back < 30 and abs(up) < 12
            if task is Task.SCS:
                assert abs(side) < 7  # the slice that all five were set on
            else:
                assert (side > 3) if task in (Task.LFS, Task.LSS) else (side < -3)
