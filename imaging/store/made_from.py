"""What a study's crops were made from, as a digest: so that a later run knows whether they are still right."""

import hashlib
import json
from typing import Any

from imaging.landmarks import Landmarks
from imaging.study import Stack, Study


def to_digest(study: Study, landmarks: Landmarks | None) -> str:
    """A digest of a study's series and their geometry, and of its landmarks; where the files lie changes nothing."""
    series = [
        [one.digest, str(one.plane), str(one.weighting), one.frame_of_reference, one.excluded, *map(_plain, one.stacks)]
        for one in study.series
    ]
    said = [] if study.phantom is None else [study.phantom]
    content = json.dumps([study.study_id, series, _plain_landmarks(landmarks), *said])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _plain(stack: Stack) -> list[Any]:
    offsets = None if stack.slice_offsets_mm is None else stack.slice_offsets_mm.tolist()
    return [stack.shape, stack.affine.tolist(), offsets, stack.thickness_mm, stack.remarks]


def _plain_landmarks(landmarks: Landmarks | None) -> list[Any] | None:
    if landmarks is None:
        return None
    discs = [
        [disc.level, disc.centre.tolist(), None if disc.normal is None else disc.normal.tolist(), disc.confidence]
        for disc in landmarks.discs
    ]
    return [landmarks.structures, landmarks.points.tolist(), landmarks.confidence.tolist(), discs, landmarks.remarks]
