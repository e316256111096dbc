"""Slices of a phantom."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, to_affine, transform
from imaging.phantom.anatomy import draw_spine, Marker, Spine, to_plain_spine
from imaging.phantom.canvas import Canvas
from imaging.phantom.column import Local, paint_canal, to_steps
from imaging.phantom.layout import lay_out
from imaging.phantom.masks import to_masks
from imaging.phantom.profiles import to_profiles
from imaging.phantom.render import render_weightings
from imaging.phantom.scanner import draw_scanner, Scanner, to_plain_scanner, to_voxels
from imaging.phantom.tissues import TIMINGS, Tissue, to_signals
from imaging.phantom.truth import to_disc_frames, to_openings
from imaging.study import Weighting
from lexicons.vocabulary import Level, Task, TASKS, View

Shape = tuple[int, int, int]

LEVEL = Level.L4_L5


def to_sagittal(slices: int = 3, pixels: int = 96, pixel_mm: float = 2.5) -> tuple[FloatArray, Shape]:
    x, y = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, -1.0])
    half = pixel_mm * (pixels - 1) / 2
    origin = np.array([5.0 * (slices - 1) / 2, 10.0 - half, half])
    return to_affine((x, y), (pixel_mm, pixel_mm), np.array([-5.0, 0.0, 0.0]), origin), (slices, pixels, pixels)


def to_axial(frame: DiscFrame, pixels: int = 80, pixel_mm: float = 1.0) -> tuple[FloatArray, Shape]:
    """One slice through a disc, its middle 20 mm behind the disc's."""
    half = pixel_mm * (pixels - 1) / 2
    origin = frame.centre + 20 * frame.post - half * (frame.left + frame.post)
    return to_affine((frame.left, frame.post), (pixel_mm, pixel_mm), 4 * frame.sup, origin), (1, pixels, pixels)


def to_beside(point: FloatArray, pixels: int = 41, pixel_mm: float = 0.8) -> tuple[FloatArray, Shape]:
    """One sagittal slice with a point in its middle."""
    x, y = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, -1.0])
    origin = point - pixel_mm * (pixels - 1) / 2 * (x + y)
    return to_affine((x, y), (pixel_mm, pixel_mm), np.array([-4.0, 0, 0]), origin), (1, pixels, pixels)


def to_stenotic(tasks: Sequence[Task], severity: float) -> Spine:
    plain = to_plain_spine()
    severities = tuple(severity if task in tasks else 0.0 for task in TASKS)
    discs = [replace(disc, severities=severities if disc.level is LEVEL else disc.severities) for disc in plain.discs]
    return replace(plain, discs=tuple(discs))


def render(
    spine: Spine,
    affine: FloatArray,
    shape: Shape,
    thickness_mm: float,
    weighting: Weighting,
    scanner: Scanner,
    rng: np.random.Generator,
) -> np.ndarray:
    return render_weightings(spine, affine, shape, thickness_mm, (weighting,), scanner, rng)[0]


def to_picture(
    spine: Spine, grid: tuple[FloatArray, Shape], weighting: Weighting = Weighting.T2, scanner: Scanner | None = None
) -> np.ndarray:
    scanner = scanner or to_plain_scanner()
    return render(spine, *grid, 4.0, weighting, scanner, np.random.default_rng(0)).astype(float)


def test_one_seed_one_picture() -> None:
    affine, shape = to_sagittal(1)
    pictures = [
        render(draw_spine(rng), affine, shape, 4.0, Weighting.T2, draw_scanner(rng), rng)
        for rng in (np.random.default_rng(5), np.random.default_rng(5), np.random.default_rng(6))
    ]
    assert pictures[0].dtype == np.uint16
    assert pictures[0].max() <= 4095
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_marker_is_the_brightest_where_it_is_put() -> None:
    affine, shape = to_sagittal(5)
    place = transform(affine, np.array([40.0, 50.0, 1.0]))
    spine = replace(to_plain_spine(), markers=(Marker((float(place[0]), float(place[1]), float(place[2])), 4.0),))
    for weighting in (Weighting.T2, Weighting.T1, Weighting.STIR):
        voxels = to_picture(spine, (affine, shape), weighting, replace(to_plain_scanner(), gain=400))
        assert np.unravel_index(voxels.argmax(), voxels.shape) == (1, 50, 40)


