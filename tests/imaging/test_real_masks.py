"""Masks of real spines: named, fitted and framed as an eye would."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from imaging.curve import fit_curve
from imaging.disc_frames import DiscFrames, to_disc_frames
from imaging.frames import DiscFrame
from imaging.geometry import to_angle_deg
from imaging.landmarks import Landmarks
from imaging.mask_labels import to_label_names
from imaging.masks import MaskLandmarks, to_mask_landmarks
from imaging.volume_files import read_file_volume
from lexicons.vocabulary import LEVELS

SHARED = Path(__file__).parents[2] / "../shared/data"
COUNTED = {
    "VB1_02_AKa3": "from lowest=S1",
    "VB2_17": "from lowest=L5",
}


def find(name: str, counted: str) -> MaskLandmarks:
    pytest.importorskip("nibabel")
    path = SHARED / "vertebra_volumes" / f"{name}_seg.nii.gz"
    if not path.is_file():
        pytest.skip("no ../shared/data/vertebra_volumes beside the repository")
    mask = read_file_volume(path)
    return to_mask_landmarks(name, mask, to_label_names(mask, counted).names)


def to_frames(landmarks: Landmarks) -> DiscFrames:
    return to_disc_frames(fit_curve(landmarks), landmarks)


def to_lean_deg(frame: DiscFrame) -> float:
    """How far a disc leans forwards."""
    return float(np.degrees(np.arctan2(-frame.sup[1], frame.sup[2])))


@pytest.mark.parametrize("name", COUNTED)
def test_vertebral_bodies(name: str) -> None:
    found = find(name, COUNTED[name]).landmarks
    bare = Landmarks(name, found.structures, found.points, found.confidence)
    assert fit_curve(bare).residuals_mm.max() < 1.5
    seen, by_curve = to_frames(found).frames, to_frames(bare).frames
    assert [frame.level for frame in seen] == list(LEVELS[: len(seen)]) and len(seen) >= 5
    leans = [to_lean_deg(frame) for frame in seen]
    assert all(second > first - 6 for first, second in pairwise(leans))
    assert -20 < leans[0] < 10 and leans[-1] > 5
    for one, other in zip(seen, by_curve, strict=True):
        assert np.linalg.norm(one.centre - other.centre) < 6
        assert to_angle_deg(one.sup, other.sup) < 15


@pytest.mark.parametrize("name", ["IVD_11", "IVD_42"])
def test_discs(name: str) -> None:
    found = to_frames(find(name, "from 1=L5-S1").landmarks)
    assert [frame.level for frame in found.frames] == list(LEVELS[1:])
    leans = [to_lean_deg(frame) for frame in found.frames]
    assert leans == sorted(leans) and 25 < leans[-1] < 45
    assert found.remarks == ()
