"""However slices are acquired, a place in the patient keeps its signal."""

from dataclasses import replace

import numpy as np
import pytest

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, normalise, Plane, to_angle_deg, to_plane
from imaging.phantom.acquisition import Acquisition, SliceImage, to_acquired_grids
from imaging.phantom.planning import plan_axial, plan_sagittal, plan_series, SliceGrid
from imaging.phantom.protocol import AxialLayout, draw_protocol, LayError, Protocol, ProtocolSettings
from imaging.phantom.scene import Scene, to_turned
from imaging.phantom.study import scan_series
from tests.imaging.phantom.analytic_scene import make_scene

SMALL = ProtocolSettings(matrix_scale=0.2, anisotropic=True, localizer=False)

WAYS = {
    "plain": Acquisition(),
    "flipped columns": Acquisition(flip_columns=True),
    "flipped rows": Acquisition(flip_rows=True),
    "half turn": Acquisition(flip_columns=True, flip_rows=True),
    "transposed": Acquisition(transpose=True),
    "transposed and flipped": Acquisition(transpose=True, flip_rows=True),
    "right to left": Acquisition(reverse_order=True),
    "reversed numbers": Acquisition(reverse_numbers=True),
    "feet to head": Acquisition(reverse_stacks=True, reverse_order=True),
    "interleaved": Acquisition(interleave=True),
    "sheared": Acquisition(shear_deg=8.0),
    "uneven": Acquisition(uneven_mm=1.0),
    "missing": Acquisition(missing=(1,)),
    "resent": Acquisition(resent=(1, 2)),
    "copied": Acquisition(copied=(1, 2)),
    "rescanned": Acquisition(rescanned=(0, 2)),
    "coarse": Acquisition(coarse=1),
    "half turned": Acquisition(half_turned=(1,), flip_rows=True),
}


def make_protocol(layout: AxialLayout = AxialLayout.STACKS) -> Protocol:
    return draw_protocol(np.random.default_rng(4), replace(SMALL, layout=layout))


def scan(scene: Scene, plane: Plane, acquisition: Acquisition) -> list[SliceImage]:
    series = plan_series(make_protocol(), scene.frames)
    planned = next(one for one in series if one.plane is plane)
    return scan_series(scene, [planned], acquisition, np.random.default_rng(0))[0]


def to_blob(slices: list[SliceImage]) -> FloatArray:
    """The centre of the bright signal by the slices' own positions and directions, LPS mm."""
    points, weights = [], []
    for image in slices:
        row, column = np.nonzero(image.pixels > 1200)
        between_rows, between_columns = image.pixel_mm
        points.append(
            image.position
            + np.outer(column * between_columns, image.along_row)
            + np.outer(row * between_rows, image.along_column)
        )
        weights.append(image.pixels[row, column].astype(np.float64))
    return np.asarray(np.average(np.concatenate(points), axis=0, weights=np.concatenate(weights)))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("plane", [Plane.SAGITTAL, Plane.AXIAL])
def test_the_blob_stays_where_it_is(plane: Plane, way: str) -> None:
    scene = make_scene(tilt_deg=6.0)
    slices = scan(scene, plane, WAYS[way])
    pixel = max(max(image.pixel_mm) for image in slices)
    offset = to_blob(slices) - scene.points["blob"]
    along = abs(offset @ np.cross(slices[0].along_row, slices[0].along_column))
    assert along < slices[0].step_mm / 2
    assert np.linalg.norm(offset) - along < pixel / 2 + 0.5
    assert scene.points["blob"][0] > scene.frames[3].centre[0], "left is +x"


def test_all_slices_are_there_and_numbered_once() -> None:
    scene = make_scene()
    plain = scan(scene, Plane.SAGITTAL, Acquisition())
    reversed_numbers = scan(scene, Plane.SAGITTAL, Acquisition(reverse_numbers=True))
    assert [image.instance for image in plain] == list(range(1, len(plain) + 1))
    assert [image.instance for image in reversed_numbers] == list(range(len(plain), 0, -1))
    assert plain[0].position[0] > plain[-1].position[0], "the plain way starts at the patient's left"
    right_to_left = scan(scene, Plane.SAGITTAL, Acquisition(reverse_order=True))
    assert right_to_left[0].position[0] < right_to_left[-1].position[0]
    assert len(scan(scene, Plane.SAGITTAL, Acquisition(missing=(1, 2)))) == len(plain) - 2
    assert len(scan(scene, Plane.SAGITTAL, Acquisition(resent=(1,), copied=(2, 3), rescanned=(4,)))) == len(plain) + 4


