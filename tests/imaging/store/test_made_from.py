from dataclasses import replace
from pathlib import Path

import numpy as np

from imaging.geometry import Plane
from imaging.landmarks import DiscLandmark, Landmarks
from imaging.store.made_from import to_digest
from imaging.study import Series, SliceSource, Stack, Study, Weighting
from lexicons.vocabulary import Level

STACK = Stack((2, 3, 4), np.eye(4), 4.0, None, (SliceSource(Path("/a/b"), None, 0, 1),) * 2)
SERIES = Series(1, "ab12", "cd34", Plane.SAGITTAL, Weighting.T2, False, False, 100.0, (STACK,))
STUDY = Study("1.2", (SERIES,))
DISC = DiscLandmark(Level.L4_L5, np.zeros(3), None, 0.5)
LANDMARKS = Landmarks("1.2", ("L4", "L5"), np.zeros((2, 3)), np.ones(2), (DISC,))


def with_stack(stack: Stack) -> Study:
    return replace(STUDY, series=(replace(SERIES, stacks=(stack,)),))


def test_whatever_changes_the_crops_changes_the_digest() -> None:
    moved = np.eye(4)
    moved[0, 3] = 1e-9
    studies = [
        STUDY,
        replace(STUDY, study_id="1.3"),
        replace(STUDY, phantom=True),
        replace(STUDY, phantom=False),
        replace(STUDY, series=(SERIES, SERIES)),
        replace(STUDY, series=(replace(SERIES, frame_of_reference="x"),)),
        replace(STUDY, series=(replace(SERIES, excluded="localizer"),)),
        with_stack(replace(STACK, affine=moved)),
        with_stack(replace(STACK, shape=(2, 4, 3))),
        with_stack(replace(STACK, slice_offsets_mm=np.array([0.0, 4.0]))),
    ]
    landmarks = [
        LANDMARKS,
        None,
        replace(LANDMARKS, points=np.full((2, 3), 1e-9)),
        replace(LANDMARKS, structures=("L3", "L4")),
        replace(LANDMARKS, confidence=np.zeros(2)),
        replace(LANDMARKS, discs=()),
        replace(LANDMARKS, remarks=("ambiguous-numbering",)),
        replace(LANDMARKS, discs=(replace(DISC, normal=np.array([0.0, 0.0, 1.0])),)),
    ]
    digests = {to_digest(study, LANDMARKS) for study in studies} | {to_digest(STUDY, each) for each in landmarks}
    assert len(digests) == len(studies) + len(landmarks) - 1


def test_where_files_lie_changes_no_digest() -> None:
    elsewhere = replace(STACK, sources=(SliceSource(Path("/c"), "d", 3, 9),) * 2)
    assert to_digest(with_stack(elsewhere), LANDMARKS) == to_digest(STUDY, LANDMARKS)
