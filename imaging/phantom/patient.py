"""A phantom spine in a scanner, as the thing that is scanned."""

from collections.abc import Sequence

import numpy as np

from imaging.geometry import FloatArray
from imaging.phantom.anatomy import Spine
from imaging.phantom.render import render_weightings
from imaging.phantom.scanner import Scanner
from imaging.phantom.scene import Scene, Voxels
from imaging.phantom.truth import to_centroids, to_disc_frames, to_openings
from imaging.study import Weighting


def to_scene(spine: Spine, scanner: Scanner) -> Scene:
    """The spine in the scanner; its points are the openings, named ``L4-L5 LFS``."""

    def render(
        affine: FloatArray,
        shape: tuple[int, int, int],
        thickness_mm: float,
        weightings: Sequence[Weighting],
        rng: np.random.Generator,
    ) -> tuple[Voxels, ...]:
        return render_weightings(spine, affine, shape, thickness_mm, weightings, scanner, rng)

    centroids = to_centroids(spine)
    points = {f"{level} {task}": point for (level, task), point in to_openings(spine).items()}
    return Scene(render, to_disc_frames(spine), tuple(centroids), np.stack(list(centroids.values())), points)