@pytest.mark.parametrize(
    ("task", "view", "tissue"),
    [
        (Task.SCS, View.AXIAL, Tissue.CSF),
        (Task.SCS, View.SAGITTAL, Tissue.CSF),
        (Task.LFS, View.AXIAL, Tissue.FAT),
        (Task.LFS, View.SAGITTAL, Tissue.FAT),
        (Task.RFS, View.SAGITTAL, Tissue.FAT),
        (Task.LSS, View.AXIAL, Tissue.FAT),
        (Task.RSS, View.AXIAL, Tissue.FAT),
    ],
)
def test_a_stenosis_shows_in_its_views_the_more_the_severer(task: Task, view: View, tissue: Tissue) -> None:
    plain = to_plain_spine()
    frame = next(frame for frame in to_disc_frames(plain) if frame.level is LEVEL)
    point = to_openings(plain)[LEVEL, task]
    affine, shape = to_axial(frame, 80, 0.8) if view is View.AXIAL else to_beside(point)
    i, j, k = np.meshgrid(*(np.arange(float(n)) for n in shape[::-1]), indexing="ij")
    across = np.linalg.norm(transform(affine, np.stack([i, j, k], -1)) - point, axis=-1).T
    near = across < (11.0 if task is Task.SCS else 7.0 if task in (Task.LFS, Task.RFS) else 4.0)
    bright = float(to_signals(to_plain_scanner().timings[Weighting.T2], to_plain_scanner().contrast)[tissue]) * 2000
    light = [to_picture(to_stenotic([task], x), (affine, shape))[near].clip(0, bright).sum() for x in (0, 1, 2, 3)]
    assert (np.diff(light) < -0.03 * light[0]).all()


def test_fat_around_a_narrow_sac_is_lost() -> None:
    light = []
    for severity in (0.0, 1.0, 2.0):
        spine = to_stenotic([Task.SCS], severity)
        layout = lay_out(spine)
        tables = to_profiles(spine, layout)
        s = np.array([[layout.disc_middles[spine.vertebrae.index("L4")]]])
        local = Local(s, np.zeros((1, 1)), np.full((1, 1), 26.0))
        canvas = Canvas(np.zeros((1, 1, 1)), to_signals(TIMINGS[Weighting.T1], np.ones((22, 3)))[None], 0.6)
        paint_canal(canvas, local, tables, to_steps(local, len(layout.s)))
        light.append(canvas.values.item())
    assert (np.diff(light) < -0.2 * light[0]).all()


@pytest.mark.parametrize(("task", "side"), [(Task.LFS, 1), (Task.LSS, 1), (Task.RFS, -1), (Task.RSS, -1)])
def test_a_stenosis_shows_on_its_own_side_only(task: Task, side: int) -> None:
    frame = next(frame for frame in to_disc_frames(to_plain_spine()) if frame.level is LEVEL)
    affine, shape = to_axial(frame)
    changed = to_picture(to_stenotic([task], 3.0), (affine, shape)) - to_picture(to_plain_spine(), (affine, shape))
    column = np.abs(changed[0]).sum(axis=0)
    x = transform(affine, np.stack([np.arange(80.0), np.full(80, 40.0), np.zeros(80)], axis=1))[:, 0]
    assert column[x * side > 0.6].sum() > 1000
    assert column[x * side < -0.6].sum() == pytest.approx(0, abs=1)


def test_each_weighting_has_its_contrast() -> None:
    scanner = to_plain_scanner()
    t1, t2, stir = (
        to_signals(scanner.timings[w], scanner.contrast) for w in (Weighting.T1, Weighting.T2, Weighting.STIR)
    )
    assert t2[Tissue.CSF] > t2[Tissue.FAT] > t2[Tissue.MARROW] > t2[Tissue.MUSCLE] > t2[Tissue.CORTEX]
    assert t1[Tissue.FAT] > t1[Tissue.MARROW] > t1[Tissue.MUSCLE] > t1[Tissue.CSF]
    assert stir[Tissue.CSF] > stir[Tissue.MUSCLE] > stir[Tissue.FAT]
    nuclei = t2[Tissue.NUCLEUS_1 : Tissue.NUCLEUS_5 + 1]
    assert (np.diff(nuclei) < 0).all()


def test_tissues_lie_where_the_masks_are() -> None:
    spine, grid = to_plain_spine(), to_sagittal(1, 120, 1.6)
    masks = to_masks(spine, *grid)
    t2, t1 = to_picture(spine, grid), to_picture(spine, grid, Weighting.T1)
    canal, bone = masks.canal > 0, masks.vertebrae > 0
    assert np.median(t2[canal]) > 2 * np.median(t2[bone])
    assert np.median(t1[canal]) < 0.8 * np.median(t1[bone])


