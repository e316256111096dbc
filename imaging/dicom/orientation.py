"""Frames of one orientation: clusters in which both in-plane directions agree."""

from collections.abc import Sequence

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist

from imaging.dicom.record import FrameHeader
from imaging.geometry import FloatArray, normalise, to_perpendicular, to_unit_axes

SAME_DEG = 1.0


def cluster_orientations(frames: Sequence[FrameHeader]) -> list[list[FrameHeader]]:
    """The frames in clusters within which the directions of rows and of columns differ by less than SAME_DEG.

    Complete linkage; both directions, for a half turn in the plane has the same normal but for its sign. The clusters
    do not depend on the order of the frames.
    """
    keys = [tuple(np.round(frame.orientation, 4).tolist()) for frame in frames]
    distinct = sorted(set(keys))
    numbers = dict(zip(distinct, _cluster(np.array(distinct)), strict=True))
    clusters: dict[int, list[FrameHeader]] = {}
    for frame, key in zip(frames, keys, strict=True):
        clusters.setdefault(numbers[key], []).append(frame)
    return list(clusters.values())


def to_mean_axes(frames: Sequence[FrameHeader]) -> tuple[FloatArray, FloatArray]:
    """The mean unit directions of rows and columns of a cluster, (3,) each, at a right angle."""
    axes = np.array([to_unit_axes(np.array(frame.orientation)) for frame in frames])  # (frames, 2, 3)
    x, y = axes.mean(axis=0)
    x = normalise(x)
    return x, to_perpendicular(y, x)


def _cluster(orientations: FloatArray) -> list[int]:
    if len(orientations) == 1:
        return [0]
    x, y = orientations[:, :3], orientations[:, 3:]
    chords = np.maximum(pdist(x), pdist(y))
    limit = 2 * np.sin(np.radians(SAME_DEG) / 2)
    labels: list[int] = fcluster(linkage(chords, "complete"), np.nextafter(limit, 0), "distance").tolist()
    return labels
