"""Disc crops of random voxels, for tests of the store."""

import numpy as np

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.store.crop import Crop, DiscCrops
from imaging.volume import Volume
from lexicons.vocabulary import Level, LEVELS


def a_crop(rng: np.random.Generator, shape: tuple[int, int, int], uneven: bool = False) -> Crop:
    offsets = np.cumsum(rng.uniform(3.0, 5.0, shape[0])) if uneven else None
    affine = np.eye(4)
    affine[:3] = rng.normal(size=(3, 4))
    voxels = rng.integers(0, 65536, shape, dtype=np.uint16)
    return Crop(Volume(voxels, affine, 4.0, offsets), scale=0.37, offset=-12.5, series=rng.bytes(8).hex())


def a_frame(rng: np.random.Generator, level: Level) -> DiscFrame:
    axes: FloatArray = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return DiscFrame(level, rng.normal(size=3) * 100, axes[0], axes[1], axes[2])


def some_discs(seed: int, axial: int = 2, levels: tuple[Level, ...] = LEVELS[1:]) -> tuple[DiscCrops, ...]:
    rng = np.random.default_rng(seed)
    remarks = () if axial else ("axial: missing", "ambiguous-numbering")
    return tuple(
        DiscCrops(
            a_frame(rng, level),
            tuple(a_crop(rng, (3, 7 + number, 5), uneven=number == 1) for number in range(axial)),
            (a_crop(rng, (5, 6, 9)),),
            remarks,
        )
        for level in levels
    )


def assert_same_crop(read: Crop, written: Crop) -> None:
    np.testing.assert_array_equal(read.volume.voxels, written.volume.voxels)
    np.testing.assert_array_equal(read.volume.affine, written.volume.affine)
    assert (read.volume.slice_offsets_mm is None) == (written.volume.slice_offsets_mm is None)
    if read.volume.slice_offsets_mm is not None:
        np.testing.assert_array_equal(read.volume.slice_offsets_mm, written.volume.slice_offsets_mm)
    assert read.volume.thickness_mm == written.volume.thickness_mm
    assert (read.scale, read.offset, read.series) == (written.scale, written.offset, written.series)


def assert_same_disc(read: DiscCrops, written: DiscCrops) -> None:
    assert (read.frame.level, read.remarks) == (written.frame.level, written.remarks)
    for name in ("centre", "left", "post", "sup"):
        np.testing.assert_array_equal(getattr(read.frame, name), getattr(written.frame, name))
    assert (len(read.axial), len(read.sagittal)) == (len(written.axial), len(written.sagittal))
    for one, other in zip((*read.axial, *read.sagittal), (*written.axial, *written.sagittal), strict=True):
        assert_same_crop(one, other)
