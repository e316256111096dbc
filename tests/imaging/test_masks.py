"""Landmarks of masks: bodies without their arches, names by counting, discs with their planes."""

import numpy as np
import pytest

from imaging.curve import fit_curve
from imaging.disc_frames import to_disc_frames
from imaging.endplates import to_endplate
from imaging.geometry import FloatArray, normalise, to_angle_deg
from imaging.landmarks import LandmarkError
from imaging.mask_labels import parse_label_table, sort_labels, to_label_names
from imaging.masks import to_disc_normal, to_mask_landmarks
from imaging.vertebral_body import to_body_indices
from imaging.volume import Volume
from lexicons.vocabulary import LEVELS
from tests.imaging.mask_spine import to_mask
from tests.imaging.spines import make_spine, NAMES, TrueSpine

SHUFFLED = dict(zip(NAMES, (5, 3, 8, 1, 2, 7, 4, 6), strict=True))
LABELS = {label: name for name, label in SHUFFLED.items()}


@pytest.fixture(scope="module")
def spine() -> TrueSpine:
    return make_spine(lordosis_deg=45, slope_deg=38, cobb_deg=15)


@pytest.fixture(scope="module")
def mask(spine: TrueSpine) -> Volume:
    return to_mask(spine, SHUFFLED)


@pytest.fixture(scope="module")
def whole(spine: TrueSpine) -> Volume:
    return to_mask(spine, SHUFFLED, with_arches=True)


def test_centroids_of_bodies(spine: TrueSpine, mask: Volume) -> None:
    found = to_mask_landmarks("a", mask, LABELS, with_endplates=False).landmarks
    assert found.structures == NAMES and found.study_id == "a"
    errors = np.linalg.norm(found.points - spine.landmarks.points, axis=1)
    assert errors[:-1].max() < 1.2
    assert errors[-1] < 3.0  # S1 of the mask does not narrow


def test_arches_do_not_move_a_centroid(mask: Volume, whole: Volume) -> None:
    bodies = to_mask_landmarks("a", mask, LABELS, with_endplates=False).landmarks
    with_arches = to_mask_landmarks("a", whole, LABELS, with_endplates=False).landmarks
    assert np.linalg.norm(with_arches.points - bodies.points, axis=1).max() < 1.0
    raw = np.argwhere(whole.voxels == SHUFFLED["L3"])[:, ::-1].mean(axis=0)
    assert np.linalg.norm(whole.to_points(raw) - bodies.points[NAMES.index("L3")]) > 4.0


def test_a_single_slice_has_bodies_too(spine: TrueSpine, whole: Volume) -> None:
    k = int(np.rint(whole.to_indices(spine.landmarks.points[4])[2]))
    affine = whole.affine.copy()
    affine[:3, 3] = whole.to_points(np.array([0.0, 0, k]))
    one = Volume(whole.voxels[k : k + 1], affine, 3.0)
    centre = one.to_points(to_body_indices(one, np.argwhere(one.voxels == SHUFFLED["L3"]))).mean(axis=0)
    assert np.linalg.norm((centre - spine.landmarks.points[4])[1:]) < 1.5


def test_facing_endplates_give_the_discs(spine: TrueSpine, mask: Volume) -> None:
    result = to_mask_landmarks("a", mask, LABELS)
    assert result.remarks == ()
    assert [disc.level for disc in result.landmarks.discs] == list(LEVELS)
    for disc, centre, normal in zip(result.landmarks.discs, spine.centres[1:], spine.normals[1:], strict=True):
        assert disc.normal is not None
        assert to_angle_deg(disc.normal, normal) < 2.5
        assert abs((disc.centre - centre) @ normal) < 0.8
        assert np.linalg.norm(disc.centre - centre) < 2.5


def test_discs_of_the_mask_stand_before_endplates(spine: TrueSpine) -> None:
    own = to_mask(spine, SHUFFLED, levels={5: 205, 6: 206})
    names = LABELS | {205: "L4-L5", 206: "L5-S1"}
    landmarks = to_mask_landmarks("a", own, names).landmarks
    assert [disc.level for disc in landmarks.discs] == list(LEVELS)
    only = to_mask_landmarks("a", own, names, with_endplates=False).landmarks.discs
    for disc, n in zip(only, (5, 6), strict=True):
        assert disc.normal is not None
        assert to_angle_deg(disc.normal, spine.normals[n]) < 1.5
        assert np.linalg.norm(disc.centre - spine.centres[n]) < 1.0
        np.testing.assert_array_equal(landmarks.discs[n - 1].centre, disc.centre)


