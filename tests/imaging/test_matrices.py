import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.augmentation import Augmentation, AugmentationSettings, draw_augmentation, to_augmentation_matrix
from imaging.geometry import to_affine, to_unit_axes, transform
from imaging.grids import to_grid_affine
from imaging.resampling.matrices import to_blend_width, to_index_matrix, to_slice_gaps
from imaging.volume import Volume
from tests.imaging.random_volumes import (
    axial_volume,
    CENTRE,
    draw_frame,
    GRIDS,
    make_volume,
    SMALL_AXIAL,
    to_grid_points,
)

AUGMENTATIONS = [None, draw_augmentation(np.random.default_rng(5), AugmentationSettings(flip_probability=1.0))]


def test_affine_equals_highdicoms_and_simpleitks() -> None:
    import SimpleITK as sitk
    from highdicom.spatial import create_affine_matrix_from_attributes

    orientation = [0.02, 0.99, -0.14, -0.05, -0.139, -0.989]
    x, y = to_unit_axes(np.array(orientation))
    orientation = [*x.tolist(), *y.tolist()]
    step = np.cross(x, y) * 4.4
    origin = np.array([12.0, -80.5, 33.0])
    affine = to_affine((x, y), (0.7, 0.55), step, origin)
    theirs = create_affine_matrix_from_attributes(
        image_position=origin.tolist(),
        image_orientation=orientation,
        pixel_spacing=[0.7, 0.55],
        spacing_between_slices=4.4,
    )
    np.testing.assert_allclose(affine, theirs, atol=1e-9)
    image = sitk.Image(5, 6, 7, sitk.sitkUInt16)
    image.SetSpacing((0.55, 0.7, 4.4))
    image.SetDirection(np.column_stack([x, y, step / 4.4]).ravel().tolist())
    image.SetOrigin(origin.tolist())
    index = (1.25, 3.5, 4.75)
    np.testing.assert_allclose(
        transform(affine, np.array(index)), image.TransformContinuousIndexToPhysicalPoint(index), atol=1e-9
    )


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.view)
@pytest.mark.parametrize("sheared", [False, True])
@pytest.mark.parametrize("augmentation", AUGMENTATIONS, ids=["as it is", "augmented"])
def test_index_matrix_is_the_way_over_millimetres(grid, sheared, augmentation) -> None:
    rng = np.random.default_rng(1)
    frame, volume = draw_frame(rng), axial_volume(rng, sheared=sheared)
    points = to_grid_points(to_grid_affine(grid, frame), grid)
    if augmentation is not None:
        points = transform(to_augmentation_matrix(augmentation, frame), points)
    expected = volume.to_indices(points)
    found = to_grid_points(to_index_matrix(volume, frame, grid, augmentation), grid)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_third_index_of_uneven_slices_is_the_offset() -> None:
    rng = np.random.default_rng(4)
    frame, volume = draw_frame(rng), axial_volume(rng, uneven=True)
    assert volume.slice_offsets_mm is not None
    points = to_grid_points(to_grid_affine(SMALL_AXIAL, frame), SMALL_AXIAL)
    offsets = to_grid_points(to_index_matrix(volume, frame, SMALL_AXIAL), SMALL_AXIAL)[..., 2]
    first = transform(volume.affine, np.zeros(3))
    direction = volume.affine[:3, 2]
    np.testing.assert_allclose(offsets, (points - first) @ direction / (direction @ direction), atol=1e-6)


def test_gaps_are_along_the_normal() -> None:
    rng = np.random.default_rng(6)
    sheared = axial_volume(rng, sheared=True)
    np.testing.assert_allclose(to_slice_gaps(sheared), np.full(11, 4.4), rtol=1e-9)
    uneven = axial_volume(rng, uneven=True, sheared=True)
    assert uneven.slice_offsets_mm is not None
    np.testing.assert_allclose(to_slice_gaps(uneven), np.diff(uneven.slice_offsets_mm), rtol=1e-9)
    single = make_volume(rng, (1, 9, 9), (1.0, 1.0, 5.0), CENTRE)
    np.testing.assert_allclose(to_slice_gaps(single), [5.0])


def test_blend_width_is_the_thickness_or_else_the_step() -> None:
    volume = make_volume(np.random.default_rng(0), (4, 5, 6), (1.0, 1.0, 5.0), CENTRE)
    assert to_blend_width(volume) == pytest.approx(4.5)
    assert to_blend_width(Volume(volume.voxels, volume.affine, 0.0)) == pytest.approx(5.0)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), uneven=st.booleans(), sheared=st.booleans())
def test_index_to_millimetres_and_back(seed, uneven, sheared) -> None:
    rng = np.random.default_rng(seed)
    volume = axial_volume(rng, uneven, sheared)
    indices = rng.uniform(-3, 1, (20, 3)) + rng.uniform(0, 1, (20, 3)) * (np.array(volume.voxels.shape[::-1]) + 2)
    np.testing.assert_allclose(volume.to_indices(volume.to_points(indices)), indices, atol=1e-8)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_sample_to_voxel_and_back(seed) -> None:
    rng = np.random.default_rng(seed)
    volume, frame = axial_volume(rng), draw_frame(rng)
    augmentation = draw_augmentation(rng, AugmentationSettings())
    matrix = to_index_matrix(volume, frame, SMALL_AXIAL, augmentation)
    samples = rng.uniform(0, 30, (10, 3))
    points = volume.to_points(transform(matrix, samples))
    back = to_augmentation_matrix(augmentation, frame) @ to_grid_affine(SMALL_AXIAL, frame)
    np.testing.assert_allclose(transform(np.linalg.inv(back), points), samples, atol=1e-8)


def test_the_augmentation_that_changes_nothing_is_no_augmentation() -> None:
    rng = np.random.default_rng(7)
    volume, frame = axial_volume(rng), draw_frame(rng)
    plain = to_index_matrix(volume, frame, SMALL_AXIAL)
    np.testing.assert_allclose(to_index_matrix(volume, frame, SMALL_AXIAL, Augmentation()), plain, atol=1e-12)