def test_a_degenerated_disc_is_dark() -> None:
    plain = to_plain_spine()
    frame = next(frame for frame in to_disc_frames(plain) if frame.level is LEVEL)
    light = []
    for grade in range(1, 6):
        discs = tuple(replace(disc, pfirrmann=grade) for disc in plain.discs)
        light.append(to_picture(replace(plain, discs=discs), to_beside(frame.centre, 9, 0.8)).mean())
    assert (np.diff(light) < 0).all()


def test_a_thick_slice_is_the_mean_of_thin_ones() -> None:
    affine, shape = to_sagittal(1, 64, 3.5)
    spine, scanner, rng = to_plain_spine(), to_plain_scanner(), np.random.default_rng(0)
    thick = render(spine, affine, shape, 6.0, Weighting.T2, scanner, rng)[0].astype(float)
    thin = []
    for offset in np.linspace(-2.5, 2.5, 6):
        moved = affine.copy()
        moved[0, 3] += offset
        thin.append(render(spine, moved, shape, 1.0, Weighting.T2, scanner, rng)[0].astype(float))
    near = np.s_[10:54, 20:44]
    assert np.abs(thick - np.mean(thin, axis=0))[near].mean() < 0.4 * np.abs(thick - thin[0])[near].mean()


@pytest.mark.parametrize("flip", [0, 1, 2])
def test_a_flipped_grid_is_the_flipped_picture(flip: int) -> None:
    affine, shape = to_sagittal(3, 80, 3.0)
    step = np.eye(4)
    step[2 - flip, 2 - flip], step[2 - flip, 3] = -1, shape[flip] - 1
    plain = to_picture(to_plain_spine(), (affine, shape))
    other = np.flip(to_picture(to_plain_spine(), (affine @ step, shape)), flip)
    assert np.abs(plain - other).mean() < 0.02 * plain.mean()


def test_slices_and_weightings_may_be_asked_for_one_by_one() -> None:
    affine, shape = to_sagittal(3, 64, 3.5)
    spine, scanner, rng = to_plain_spine(), to_plain_scanner(), np.random.default_rng(0)
    both = render_weightings(spine, affine, shape, 4.0, (Weighting.T2, Weighting.T1), scanner, rng)
    second = affine.copy()
    second[:3, 3] += 2 * affine[:3, 2]
    for together, weighting in zip(both, (Weighting.T2, Weighting.T1), strict=True):
        alone = render(spine, second, (1, *shape[1:]), 4.0, weighting, scanner, rng)
        assert np.array_equal(alone[0], together[2])


def test_beside_the_patient_there_is_noise_alone() -> None:
    affine, shape = to_sagittal(1, 32, 2.0)
    affine[0, 3] += 400
    assert to_picture(to_plain_spine(), (affine, shape)).max() == 0
    scanner = replace(to_plain_scanner(), noise=0.02)
    noise = to_picture(to_plain_spine(), (affine, shape), scanner=scanner)
    assert noise.mean() == pytest.approx(0.02 * 2000 * np.sqrt(np.pi / 2), rel=0.05)  # Rayleigh's mean


def test_the_scanner_adds_what_it_says() -> None:
    signal = np.zeros((48, 32), dtype=np.float32)
    signal[10, 12] = 1.0
    rng = np.random.default_rng(0)
    plain = to_plain_scanner()
    assert to_voxels(replace(plain, gain=1000.0), signal, rng)[10, 12] == 1000
    blurred = to_voxels(replace(plain, blur_px=0.8), signal, rng)
    assert blurred[10, 13] > 0
    ghosted = to_voxels(replace(plain, ghost=0.1), signal, rng)
    assert ghosted[26, 12] == pytest.approx(200, abs=1)
    assert to_voxels(replace(plain, gain=1e6), signal, rng).max() == 4095


def test_the_coil_sees_the_back_best() -> None:
    grid = to_sagittal(1, 96, 2.5)
    shaded = to_picture(to_plain_spine(), grid, scanner=replace(to_plain_scanner(), coil_mm=80.0))
    ratio = shaded[0] / np.maximum(to_picture(to_plain_spine(), grid)[0], 1)
    inside = to_picture(to_plain_spine(), grid)[0] > 100
    front, back = np.zeros_like(inside), np.zeros_like(inside)
    front[:, :20], back[:, 60:] = True, True
    assert ratio[inside & back].mean() > 2 * ratio[inside & front].mean()
