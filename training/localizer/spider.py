"""SPIDER's sagittal T2 SPACE slices with their masks, as slices to learn from (van der Graaf et al. 2024, CC BY 4.0).

The masks join a vertebra's body and its posterior elements, and have no sacrum: bodies are what lies in front of the
canal, and S1 comes from corners marked by hand.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import ndimage

from imaging.geometry import FloatArray
from imaging.localizer.slices import SIZE
from training.localizer.corners import fill_corners
from training.localizer.marked import MarkedSlice, to_canvas, to_plain_volume

DISC, VERTEBRA, CANAL = 29, 76, 150
"""Grey levels of the masks."""
LEAST_CANAL_ROWS = 200
"""A slice with less of the canal is too far from the middle."""
LEAST_SHARE = 0.3
"""Of the usual body's area; what is smaller is a process, or a body at the edge of the image."""
EDGE_ROWS = 15
SHIPPED_CORNERS = Path(__file__).parent / "s1_corners.tsv"

Mask = npt.NDArray[np.bool_]
Grey = npt.NDArray[np.uint8]


class SliceError(ValueError):
    """Slices that cannot be learnt from; the message says what was found and what is expected."""


def read_s1_corners(path: Path = SHIPPED_CORNERS) -> dict[int, FloatArray]:
    """The corners of S1 by patient, (4, 2), (column, row)."""
    table = pd.read_csv(path, sep="\t", comment="#")
    if list(table.columns[:2]) != ["patient", "slice"] or len(table.columns) != 10:
        raise SliceError(f"{path.name}: expected patient, slice and eight columns of corners, as in the shipped table")
    corners = table.iloc[:, 2:].to_numpy(np.float64).reshape(-1, 4, 2)
    return {int(patient): own for patient, own in zip(table["patient"], corners, strict=True)}


def read_spider(
    folder: Path,
    corners: Mapping[int, FloatArray],
    pixel_mm: float,
    size: int = SIZE,
    is_wanted: Callable[[int], bool] = lambda _: True,
) -> Iterator[MarkedSlice]:
    """The slices of ``folder/images`` whose masks are in ``folder/masks``, those far from the middle left out.

    ``pixel_mm``: the side of their pixels; ``size``: of the canvas; ``is_wanted``: of a patient's number.
    """
    paths = sorted((folder / "masks").glob("*_*.png"), key=lambda path: (to_patient(path), path.name))
    if not paths:
        raise SliceError("the folder of SPIDER's slices has no masks/NUMBER_....png")
    for path in paths:
        patient = to_patient(path)
        if not is_wanted(patient):
            continue
        labels = read_grey(path)
        bodies = to_bodies(labels)
        if bodies is None:
            continue
        image = read_grey(folder / "images" / path.name)
        if image.shape != labels.shape:
            raise SliceError(f"slice of patient {patient}: the image is {image.shape}, its mask {labels.shape}")
        s1 = to_s1(labels, bodies, corners.get(patient))
        pixels, inside, masks = to_canvas(to_plain_volume(image, pixel_mm), np.stack([bodies, s1]), size)
        known = np.array([True, patient in corners])
        yield MarkedSlice("spider", patient, path.stem, pixels, inside, masks, known)


def to_patient(path: Path) -> int:
    """The number that a file's name begins with."""
    number = path.name.partition("_")[0]
    if not number.isdecimal():
        raise SliceError("a file of SPIDER's slices does not begin with the patient's number, as in 107_t2_...png")
    return int(number)


def read_grey(path: Path) -> Grey:
    """The grey levels of a PNG, (row, column)."""
    from PIL import Image

    if not path.is_file():
        raise SliceError(f"a slice of patient {to_patient(path)} has a mask and no image of the same name")
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def to_bodies(labels: Grey) -> Mask | None:
    """The vertebral bodies without their posterior elements: what lies in front of the canal; None without a canal."""
    edge = _to_canal_edge(labels == CANAL)
    if edge is None:
        return None
    in_front = np.arange(labels.shape[1]) < edge[:, None]
    parts, count = ndimage.label(ndimage.binary_opening((labels == VERTEBRA) & in_front, iterations=3))
    areas = np.bincount(parts.ravel(), minlength=count + 1)[1:]
    if not count:
        return np.zeros(labels.shape, np.bool_)
    usual = np.median(areas[areas > areas.max() / 10])
    return np.isin(parts, 1 + np.flatnonzero(areas > LEAST_SHARE * usual))


def _to_canal_edge(canal: Mask) -> FloatArray | None:
    """The column of the canal's anterior edge in each row; below its end it goes on along its slope."""
    rows = np.flatnonzero(canal.any(axis=1))
    if len(rows) < LEAST_CANAL_ROWS:
        return None
    first = ndimage.median_filter(canal[rows].argmax(axis=1), EDGE_ROWS).astype(np.float64)
    edge = np.interp(np.arange(len(canal)), rows, first)
    lowest = min(60, len(rows) // 3)
    slope, start = np.polyfit(rows[-lowest:], first[-lowest:], 1)
    below = np.arange(rows[-1] + 1, len(canal))
    edge[below] = np.maximum(slope * below + start, first[-1])
    return edge


def to_s1(labels: Grey, bodies: Mask, corners: FloatArray | None) -> Mask:
    """The trapezoid of S1's corners, less discs and the bodies above; empty where it was not marked."""
    if corners is None:
        return np.zeros_like(bodies)
    shape = (labels.shape[0], labels.shape[1])
    s1: Mask = fill_corners(corners, shape) & ~bodies & (labels != DISC)
    return s1
