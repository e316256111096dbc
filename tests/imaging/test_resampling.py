import subprocess
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates

from imaging.augmentation import Augmentation, AugmentationSettings, draw_augmentation
from imaging.frames import DiscFrame
from imaging.grids import AXIAL, Grid, SAGITTAL, to_grid_affine
from imaging.resampling import by_numpy, by_torch
from imaging.resampling.matrices import to_index_matrix
from imaging.resampling.rows import to_inside, to_mask
from imaging.store.crop import Crop
from imaging.volume import interpolate_ends, Volume
from lexicons.vocabulary import Level, View
from tests.imaging.random_volumes import (
    axial_volume,
    CENTRE,
    draw_frame,
    GRIDS,
    make_volume,
    SMALL_AXIAL,
    to_grid_points,
    whole_crop,
)

RANGE = 4000
"""Of the random voxels: neighbours differ by up to all of it, which no image does."""

TOLERANCE = 5e-4 * RANGE


def sample_by_torch(crops, frame, grid, augmentation=None):
    values, mask = by_torch.sample_crops(crops, frame, grid, augmentation)
    return values.numpy(), mask.numpy()


WAYS = pytest.mark.parametrize("sample", [by_numpy.sample_crops, sample_by_torch], ids=["numpy", "torch"])
THIN = [(1, 60, 60), (6, 1, 60), (6, 60, 1), (1, 1, 1), (2, 2, 2)]
UP = DiscFrame(Level.L4_L5, np.zeros(3), *np.eye(3))


def positions_of(volume: Volume, frame: DiscFrame, grid: Grid, augmentation=None):
    """Continuous (i, j, k) of each sample, (depth, height, width, 3), and which are inside by the border rule."""
    positions = to_grid_points(to_index_matrix(volume, frame, grid, augmentation), grid)
    if volume.slice_offsets_mm is not None:
        numbers = np.arange(len(volume.slice_offsets_mm), dtype=np.float64)
        positions[..., 2] = interpolate_ends(positions[..., 2], volume.slice_offsets_mm, numbers)
    size = np.array(volume.voxels.shape[::-1])
    return positions, np.all((positions >= -0.5) & (positions <= size - 0.5), axis=-1)


def by_scipy(volume: Volume, frame: DiscFrame, grid: Grid, augmentation=None):
    positions, inside = positions_of(volume, frame, grid, augmentation)
    coordinates = np.moveaxis(positions[..., ::-1], -1, 0)
    values = map_coordinates(volume.voxels.astype(np.float64), coordinates, order=1, mode="nearest")
    return np.where(inside, values, 0.0), inside


