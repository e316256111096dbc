import numpy as np
import pytest

from imaging.geometry import to_normal, to_perpendicular
from tests.imaging.random_volumes import axial_volume


@pytest.mark.parametrize("uneven", [False, True])
def test_a_volume_holds_what_lies_within_half_a_step_of_its_voxels(uneven: bool) -> None:
    volume = axial_volume(np.random.default_rng(0), uneven=uneven)
    last = np.array(volume.voxels.shape[::-1], dtype=float) - 1
    middle = last / 2
    for axis in range(3):
        for index, holds in ((-0.51, False), (-0.49, True), (last[axis] + 0.49, True), (last[axis] + 0.51, False)):
            indices = middle.copy()
            indices[axis] = index
            assert volume.holds(volume.to_points(indices)) == holds
    assert volume.holds(volume.to_points(np.stack([middle, -middle]))).tolist() == [True, False]


def test_a_normal_and_a_perpendicular_are_unit_and_right_handed() -> None:
    volume = axial_volume(np.random.default_rng(1), sheared=True)
    normal = to_normal(volume.affine)
    np.testing.assert_allclose(normal @ volume.affine[:3, :2], 0, atol=1e-12)
    assert np.linalg.norm(normal) == pytest.approx(1) and normal @ volume.affine[:3, 2] > 0
    across = to_perpendicular(np.array([3.0, 4.0, 5.0]), normal)
    assert np.linalg.norm(across) == pytest.approx(1)
    assert across @ normal == pytest.approx(0, abs=1e-12) and across @ [3.0, 4.0, 5.0] > 0
