"""A scene that needs no anatomy: a ramp of signal, straight discs, and a bright blob in the patient's left."""

from collections.abc import Sequence

import numpy as np

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, transform
from imaging.phantom.scene import RenderSlices, Scene, Voxels
from imaging.study import Weighting
from lexicons.vocabulary import LEVELS

BLOB_LEVEL = 3
DISC_STEP_MM = 35.0
BLOB_FROM_DISC = np.array([18.0, 22.0, 3.0])
"""Left, post, sup of the disc's centre: where the left foramen is."""

BLOB_RADIUS_MM = 5.0


def make_frames(tilt_deg: float = 0.0) -> tuple[DiscFrame, ...]:
    """Discs under each other, each a little more tilted about the left axis."""
    frames = []
    for number, level in enumerate(LEVELS):
        angle = np.radians(tilt_deg * (number - 2))
        sup = np.array([0.0, -np.sin(angle), np.cos(angle)])
        left = np.array([1.0, 0.0, 0.0])
        centre = np.array([4.0, -30.0, 80.0 - DISC_STEP_MM * number])
        frames.append(DiscFrame(level, centre, left, np.cross(sup, left), sup))
    return tuple(frames)


def make_scene(tilt_deg: float = 0.0) -> Scene:
    frames = make_frames(tilt_deg)
    disc = frames[BLOB_LEVEL]
    left, post, sup = BLOB_FROM_DISC
    blob = disc.centre + left * disc.left + post * disc.post + sup * disc.sup
    structures = ("T12", "L1", "L2", "L3", "L4", "L5", "S1")
    centroids = np.array([[4.0, -30.0, 80.0 + DISC_STEP_MM * (0.5 - n)] for n in range(7)])
    return Scene(make_render(blob), frames, structures, centroids, {"blob": blob})


def make_render(blob: FloatArray) -> RenderSlices:
    def render(
        affine: FloatArray,
        shape: tuple[int, int, int],
        thickness_mm: float,
        weightings: Sequence[Weighting],
        rng: np.random.Generator,
    ) -> tuple[Voxels, ...]:
        k, j, i = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
        points = transform(affine, np.stack([i, j, k], axis=-1).astype(np.float64))
        normal = np.cross(affine[:3, 0], affine[:3, 1])
        normal /= np.linalg.norm(normal)
        parts = [
            np.exp(-0.5 * (((points + offset * thickness_mm * normal - blob) / BLOB_RADIUS_MM) ** 2).sum(axis=-1))
            for offset in (-0.4, -0.2, 0.0, 0.2, 0.4)
        ]
        ramp = 300 + 0.5 * points[..., 0] + 0.3 * points[..., 1]
        signal = ramp + 2500 * np.mean(parts, axis=0)
        noisy = (np.clip(signal + rng.normal(0, 2, shape), 0, 4095) for _ in weightings)
        return tuple(np.asarray(np.rint(voxels), dtype=np.uint16) for voxels in noisy)

    return render