def test_flips_change_the_signs_and_keep_every_voxel() -> None:
    scene = make_scene()
    plain = scan(scene, Plane.AXIAL, Acquisition())[0]
    turned = scan(scene, Plane.AXIAL, Acquisition(flip_columns=True, flip_rows=True))[0]
    np.testing.assert_array_equal(turned.pixels, plain.pixels[::-1, ::-1])
    np.testing.assert_allclose(turned.along_row, -plain.along_row)
    np.testing.assert_allclose(turned.along_column, -plain.along_column)
    rows, columns = plain.pixels.shape
    far = plain.position + plain.along_row * plain.pixel_mm[1] * (columns - 1)
    far = far + plain.along_column * plain.pixel_mm[0] * (rows - 1)
    np.testing.assert_allclose(turned.position, far)


def test_sheared_slices_lean_and_uneven_ones_are_uneven() -> None:
    grid = plan_sagittal(make_scene().frames, make_protocol().sagittal)
    (leaning,) = to_acquired_grids(grid, Acquisition(shear_deg=10.0))
    assert to_angle_deg(leaning.positions[1] - leaning.positions[0], grid.normal) == pytest.approx(10.0)
    (uneven,) = to_acquired_grids(grid, Acquisition(uneven_mm=1.0))
    steps = np.diff(uneven.positions @ grid.normal)
    np.testing.assert_allclose(np.abs(steps - grid.step_mm), 1.0)


def to_middle(grid: SliceGrid) -> FloatArray:
    rows, columns = grid.matrix
    across = grid.along_row * grid.pixel_mm[1] * (columns - 1) + grid.along_column * grid.pixel_mm[0] * (rows - 1)
    return np.asarray(grid.positions.mean(axis=0) + across / 2)


def test_stacks_lie_on_their_discs() -> None:
    protocol = replace(make_protocol(), axial_errors=(LayError(),) * 6)
    frames = make_scene(tilt_deg=6.0).frames
    stacks = plan_axial(frames, protocol)
    covered = [frame for frame in frames if frame.level in protocol.covered]
    assert len(stacks) == len(covered)
    for grid, frame in zip(stacks, covered, strict=True):
        assert to_angle_deg(grid.normal, frame.sup) < 1e-5
        assert abs((to_middle(grid) - frame.centre) @ frame.sup) < 1e-6
        assert to_plane(grid.normal) is Plane.AXIAL


def test_technologists_err() -> None:
    frames = make_scene(tilt_deg=6.0).frames
    protocol = make_protocol()
    grids = plan_axial(frames, protocol)
    covered: list[DiscFrame] = [frame for frame in frames if frame.level in protocol.covered]
    angles = [to_angle_deg(grid.normal, frame.sup) for grid, frame in zip(grids, covered, strict=True)]
    assert 0.1 < max(angles) < 15


def test_a_block_holds_all_discs_and_angled_stacks_the_lowest() -> None:
    frames = make_scene(tilt_deg=3.0).frames
    (block,) = plan_axial(frames, make_protocol(AxialLayout.BLOCK))
    heights = block.positions @ block.normal
    for frame in frames:
        if frame.level in make_protocol().covered:
            assert heights.min() < frame.centre @ block.normal < heights.max()
    both = plan_axial(frames, make_protocol(AxialLayout.BLOCK_AND_ANGLED))
    assert len(both) == 3
    assert [to_angle_deg(grid.normal, frame.sup) < 12 for grid, frame in zip(both[1:], frames[-2:], strict=True)]


def test_sagittal_slices_follow_a_turned_patient() -> None:
    scene = to_turned(make_scene(), (0.0, 10.0, 15.0))
    grid = plan_sagittal(scene.frames, make_protocol().sagittal)
    assert to_angle_deg(-grid.normal, scene.frames[0].left) < 1e-5
    assert to_plane(grid.normal) is Plane.SAGITTAL
    assert normalise(scene.points["blob"] - scene.frames[3].centre) @ scene.frames[3].left > 0.5


def test_the_same_draw_gives_the_same_protocol() -> None:
    assert draw_protocol(np.random.default_rng(7)) == draw_protocol(np.random.default_rng(7))
    drawn = [draw_protocol(np.random.default_rng(seed)) for seed in range(40)]
    assert {protocol.layout for protocol in drawn} == set(AxialLayout)
    assert len({protocol.scanner.model for protocol in drawn}) == 6
    assert {protocol.localizer for protocol in drawn} == {True, False}
    assert len({len(protocol.covered) for protocol in drawn}) == 3
