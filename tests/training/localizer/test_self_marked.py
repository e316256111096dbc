"""Slices that a localizer marks: kept where the disc points agree with it, left out where they do not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from imaging.localizer.unet import UNet
from training.localizer.corners import fill_corners
from training.localizer.self_marked import are_in_agreement, read_pointed, read_self_marked
from training.localizer.spider import SliceError

SHAPE = (280, 240)
LEFT, TOP, STEP, HEIGHT, WIDTH = 100, 30, 32, 22, 28
BODIES = ("T12", "L1", "L2", "L3", "L4", "L5")
DISCS = ("L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1")


class Oracle(UNet):
    """Sees the grey levels that ``write_slice`` gives bodies and S1."""

    def __init__(self) -> None:
        super().__init__(2, 1, 1)

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        x = slices[:, 0]
        return torch.stack([(x > 0.7) & (x < 1.25), x > 1.25], dim=1) * 40.0 - 20.0


def write_slice(folder: Path, name: str = "7_t2.png") -> pd.DataFrame:
    """An image of 1.4 mm pixels, and its table of points at the discs' posterior edges."""
    grey = np.full(SHAPE, 30, np.uint8)
    for number in range(len(BODIES)):
        top = TOP + STEP * number
        grey[top : top + HEIGHT, LEFT : LEFT + WIDTH] = 140
    top = TOP + STEP * len(BODIES)
    corners = np.array([(0, 0), (27, 4), (22, 22), (3, 18)], dtype=np.float64) + np.array([LEFT, top])
    grey[fill_corners(corners, SHAPE)] = 255
    folder.mkdir(exist_ok=True)
    Image.fromarray(grey).save(folder / name)
    rows = TOP + STEP * np.arange(2, 7) - (STEP - HEIGHT) / 2
    return pd.DataFrame(
        {"Patient": 7, "png": name, "level": DISCS, "relative_x": (LEFT + WIDTH) / SHAPE[1],
         "relative_y": rows / SHAPE[0]}
    )  # fmt: skip


def write_tables(folder: Path, points: pd.DataFrame) -> tuple[Path, Path]:
    overview = pd.DataFrame({"new_file_name": ["7_t2", "8_t2"], "PixelSpacing": ["[1.4, 1.4]", "[1.0, 2.0]"]})
    points.to_csv(folder / "points.csv", index=False)
    overview.to_csv(folder / "overview.csv", index=False)
    return folder / "points.csv", folder / "overview.csv"


def test_what_agrees_is_kept_with_its_masks(tmp_path: Path) -> None:
    points, overview = write_tables(tmp_path, write_slice(tmp_path / "images"))
    (marked,) = read_self_marked(tmp_path / "images", points, overview, Oracle())
    assert (marked.source, marked.patient, marked.name) == ("spider-midsagittal", 7, "7_t2")
    assert marked.masks[0].sum() == pytest.approx(len(BODIES) * HEIGHT * WIDTH, rel=0.1)
    assert 250 < marked.masks[1].sum() < HEIGHT * WIDTH
    assert marked.known.all()


def test_a_finer_canvas_has_the_same_masks(tmp_path: Path) -> None:
    points, overview = write_tables(tmp_path, write_slice(tmp_path / "images"))
    given = tmp_path / "images", points, overview, Oracle()
    (usual,), (fine,) = read_self_marked(*given), read_self_marked(*given, size=512)
    assert fine.pixels.shape == fine.masks.shape[1:] == (512, 512)
    assert np.array_equal(fine.masks[:, ::2, ::2], usual.masks)
    body = fine.pixels[fine.masks[0]]
    assert body.std() < 0.2 * body.mean()  # pixels and masks lie on each other
    assert list(read_self_marked(*given, is_wanted=lambda patient: patient != 7)) == []


@pytest.mark.parametrize("shift", [-STEP / SHAPE[0], STEP / SHAPE[0]])
def test_what_is_counted_one_off_is_left_out(tmp_path: Path, shift: float) -> None:
    table = write_slice(tmp_path / "images")
    points, overview = write_tables(tmp_path, table.assign(relative_y=table["relative_y"] + shift))
    assert list(read_self_marked(tmp_path / "images", points, overview, Oracle())) == []


def test_a_slice_with_few_points_is_left_out(tmp_path: Path) -> None:
    points, overview = write_tables(tmp_path, write_slice(tmp_path / "images").iloc[2:])
    assert list(read_self_marked(tmp_path / "images", points, overview, Oracle())) == []


def test_points_and_spacing_are_read(tmp_path: Path) -> None:
    table = write_slice(tmp_path / "images")
    other = write_slice(tmp_path / "images", "8_t2.png").assign(Patient=8)
    gone = table.assign(Patient=9, png="9_t2.png")
    points, overview = write_tables(tmp_path, pd.concat([table, other, gone]))
    one, two = read_pointed(tmp_path / "images", points, overview)
    assert set(one.points) == {"L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"}
    np.testing.assert_allclose(one.points["L5-S1"], [LEFT + WIDTH - 0.5, TOP + STEP * 6 - 5.5])
    assert one.volume.spacing_mm[:2] == (1.4, 1.4)
    assert two.volume.spacing_mm[0] == pytest.approx(350 / 280)  # its sides differ


def test_agreement_is_by_name() -> None:
    discs = {f"L{n}-L{n + 1}": np.array([130.0, 50 + 32 * n]) for n in range(1, 5)} | {
        "L5-S1": np.array([130.0, 210.0])
    }
    bodies = {f"L{n}": np.array([112.0, 34 + 32 * n]) for n in range(2, 6)} | {"S1": np.array([115.0, 226.0])}
    assert are_in_agreement(bodies, discs)
    assert not are_in_agreement({**bodies, "S1": np.array([115.0, 200.0])}, discs)
    assert not are_in_agreement({**bodies, "S1": np.array([115.0, 290.0])}, discs)
    assert not are_in_agreement({**bodies, "L3": bodies["L4"]}, discs)
    assert not are_in_agreement({**bodies, "L3": np.array([30.0, 130.0])}, discs)
    assert not are_in_agreement({name: place for name, place in bodies.items() if name != "L2"}, discs)


def test_a_table_without_points_is_refused(tmp_path: Path) -> None:
    points, overview = write_tables(tmp_path, write_slice(tmp_path / "images").drop(columns="relative_y"))
    with pytest.raises(SliceError, match="relative_y is not there"):
        list(read_pointed(tmp_path / "images", points, overview))