def test_frames_of_a_mask_have_left_at_left(spine: TrueSpine, mask: Volume) -> None:
    landmarks = to_mask_landmarks("a", mask, LABELS).landmarks
    turned = mask.affine @ flip(mask, 2) @ flip(mask, 0)
    flipped = Volume(mask.voxels[::-1, :, ::-1], turned, mask.thickness_mm)
    for one, other in zip(
        to_disc_frames(fit_curve(landmarks), landmarks).frames,
        to_disc_frames(fit_curve(landmarks), to_mask_landmarks("a", flipped, LABELS).landmarks).frames,
        strict=True,
    ):
        np.testing.assert_allclose(one.centre, other.centre, atol=0.3)
        assert one.left[0] > 0.9 and other.left[0] > 0.9


def flip(volume: Volume, axis: int) -> FloatArray:
    """The affine's factor of an array reversed along its columns."""
    factor = np.eye(4)
    factor[2 - axis, 2 - axis] = -1
    factor[2 - axis, 3] = volume.voxels.shape[axis] - 1
    return factor


def test_uneven_slices_count_where_they_lie(mask: Volume) -> None:
    k = np.arange(mask.voxels.shape[0])
    keep = k[(k % 5 != 2)]
    affine = mask.affine.copy()
    affine[:3, 2] = normalise(mask.affine[:3, 2])
    uneven = Volume(mask.voxels[keep], affine, 3.0, 3.0 * keep.astype(np.float64))
    even = to_mask_landmarks("a", mask, LABELS, with_endplates=False).landmarks
    found = to_mask_landmarks("a", uneven, LABELS, with_endplates=False).landmarks
    assert np.linalg.norm(found.points - even.points, axis=1).max() < 1.5


def test_too_little_of_a_vertebra_is_remarked(mask: Volume) -> None:
    voxels = mask.voxels.copy()
    own = np.argwhere(voxels == SHUFFLED["T11"])
    voxels[tuple(own[5:].T)] = 0
    result = to_mask_landmarks("a", Volume(voxels, mask.affine, 3.0), LABELS)
    assert "too-small T11" in result.remarks
    assert result.landmarks.structures == NAMES[1:]


def test_a_mask_without_the_labels_is_refused(mask: Volume) -> None:
    with pytest.raises(LandmarkError, match="none of the named labels"):
        to_mask_landmarks("a", mask, {99: "L5"})


def test_an_endplate_that_leans_off_the_curve_is_left_to_the_curve(spine: TrueSpine, mask: Volume) -> None:
    voxels = mask.voxels.copy()
    own = np.argwhere(voxels == SHUFFLED["L3"])
    points = mask.to_points(own[:, ::-1].astype(np.float64)) - spine.landmarks.points[4]
    crushed = points[:, 2] - 0.8 * points[:, 1] < -2  # a wedge through the body
    voxels[tuple(own[crushed].T)] = 0
    result = to_mask_landmarks("a", Volume(voxels, mask.affine, 3.0), LABELS)
    assert result.remarks == ("endplate-unseen L3-L4",)


def test_an_endplate_stands_across_its_body() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform([-22, -16, -13], [22, 16, 13], (20000, 3))
    points = points[points[:, 2] < 13 - 0.2 * points[:, 1]]
    plate = to_endplate(points, np.array([0.0, -0.3, 1.0]))
    assert plate is not None
    assert to_angle_deg(plate.normal, np.array([0, 0.2, 1])) < 5  # one round, begun 28 degrees off, leaves 9
    steep = points[points[:, 2] < 6 - 0.45 * points[:, 1]]
    turned = to_endplate(steep, np.array([0.0, -0.1, 1.0]))
    assert turned is not None
    assert to_angle_deg(turned.normal, np.array([0, 0.45, 1])) < 1.5
    flat = to_endplate(points, np.array([0.0, 0.0, -1.0]))
    assert flat is not None
    assert to_angle_deg(flat.normal, np.array([0, 0, 1.0])) < 2
    assert flat.centre[2] == pytest.approx(-13, abs=0.7)
    assert to_endplate(points[:10], np.array([0.0, 0.0, 1.0])) is None


