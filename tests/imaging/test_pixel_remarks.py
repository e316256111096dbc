import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from imaging.pixel_remarks import to_pixel_remarks
from imaging.volume import Volume


def to_volume(change: str = "") -> Volume:
    """Smooth anatomy with the noise of an MR image, or the same with one thing wrong."""
    rng = np.random.default_rng(4)
    smooth = gaussian_filter(rng.standard_normal((6, 48, 40)), (1, 4, 4))
    voxels = 2000 + 300 * smooth / smooth.std() + 30 * rng.standard_normal(smooth.shape)
    if change == "blank":
        voxels[2] = 0
    elif change == "repeated":
        voxels[3] = voxels[2]
    elif change == "noise":
        voxels[4] = rng.integers(0, 60, voxels[4].shape)
    elif change == "overflow":
        voxels = (voxels + 1900) % 4096
    return Volume(voxels.astype(np.uint16), np.eye(4), 1.0)


@pytest.mark.parametrize(
    ("change", "code"),
    [("blank", "blank-slice"), ("repeated", "repeated-slice"), ("noise", "noise-slice"), ("overflow", "overflow")],
)
def test_what_is_wrong_with_the_voxels_is_seen_and_nothing_else(change: str, code: str) -> None:
    assert to_pixel_remarks(to_volume(change)) == (code,)


def test_a_sound_volume_has_no_remarks() -> None:
    assert to_pixel_remarks(to_volume()) == ()


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 1, 5), (3, 5, 1), (1, 40, 40)])
def test_volumes_of_any_shape_can_be_looked_at(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    to_pixel_remarks(Volume(rng.integers(0, 9, shape).astype(np.uint16), np.eye(4), 1.0))
    zeros = Volume(np.zeros(shape, np.uint16), np.eye(4), 1.0)
    assert to_pixel_remarks(zeros) == ("blank-slice",)