@WAYS
@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.view)
@pytest.mark.parametrize(("uneven", "sheared"), [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("augmented", [False, True])
def test_equals_scipy_and_the_border_rule(sample, grid, uneven, sheared, augmented) -> None:
    rng = np.random.default_rng(11)
    volume, frame = axial_volume(rng, uneven, sheared), draw_frame(rng)
    augmentation = draw_augmentation(rng, AugmentationSettings()) if augmented else None
    expected, inside = by_scipy(volume, frame, grid, augmentation)
    values, mask = sample([whole_crop(volume)], frame, grid, augmentation)
    assert values.dtype == np.float32 and values.shape == mask.shape == grid.samples
    np.testing.assert_array_equal(mask, inside)
    assert mask.mean() > 0.3
    np.testing.assert_allclose(values, expected, atol=TOLERANCE)
    assert np.abs(values - expected).mean() < TOLERANCE / 10


@WAYS
def test_equals_scipy_where_the_grid_leaves_the_volume(sample) -> None:
    rng = np.random.default_rng(12)
    volume = make_volume(rng, (5, 40, 50), (0.9, 1.1, 4.0), CENTRE + np.array([20, 10, 3]))
    frame = draw_frame(rng)
    expected, inside = by_scipy(volume, frame, SMALL_AXIAL)
    values, mask = sample([whole_crop(volume)], frame, SMALL_AXIAL)
    assert 0.05 < inside.mean() < 0.6
    np.testing.assert_array_equal(mask, inside)
    np.testing.assert_allclose(values, expected, atol=TOLERANCE)


@WAYS
def test_equals_simpleitk_inside_the_volume(sample) -> None:
    import SimpleITK as sitk

    rng = np.random.default_rng(13)
    volume, frame = axial_volume(rng), draw_frame(rng)
    columns, rows, step = volume.spacing_mm
    image = sitk.GetImageFromArray(volume.voxels)
    image.SetSpacing((columns, rows, step))
    image.SetDirection((volume.affine[:3, :3] / [columns, rows, step]).ravel().tolist())
    image.SetOrigin(volume.affine[:3, 3].tolist())
    affine = to_grid_affine(SMALL_AXIAL, frame)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    resampler = sitk.ResampleImageFilter()
    resampler.SetSize(SMALL_AXIAL.samples[::-1])
    resampler.SetOutputSpacing(spacing.tolist())
    resampler.SetOutputDirection((affine[:3, :3] / spacing).ravel().tolist())
    resampler.SetOutputOrigin(affine[:3, 3].tolist())
    resampler.SetOutputPixelType(sitk.sitkFloat64)
    expected = sitk.GetArrayFromImage(resampler.Execute(image))
    values, mask = sample([whole_crop(volume)], frame, SMALL_AXIAL)
    assert mask.all()
    np.testing.assert_allclose(values, expected, atol=TOLERANCE)


@WAYS
def test_a_linear_image_is_found_exactly(sample) -> None:
    """Also between uneven slices: what is linear in millimetres stays so."""
    rng = np.random.default_rng(14)
    volume, frame = axial_volume(rng, uneven=True), draw_frame(rng, 5.0)
    k, j, i = np.indices(volume.voxels.shape)
    slope = np.array([3.0, -5.0, 7.0])
    image = volume.to_points(np.stack([i, j, k], axis=-1).astype(np.float64)) @ slope
    low, scale = image.min(), (image.max() - image.min()) / 65535
    stored = np.rint((image - low) / scale).astype(np.uint16)
    values, mask = sample([Crop(replace(volume, voxels=stored), scale, low, "")], frame, SMALL_AXIAL)
    expected = to_grid_points(to_grid_affine(SMALL_AXIAL, frame), SMALL_AXIAL) @ slope
    assert mask.all()
    np.testing.assert_allclose(values, expected, atol=0.1)  # of a range of about 1600


@WAYS
def test_values_are_in_units_of_the_decoded_image(sample) -> None:
    rng = np.random.default_rng(15)
    volume, frame = axial_volume(rng), draw_frame(rng)
    plain, mask = sample([whole_crop(volume)], frame, SMALL_AXIAL)
    scaled, _ = sample([whole_crop(volume, 0.25, -100.0)], frame, SMALL_AXIAL)
    np.testing.assert_allclose(scaled, (plain * 0.25 - 100) * mask, atol=0.01)


@WAYS
def test_all_sixteen_bits_count(sample) -> None:
    volume = Volume(np.full((3, 30, 30), 65535, np.uint16), np.diag([5.0, 5.0, 8.0, 1.0]), 8.0)
    values, mask = sample([whole_crop(volume)], replace(UP, centre=np.array([70.0, 70.0, 8.0])), SMALL_AXIAL)
    assert mask.all()
    np.testing.assert_allclose(values, 65535.0, rtol=1e-6)


@WAYS
@pytest.mark.parametrize(
    ("shape", "uneven"),
    [*((shape, False) for shape in THIN), *((shape, True) for shape in THIN if shape[0] > 1)],
)
def test_thin_volumes(sample, shape, uneven) -> None:
    rng = np.random.default_rng(16)
    volume = make_volume(rng, shape, (1.5, 1.5, 4.0), CENTRE, uneven=uneven)
    frame = replace(draw_frame(rng, 5.0), centre=CENTRE)
    grid = replace(SMALL_AXIAL, extent_mm=(5.0, 5.0, 5.0))
    expected, inside = by_scipy(volume, frame, grid)
    values, mask = sample([whole_crop(volume)], frame, grid)
    assert inside.any()
    np.testing.assert_array_equal(mask, inside)
    np.testing.assert_allclose(values, expected, atol=TOLERANCE)


@WAYS
def test_half_a_voxel_beyond_the_outermost_centres_is_inside(sample) -> None:
    """A row of samples that crosses a volume along each axis: the rule is the same on all three."""
    volume = make_volume(np.random.default_rng(17), (4, 4, 4), (1.0, 1.0, 1.0), np.zeros(3))
    for axis in range(3):
        samples, extent = [1, 1, 1], [0.01, 0.01, 0.01]
        samples[2 - axis], extent[2 - axis] = 60, 6.0
        grid = Grid(View.AXIAL, tuple(samples), tuple(extent))
        values, mask = (each.ravel() for each in sample([whole_crop(volume)], UP, grid))
        at = (np.arange(60) + 0.5) / 10 - 3  # mm from the middle; the faces lie at -2 and 2, the centres at +-1.5
        np.testing.assert_array_equal(mask, np.abs(at) < 2)
        assert len(set(values[(at > 1.5) & (at < 2)].tolist())) == 1
        assert np.all(values[~mask] == 0) and np.all(values[mask] > 0)


@WAYS
def test_no_crop_gives_zeros_and_an_empty_mask(sample) -> None:
    values, mask = sample([], draw_frame(np.random.default_rng(0)), SMALL_AXIAL)
    assert values.shape == mask.shape == SMALL_AXIAL.samples
    assert not values.any() and not mask.any()


@WAYS
def test_a_volume_that_is_elsewhere_gives_an_empty_mask(sample) -> None:
    rng = np.random.default_rng(18)
    far = make_volume(rng, (3, 9, 9), (1.0, 1.0, 4.0), CENTRE + 500)
    values, mask = sample([whole_crop(far)], draw_frame(rng), SMALL_AXIAL)
    assert not values.any() and not mask.any()


def blend_by_hand(volumes, frame, grid):
    """The blend written as it is defined, in millimetres along each stack's normal."""
    points = to_grid_points(to_grid_affine(grid, frame), grid)
    total, weights = np.zeros(grid.samples), np.zeros(grid.samples)
    for volume in volumes:
        values, inside = by_scipy(volume, frame, grid)
        numbers = np.arange(volume.voxels.shape[0], dtype=np.float64)
        planes = volume.to_points(np.stack([0 * numbers, 0 * numbers, numbers], axis=-1)) @ volume.normal
        distance = np.abs((points @ volume.normal)[..., None] - planes).min(axis=-1)
        weight = np.exp(-((distance / volume.thickness_mm) ** 2)) * inside
        total += values * weight
        weights += weight
    return np.divide(total, weights, where=weights > 0, out=total), weights > 0


@WAYS
@pytest.mark.parametrize("uneven", [False, True])
def test_crops_are_blended_by_the_distance_to_their_slices(sample, uneven) -> None:
    rng = np.random.default_rng(19)
    volumes = [axial_volume(rng, uneven) for _ in range(3)]
    volumes = [
        replace(volume, thickness_mm=thickness) for volume, thickness in zip(volumes, (2.0, 3.0, 4.0), strict=True)
    ]
    volumes[1].affine[:3, 3] += [60, 0, 12]
    frame = draw_frame(rng)
    expected, inside = blend_by_hand(volumes, frame, SMALL_AXIAL)
    values, mask = sample([whole_crop(volume) for volume in volumes], frame, SMALL_AXIAL)
    np.testing.assert_array_equal(mask, inside)
    np.testing.assert_allclose(values, expected, atol=2 * TOLERANCE)


@WAYS
def test_a_blend_of_the_same_crop_is_the_crop_and_its_order_does_not_matter(sample) -> None:
    rng = np.random.default_rng(20)
    first, second, frame = whole_crop(axial_volume(rng)), whole_crop(axial_volume(rng)), draw_frame(rng)
    alone, _ = sample([first], frame, SMALL_AXIAL)
    twice, _ = sample([first, first], frame, SMALL_AXIAL)
    np.testing.assert_allclose(twice, alone, rtol=1e-5)
    one_way, _ = sample([first, second], frame, SMALL_AXIAL)
    other_way, _ = sample([second, first], frame, SMALL_AXIAL)
    np.testing.assert_allclose(one_way, other_way, rtol=1e-5)


@WAYS
def test_a_blend_far_from_every_slice_is_still_defined(sample) -> None:
    """Two slices 80 mm apart and 1 mm thick: in the middle the weights are too small for float32."""
    volume = make_volume(np.random.default_rng(21), (2, 90, 90), (1.5, 1.5, 80.0), np.zeros(3))
    crop = whole_crop(replace(volume, thickness_mm=1.0))
    values, mask = sample([crop, crop], UP, SMALL_AXIAL)
    alone, _ = sample([crop], UP, SMALL_AXIAL)
    assert mask.all()
    np.testing.assert_allclose(values, alone, rtol=1e-4)


@pytest.mark.parametrize("grid", [AXIAL, SAGITTAL], ids=lambda grid: grid.view)
@pytest.mark.parametrize("augmented", [False, True])
def test_torch_equals_numpy_at_full_size(grid, augmented) -> None:
    rng = np.random.default_rng(22)
    volume = make_volume(rng, (16, 260, 240), (0.5, 0.5, 4.0), CENTRE)
    frame = draw_frame(rng)
    augmentation = draw_augmentation(rng, AugmentationSettings()) if augmented else None
    values, mask = by_numpy.sample_crops([whole_crop(volume)], frame, grid, augmentation)
    theirs, their_mask = sample_by_torch([whole_crop(volume)], frame, grid, augmentation)
    np.testing.assert_array_equal(mask, their_mask)
    np.testing.assert_allclose(values, theirs, atol=1e-3 * RANGE)
    assert np.abs(values - theirs).mean() < 5e-5 * RANGE


def test_a_batch_is_its_discs() -> None:
    rng = np.random.default_rng(23)
    discs = [
        ([whole_crop(axial_volume(rng))], draw_frame(rng)),
        ([], draw_frame(rng)),
        ([whole_crop(axial_volume(rng, uneven=True), 0.5, 3.0), whole_crop(axial_volume(rng))], draw_frame(rng)),
        ([whole_crop(make_volume(rng, (5, 50, 60), (1.5, 1.2, 4.0), CENTRE))], draw_frame(rng)),
    ]
    augmentations = [None, *(draw_augmentation(rng, AugmentationSettings()) for _ in discs[1:])]
    values, mask = by_torch.sample_batch(discs, SMALL_AXIAL, augmentations)
    assert values.shape == mask.shape == (4, *SMALL_AXIAL.samples)
    for number, ((crops, frame), augmentation) in enumerate(zip(discs, augmentations, strict=True)):
        one, inside = by_torch.sample_crops(crops, frame, SMALL_AXIAL, augmentation)
        assert torch.equal(values[number], one) and torch.equal(mask[number], inside)
    with pytest.raises(ValueError):
        by_torch.sample_batch(discs, SMALL_AXIAL, augmentations[:2])


def test_rows_all_at_once_are_rows_in_chunks(monkeypatch) -> None:
    """Off the processor a whole grid goes at once; small chunks also show that none is left out."""
    rng = np.random.default_rng(24)
    crops, frame = [whole_crop(axial_volume(rng, uneven=True))], draw_frame(rng)
    monkeypatch.setattr(by_torch, "CHUNK", 200)
    expected, _ = by_torch.sample_crops(crops, frame, SMALL_AXIAL)
    monkeypatch.setattr(by_torch, "to_rows_at_once", lambda device, rows, width: rows)
    values, _ = by_torch.sample_crops(crops, frame, SMALL_AXIAL)
    np.testing.assert_allclose(values, expected, atol=TOLERANCE)


def test_autocast_does_not_touch_the_positions() -> None:
    rng = np.random.default_rng(25)
    crops, frame = [whole_crop(axial_volume(rng))], draw_frame(rng)
    expected, _ = by_torch.sample_crops(crops, frame, SMALL_AXIAL)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        values, _ = by_torch.sample_crops(crops, frame, SMALL_AXIAL)
    assert values.dtype == torch.float32
    assert torch.equal(values, expected)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_cuda_equals_numpy() -> None:
    rng = np.random.default_rng(26)
    crops = [whole_crop(axial_volume(rng)), whole_crop(axial_volume(rng, uneven=True))]
    frame, augmentation = draw_frame(rng), draw_augmentation(rng, AugmentationSettings())
    for chosen in (crops[:1], crops[1:], crops):
        expected, inside = by_numpy.sample_crops(chosen, frame, AXIAL, augmentation)
        with torch.autocast("cuda", dtype=torch.bfloat16):
            values, mask = by_torch.sample_crops(chosen, frame, AXIAL, augmentation, "cuda")
        np.testing.assert_array_equal(mask.cpu().numpy(), inside)
        np.testing.assert_allclose(values.cpu().numpy(), expected, atol=1e-3 * RANGE)


@WAYS
def test_read_only_and_strided_voxels_are_read(sample) -> None:
    rng = np.random.default_rng(27)
    volume, frame = axial_volume(rng), draw_frame(rng)
    expected, _ = sample([whole_crop(volume)], frame, SMALL_AXIAL)
    wide = np.zeros((12, 150, 220), np.uint16)
    wide[:, :, ::2] = volume.voxels
    wide.flags.writeable = False
    values, _ = sample([whole_crop(replace(volume, voxels=wide[:, :, ::2]))], frame, SMALL_AXIAL)
    np.testing.assert_array_equal(values, expected)


def test_rows_know_where_they_are_inside() -> None:
    rng = np.random.default_rng(28)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        volume = make_volume(rng, (4, 30, 40), (1.0, 1.2, 5.0), CENTRE + rng.uniform(-20, 20, 3), uneven=seed % 2 == 0)
        frame = draw_frame(rng, 80.0)
        _, expected = positions_of(volume, frame, SMALL_AXIAL)
        matrix = to_index_matrix(volume, frame, SMALL_AXIAL)
        inside = to_inside(volume, matrix, SMALL_AXIAL.samples)
        np.testing.assert_array_equal(to_mask(inside, SMALL_AXIAL.samples[2]), expected)


def test_a_lefts_blob_stays_left_and_moves_right_when_mirrored() -> None:
    voxels = np.zeros((8, 60, 60), np.uint16)
    volume = Volume(voxels, np.diag([2.0, 2.0, 5.0, 1.0]), 5.0)
    frame = replace(UP, centre=np.array([60.0, 60.0, 18.0]))
    voxels[:, 28:33, 40:45] = 1000  # x of 80 to 90 mm: the patient's left of the centre
    for sample in (by_numpy.sample_crops, sample_by_torch):
        run = partial(sample, [whole_crop(volume)], frame)
        axial, _ = run(AXIAL)
        sagittal, _ = run(replace(SAGITTAL, shift_mm=(0.0, 0.0, 0.0)))
        assert np.argwhere(axial > 500)[:, 2].min() > 180  # left is at the image's right
        assert np.argwhere(sagittal > 500)[:, 0].max() < 12  # slices run from left to right
        mirrored = Augmentation(flip_left_right=True)
        axial, _ = run(AXIAL, mirrored)
        sagittal, _ = run(replace(SAGITTAL, shift_mm=(0.0, 0.0, 0.0)), mirrored)
        assert np.argwhere(axial > 500)[:, 2].max() < 180
        assert np.argwhere(sagittal > 500)[:, 0].min() > 12


def test_numpy_needs_no_torch() -> None:
    code = "import sys, imaging.resampling.by_numpy, imaging.crops, imaging.intensity; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