def test_a_disc_s_normal_on_thin_slices_and_of_a_ball() -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform([-20, -16, -4], [20, 16, 4], (4000, 3))
    tilt = np.array([[1.0, 0, 0], [0, 0.8, -0.6], [0, 0.6, 0.8]])
    sagittal = np.array([1.0, 0, 0])
    for own in (points, points * [0, 1, 1]):
        normal = to_disc_normal(own @ tilt.T, sagittal)
        assert normal is not None
        assert to_angle_deg(normal, tilt[:, 2]) < 2
    far = to_disc_normal(points * [0, 1, 1] @ tilt.T + sagittal * rng.choice([-12, 12], (4000, 1)), sagittal)
    assert far is not None
    assert to_angle_deg(far, tilt[:, 2]) < 2
    skew = points * [0, 1, 1] @ tilt.T + rng.choice([-8, 8], (4000, 1)) * np.array([1, 0, 0.6])
    seen = to_disc_normal(skew, sagittal)
    assert seen is not None and abs(seen @ sagittal) < 1e-9
    assert to_disc_normal(rng.normal(size=(4000, 3)), sagittal) is None


def test_counting_from_a_label(mask: Volume) -> None:
    assert sort_labels(mask) == list(SHUFFLED.values())
    assert to_label_names(mask, "from lowest=S1").names == LABELS
    assert to_label_names(mask, f"from {SHUFFLED['L3']}=L3") == (LABELS, ())
    higher = to_label_names(mask, "from lowest=L5")
    assert higher.names[SHUFFLED["S1"]] == "L5" and SHUFFLED["T11"] not in higher.names
    assert higher.remarks == ("beyond-numbering",)
    six = to_label_names(mask, f"from {SHUFFLED['S1']}=L6").names
    assert six[SHUFFLED["S1"]] == "L6" and six[SHUFFLED["L5"]] == "L5"


def test_counting_discs(spine: TrueSpine) -> None:
    own = to_mask(spine, {}, levels=dict(enumerate((7, 6, 5, 4, 3, 2, 1))))
    assert to_label_names(own, "from 1=L5-S1").names == {n: str(LEVELS[-n]) for n in range(1, 7)}


def test_with_nothing_known_the_lowest_is_l5_with_a_remark(mask: Volume) -> None:
    found = to_label_names(mask)
    assert found.names[SHUFFLED["S1"]] == "L5"
    assert found.remarks[0] == "ambiguous-numbering"


def test_spider_s_numbers(mask: Volume) -> None:
    voxels = np.zeros((2, 3, 6), dtype=np.uint8)
    voxels[0, 0] = [1, 2, 7, 8, 100, 102]
    voxels[0, 1, :3] = [201, 206, 207]
    found = to_label_names(Volume(voxels, np.eye(4), 1.0), "spider")
    assert found.names == {1: "L5", 2: "L4", 7: "T11", 201: "L5-S1", 206: "T12-L1"}
    assert found.remarks == ("beyond-numbering",)


def test_a_table_of_labels() -> None:
    assert parse_label_table("1=L5, 2=L4,201=L5-S1") == {1: "L5", 2: "L4", 201: "L5-S1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1:L5", "expected such as 1=L5"),
        ("1=L9", "the nearest known is 'L"),
        ("1=L5,1=L4", "stands twice"),
        ("1=L5,2=L5", "stands twice"),
        ("", "expected such as 1=L5"),
        ("from lowest=S2", "expected such as|the nearest known is 'S1'"),
        ("from 42=S1", "no label 42 in the mask; found 1, 2"),
    ],
)
def test_labels_that_cannot_be_read(mask: Volume, text: str, words: str) -> None:
    with pytest.raises(LandmarkError, match=words):
        parse_label_table(text) if not text.startswith("from") else to_label_names(mask, text)


def test_a_mask_of_fractions_or_of_nothing_is_refused() -> None:
    with pytest.raises(LandmarkError, match="no whole numbers"):
        to_label_names(Volume(np.full((2, 2, 2), 0.5, dtype=np.float32), np.eye(4), 1.0))
    with pytest.raises(LandmarkError, match="no label but 0"):
        to_label_names(Volume(np.zeros((2, 2, 2)), np.eye(4), 1.0))
