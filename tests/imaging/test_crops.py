from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imaging.crops import cut_crop, to_box, to_uint16
from imaging.dicom.pixels import to_part
from imaging.grids import AXIAL
from imaging.refusal import ImagingError
from imaging.resampling.by_numpy import sample_crops
from imaging.study import Stack
from imaging.volume import Volume
from tests.imaging.random_volumes import (
    axial_volume,
    CENTRE,
    draw_frame,
    GRIDS,
    make_volume,
    SMALL_AXIAL,
    whole_crop,
)


def to_stack(volume: Volume) -> Stack:
    return Stack(volume.voxels.shape, volume.affine, volume.thickness_mm, volume.slice_offsets_mm, ())


def cut(volume: Volume, frame, grid, asked=None, margin=0.1, series=""):
    stack = to_stack(volume)

    def read(slices: slice) -> Volume:
        if asked is not None:
            asked.append(slices)
        return to_part(stack, slices.start, slices.stop, volume.voxels[slices])

    return cut_crop(read, stack, frame, grid, margin, series)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), uneven=st.booleans(), sheared=st.booleans())
def test_a_crop_gives_what_the_stack_gives(seed, uneven, sheared) -> None:
    rng = np.random.default_rng(seed)
    volume, frame = axial_volume(rng, uneven, sheared), draw_frame(rng)
    for grid in GRIDS:
        crop = cut(volume, frame, grid, margin=0.0)
        assert crop is not None
        expected, inside = sample_crops([whole_crop(volume)], frame, grid)
        values, mask = sample_crops([crop], frame, grid)
        # a sample within rounding of the stack's last face may fall on either side
        assert np.count_nonzero(mask != inside) <= 2
        both = mask & inside
        np.testing.assert_allclose(values[both], expected[both], atol=0.5)


def test_only_the_slices_that_are_needed_are_read() -> None:
    volume = make_volume(np.random.default_rng(2), (40, 120, 120), (1.0, 1.0, 4.0), CENTRE)
    frame = replace(draw_frame(np.random.default_rng(2), 0.0), centre=CENTRE)
    asked: list[slice] = []
    crop = cut(volume, frame, AXIAL, asked)
    assert asked == [slice(17, 23)]  # k of 17.3 to 21.7: 16 mm and a tenth about 19.5
    assert crop.volume.voxels.shape == (6, 100, 100)  # 90 mm and a tenth


def test_the_margin_is_a_share_of_the_extent() -> None:
    volume = make_volume(np.random.default_rng(2), (40, 200, 200), (1.0, 1.0, 4.0), CENTRE)
    frame = replace(draw_frame(np.random.default_rng(2), 0.0), centre=CENTRE)
    sizes = [cut(volume, frame, AXIAL, margin=margin).volume.voxels.shape[1] for margin in (0.0, 0.1, 0.5)]
    assert sizes == [92, 100, 136]  # 90, 99 and 135 mm between voxel centres at halves


def test_crops_are_clipped_to_the_stack() -> None:
    rng = np.random.default_rng(3)
    volume = make_volume(rng, (5, 60, 50), (1.0, 1.0, 4.0), CENTRE)
    crop = cut(volume, draw_frame(rng), SMALL_AXIAL)
    assert crop.volume.voxels.shape == (5, 60, 50)
    np.testing.assert_allclose(crop.volume.affine, volume.affine)


def test_a_stack_that_does_not_reach_the_disc_gives_none() -> None:
    rng = np.random.default_rng(4)
    frame = draw_frame(rng)
    for axis in range(3):
        for sign in (-1, 1):
            away = sign * np.eye(3)[axis] * 200
            far = make_volume(rng, (5, 60, 50), (1.0, 1.0, 4.0), CENTRE + away)
            assert to_box(to_stack(far), frame, SMALL_AXIAL, 0.1) is None
            assert cut(far, frame, SMALL_AXIAL) is None


def test_a_crop_of_one_slice_of_uneven_ones() -> None:
    rng = np.random.default_rng(5)
    volume = make_volume(rng, (4, 60, 60), (1.5, 1.5, 30.0), CENTRE, uneven=True)
    frame = replace(draw_frame(rng, 0.0), centre=volume.to_points(np.array([30.0, 30.0, 0.0])))
    grid = replace(SMALL_AXIAL, samples=(1, 20, 20), extent_mm=(0.001, 40.0, 40.0))
    crop = cut(volume, frame, replace(grid, shift_mm=(0.0, 0.0, -1.0)))
    assert crop.volume.voxels.shape[0] == 1
    values, mask = sample_crops([crop], frame, grid)
    expected, _ = sample_crops([whole_crop(volume)], frame, grid)
    assert mask.all()
    np.testing.assert_allclose(values, expected, atol=0.5)


@settings(max_examples=60, deadline=None)
@given(arrays(np.int64, (2, 3, 4), elements=st.integers(-(2**31), 2**31 - 1)), st.sampled_from([1, 2**15, 2**17]))
def test_whole_numbers_within_sixteen_bits_are_exact(values, divisor) -> None:
    values = values // divisor
    stored, scale, offset = to_uint16(values)
    assert stored.dtype == np.uint16
    given_back = stored * scale + offset
    if np.ptp(values) <= 65535:
        np.testing.assert_array_equal(given_back, values)
        assert scale == 1.0
    else:
        assert np.abs(given_back - values).max() <= scale * 0.5000001
        assert scale == pytest.approx(np.ptp(values) / 65535)


@pytest.mark.parametrize("kind", [np.uint16, np.int16])
def test_every_sixteen_bit_integer_is_exact(kind) -> None:
    limits = np.iinfo(kind)
    values = np.arange(limits.min, limits.max + 1, dtype=kind).reshape(16, 64, 64)
    stored, scale, offset = to_uint16(values)
    np.testing.assert_array_equal(stored * scale + offset, values)


def test_usual_voxels_are_stored_as_they_are() -> None:
    values = np.array([[[3, 700]]], dtype=np.uint16)
    stored, scale, offset = to_uint16(values)
    np.testing.assert_array_equal(stored, values)
    assert (scale, offset) == (1.0, 0.0)


def test_broken_numbers_are_kept_to_half_a_step() -> None:
    values = np.random.default_rng(6).normal(0.3, 2.0, (5, 9, 9)).astype(np.float32)
    stored, scale, offset = to_uint16(values)
    assert scale == pytest.approx(np.ptp(values) / 65535)
    assert np.abs(stored * scale + offset - values).max() <= scale * 0.501
    assert stored.min() == 0 and stored.max() == 65535


@pytest.mark.parametrize("value", [0.0, 0.5, -3.25])
def test_a_constant_image_is_exact(value) -> None:
    stored, scale, offset = to_uint16(np.full((2, 2, 2), value, np.float32))
    np.testing.assert_array_equal(stored * scale + offset, value)
    assert scale > 0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_voxels_that_are_no_numbers_are_refused(value) -> None:
    with pytest.raises(ImagingError, match="finite"):
        to_uint16(np.array([[[1.0, value]]]))


def test_a_crop_names_its_series() -> None:
    rng = np.random.default_rng(7)
    crop = cut(axial_volume(rng), draw_frame(rng), SMALL_AXIAL, series="0123abcd")
    assert crop.series == "0123abcd"
    assert crop.volume.voxels.flags.c_contiguous
