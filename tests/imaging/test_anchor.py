from dataclasses import replace

import numpy as np
import pytest

from imaging.anchor import Anchor, parse_anchor, to_renumbered
from imaging.landmarks import DiscLandmark, LandmarkError, Landmarks
from lexicons.vocabulary import Level

UP = np.array([0.0, 0.0, 1.0])


def spine(*structures: str, discs: tuple[Level, ...] = ()) -> Landmarks:
    """Centroids 35 mm apart, head to foot, from z 0; a disc in each place between."""
    points = np.array([[1.0, 2.0, -35.0 * n] for n in range(len(structures))])
    upper = [structures.index(str(level).split("-")[0]) for level in discs]
    seen = tuple(
        DiscLandmark(level, np.array([1.0, 2.0, -35.0 * n - 17.5]), UP, 0.8)
        for level, n in zip(discs, upper, strict=True)
    )
    return Landmarks("1.2", structures, points, np.linspace(0.5, 1.0, len(structures)), seen)


def anchored(landmarks: Landmarks, name: str, place: int) -> Landmarks:
    return to_renumbered(landmarks, Anchor(name, np.array([4.0, -3.0, -35.0 * place + 5])))


@pytest.mark.parametrize(
    ("structures", "name", "place", "renumbered", "kept"),
    [
        ("L1 L2 L3 L4 L5", "L5", 4, "L1 L2 L3 L4 L5", slice(5)),
        ("T12 L1 L2 L3 L4", "L5", 4, "L1 L2 L3 L4 L5", slice(5)),
        ("T12 L1 L2 L3 L4 L5", "S1", 5, "L1 L2 L3 L4 L5 S1", slice(6)),
        ("L1 L2 L3 L4 L5 S1", "L5", 5, "T12 L1 L2 L3 L4 L5", slice(6)),
        ("L2 L3 L4 L5 S1", "S1", 3, "L3 L4 L5 S1", slice(4)),
        ("T11 T12 L1 L2 L3", "L1", 3, "T11 T12 L1 L2", slice(1, 5)),
        ("L1 L2 L3 L4 L5 L6 S1", "S1", 6, "L1 L2 L3 L4 L5 L6 S1", slice(7)),
        ("L1 L2 L3 L4 L5 L6", "L5", 5, "T12 L1 L2 L3 L4 L5", slice(6)),
        ("L1 L2 L3 L4 L5 L6 S1", "S1", 5, "L1 L2 L3 L4 L5 S1", slice(6)),
        ("L1 L2 L3 L4 L5 S1", "L6", 5, "L1 L2 L3 L4 L5 L6", slice(6)),
        ("L1 L2 L4 L5", "S1", 3, "L2 L3 L5 S1", slice(4)),
    ],
)
def test_the_others_are_counted_from_the_anchor(
    structures: str, name: str, place: int, renumbered: str, kept: slice
) -> None:
    before = spine(*structures.split())
    if structures == "L1 L2 L4 L5":
        before.points[2:, 2] -= 35.0
        place = 4
    after = anchored(before, name, place)
    assert after.structures == tuple(renumbered.split())
    np.testing.assert_array_equal(after.points, before.points[kept])
    np.testing.assert_array_equal(after.confidence, before.confidence[kept])


def test_discs_move_with_their_vertebrae() -> None:
    before = spine("T12", "L1", "L2", "L3", "L4", discs=(Level.T12_L1, Level.L3_L4))
    after = anchored(before, "L5", 4)
    assert [disc.level for disc in after.discs] == [Level.L1_L2, Level.L4_L5]
    assert after.discs[1].centre is before.discs[1].centre
    below = anchored(spine("L3", "L4", "L5", "S1", discs=(Level.L5_S1,)), "S1", 2)
    assert below.discs == ()


def test_an_anchor_ends_the_ambiguity() -> None:
    before = replace(spine("L3", "L4", "L5"), remarks=("ambiguous-numbering", "beyond-numbering"))
    assert anchored(before, "L5", 2).remarks == ("beyond-numbering",)
    assert anchored(before, "S1", 2).remarks == ()


def test_an_anchor_far_from_every_centroid_is_refused() -> None:
    with pytest.raises(LandmarkError, match="no centroid within 20 mm of the anchor S1; the nearest is 27 mm"):
        to_renumbered(spine("L4", "L5"), Anchor("S1", np.array([1.0, 2.0, -62.0])))
    lone = Landmarks("1", (), np.zeros((0, 3)), np.zeros(0), spine("L4", "L5", discs=(Level.L4_L5,)).discs)
    with pytest.raises(LandmarkError, match="there are none"):
        to_renumbered(lone, Anchor("S1", np.zeros(3)))


def test_an_anchor_is_parsed() -> None:
    anchor = parse_anchor(" S1 = -2.5, 31,-4.8e2 ")
    assert anchor.structure == "S1"
    assert anchor.point.tolist() == [-2.5, 31.0, -480.0]


@pytest.mark.parametrize("text", ["", "S1", "S1=1,2", "S1=1,2,3,4", "S2=1,2,3", "S1=a,b,c", "S1=nan,0,0", "S1=1,,2"])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(LandmarkError):
        parse_anchor(text)
