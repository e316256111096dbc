"""SPIDER's masks to bodies and S1, from pictures made here; and the real ones where they are."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imaging.localizer.slices import PIXEL_MM, SIZE
from training.localizer.corners import fill_corners
from training.localizer.spider import CANAL, DISC, read_s1_corners, read_spider, SliceError, to_bodies, VERTEBRA

REAL = Path(__file__).parents[3] / "../shared/data/spider_t2space"
SHAPE = (400, 300)
BODIES = [(110, 60 + 70 * n) for n in range(4)]
"""Left and top, of 60 x 50 pixels."""
CORNERS = np.array([(120, 345), (170, 340), (165, 380), (128, 385)], dtype=np.float64)


def make_labels() -> np.ndarray:
    """Four vertebrae with discs between, a canal behind them, and their posterior elements behind that."""
    labels = np.zeros(SHAPE, np.uint8)
    for left, top in BODIES:
        labels[top : top + 50, left : left + 60] = VERTEBRA
        labels[top + 10 : top + 40, 200:240] = VERTEBRA
        labels[top + 50 : top + 70, left : left + 60] = DISC
    labels[20:330, 172:190] = CANAL
    return labels


def write_slice(folder: Path, name: str, labels: np.ndarray) -> None:
    (folder / "masks").mkdir(parents=True, exist_ok=True)
    (folder / "images").mkdir(exist_ok=True)
    image = np.where(labels == VERTEBRA, 150, 40).astype(np.uint8)
    image[:, :30] = 250  # the belly's fat, in front
    Image.fromarray(labels).save(folder / "masks" / name)
    Image.fromarray(image).save(folder / "images" / name)


def test_bodies_are_without_posterior_elements() -> None:
    bodies = to_bodies(make_labels())
    assert bodies is not None
    assert bodies.sum() == pytest.approx(4 * 60 * 50, rel=0.02)
    assert not bodies[:, 172:].any()
    assert all(bodies[top + 25, left + 30] for left, top in BODIES)


def test_below_the_canals_end_its_slope_goes_on() -> None:
    labels = make_labels()
    labels[labels == CANAL] = 0
    for row in range(20, 240):
        labels[row, 175 + row // 8 : 195 + row // 8] = CANAL
    labels[280:320, 165:209] = VERTEBRA  # in front of the edge at 210 that goes on, behind the last one seen, at 204
    labels[280:320, 218:240] = VERTEBRA
    bodies = to_bodies(labels)
    assert bodies is not None
    assert bodies[300, 207]
    assert not bodies[:, 216:].any()


def test_a_slice_with_little_of_the_canal_is_left_out() -> None:
    labels = make_labels()
    labels[200:][labels[200:] == CANAL] = 0
    assert to_bodies(labels) is None


def test_a_fragment_is_no_body() -> None:
    labels = make_labels()
    labels[20:40, 110:140] = VERTEBRA
    bodies = to_bodies(labels)
    assert bodies is not None
    assert not bodies[:50].any()


def test_slices_come_on_the_canvas_with_anterior_at_the_left(tmp_path: Path) -> None:
    write_slice(tmp_path, "12_t2_SPACE_slice3.png", make_labels())
    write_slice(tmp_path, "7_t2_SPACE_slice9.png", make_labels())
    one, other = read_spider(tmp_path, {12: CORNERS}, pixel_mm=0.7)
    assert [(s.patient, s.known.tolist()) for s in (one, other)] == [(7, [True, False]), (12, [True, True])]
    assert not one.masks[1].any()
    area = 4 * 60 * 50 * (0.7 / PIXEL_MM) ** 2
    assert other.masks[0].sum() == pytest.approx(area, rel=0.05)
    assert other.masks[1].sum() == pytest.approx(fill_corners(CORNERS, SHAPE).sum() / 4, rel=0.1)
    # the picture's middle is the canvas's: a body's centre (column 140 of 300, row 85 of 400)
    column, row = (SIZE - 1) / 2 + (139.5 - 149.5) / 2, (SIZE - 1) / 2 + (84.5 - 199.5) / 2
    assert other.masks[0][round(row), round(column)]
    assert np.nonzero(other.pixels > 0.99)[1].max() < np.nonzero(other.masks[0])[1].min()
    assert np.nonzero(other.masks[1])[0].min() > np.nonzero(other.masks[0])[0].max() - 1
    assert not (other.masks[0] & other.masks[1]).any()
    (fine,) = read_spider(tmp_path, {12: CORNERS}, 0.7, size=512, is_wanted=lambda patient: patient == 12)
    assert (fine.patient, fine.pixels.shape) == (12, (512, 512))
    assert (fine.masks[:, ::2, ::2] ^ other.masks).sum() < 0.1 * other.masks.sum()


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(SliceError, match="no masks"):
        list(read_spider(tmp_path, {}, 0.5))
    write_slice(tmp_path, "12_a.png", make_labels())
    (tmp_path / "images" / "12_a.png").unlink()
    with pytest.raises(SliceError, match="patient 12 has a mask and no image"):
        list(read_spider(tmp_path, {}, 0.5))
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(tmp_path / "images" / "12_a.png")
    with pytest.raises(SliceError, match=r"the image is \(9, 9\), its mask \(400, 300\)"):
        list(read_spider(tmp_path, {}, 0.5))
    (tmp_path / "masks" / "jane_a.png").touch()
    with pytest.raises(SliceError, match="does not begin with the patient's number") as error:
        list(read_spider(tmp_path, {}, 0.5))
    assert "jane" not in str(error.value)


def test_the_shipped_corners_are_in_order() -> None:
    """Anterior superior, posterior superior, posterior inferior, anterior inferior: convex, turned the same way."""
    corners = read_s1_corners()
    assert len(corners) == 34
    for own in corners.values():
        sides = np.roll(own, -1, axis=0) - own
        turns = sides[:, 0] * np.roll(sides[:, 1], -1) - sides[:, 1] * np.roll(sides[:, 0], -1)
        assert (turns > 0).all()
        assert own[0, 0] < own[1, 0]  # the upper endplate: anterior before posterior
        assert own[:2, 1].mean() < own[2:, 1].mean()


def test_corners_of_another_form_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.tsv").write_text("patient\tx\ty\n1\t2\t3\n")
    with pytest.raises(SliceError, match="eight columns of corners"):
        read_s1_corners(tmp_path / "mine.tsv")


@pytest.mark.skipif(not REAL.is_dir(), reason="SPIDER's slices are not here")
def test_a_real_slice_has_its_vertebrae() -> None:
    paths = sorted((REAL / "masks").glob("107_*.png"))
    labels = np.asarray(Image.open(paths[0]).convert("L"))
    bodies = to_bodies(labels)
    assert bodies is not None
    from scipy import ndimage

    assert 6 <= ndimage.label(bodies)[1] <= 10
