"""Slices marked by a localizer that was trained before, kept where disc points that a reader set agree with it.

For SPIDER's midsagittal slices there are points at the posterior edge of five discs, and no masks: a localizer of the
few slices with masks marks them, and what it got right teaches the next one (self-training).
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from imaging.geometry import FloatArray, transform
from imaging.localizer.bodies import find_areas, LEAST_AREA_MM2, to_bodies
from imaging.localizer.locate import LocateSettings, to_probabilities
from imaging.localizer.numbering import to_numbered
from imaging.localizer.slices import PIXEL_MM, SIZE, Slices, to_slices
from imaging.localizer.unet import UNet
from imaging.volume import Volume
from training.localizer.marked import DETECTORS, MarkedSlice, to_plain_volume
from training.localizer.spider import read_grey, SliceError

COLUMNS = ("Patient", "png", "level", "relative_x", "relative_y")
DISCS = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
LEAST_POINTS = 4
HEIGHT_MM = 350.0
"""Of an image whose pixels are not told."""
S1_REACH_MM = 50.0

Mask = npt.NDArray[np.bool_]
Places = Mapping[str, FloatArray]
"""Points on the canvas, (column, row), by the name of a disc or a vertebra."""


class Pointed(NamedTuple):
    """A slice and its disc points, (i, j), by disc."""

    patient: int
    name: str
    volume: Volume
    points: dict[str, FloatArray]


def read_self_marked(
    images: Path,
    points: Path,
    overview: Path | None,
    network: UNet,
    size: int = SIZE,
    is_wanted: Callable[[int], bool] = lambda _: True,
) -> Iterator[MarkedSlice]:
    """The slices of ``images`` that ``network`` marks in agreement with the table of points.

    ``size``: of the canvas, a multiple of the usual, on which the network marks: the masks are as coarse as that.
    ``is_wanted``: of a patient's number.
    """
    for pointed in read_pointed(images, points, overview):
        if not is_wanted(pointed.patient):
            continue
        slices = to_slices(pointed.volume)
        to_canvas = np.linalg.inv(slices.affine) @ pointed.volume.affine
        on_canvas = {disc: transform(to_canvas, np.append(point, 0.0))[:2] for disc, point in pointed.points.items()}
        masks = mark(slices, on_canvas, network)
        if masks is not None:
            shown = slices if size == SIZE else to_slices(pointed.volume, size)
            masks = masks.repeat(size // SIZE, axis=1).repeat(size // SIZE, axis=2) & shown.inside
            known = np.ones(len(DETECTORS), np.bool_)
            yield MarkedSlice(
                "spider-midsagittal", pointed.patient, pointed.name, shown.pixels[0], shown.inside[0], masks, known
            )


def read_pointed(images: Path, points: Path, overview: Path | None) -> Iterator[Pointed]:
    """The images that are there and have points, in the table's order of patients.

    ``points``: a row for each disc, COLUMNS, relative to the image's width and height. ``overview``: SPIDER's, with
    new_file_name and PixelSpacing.
    """
    table = pd.read_csv(points)
    if missing := [column for column in COLUMNS if column not in table.columns]:
        raise SliceError(f"{points.name}: expected the columns {', '.join(COLUMNS)}; {missing[0]} is not there")
    spacings = _read_spacings(overview) if overview else {}
    for (patient, name), rows in table.dropna(subset=list(COLUMNS)).groupby(["Patient", "png"]):
        path = images / str(name)
        if not path.is_file():
            continue
        grey = read_grey(path)
        height, width = grey.shape
        places = {
            str(level).replace("/", "-"): np.array([x * width, y * height]) - 0.5
            for level, x, y in zip(rows["level"], rows["relative_x"], rows["relative_y"], strict=True)
        }
        pixel_mm = spacings.get(path.stem, HEIGHT_MM / max(height, width))
        yield Pointed(int(str(patient)), path.stem, to_plain_volume(grey, pixel_mm), places)


def _read_spacings(overview: Path) -> dict[str, float]:
    """The pixel's side by file; those whose sides differ are left out."""
    table = pd.read_csv(overview, usecols=["new_file_name", "PixelSpacing"]).dropna()
    spacings = {}
    for name, text in zip(table["new_file_name"], table["PixelSpacing"], strict=True):
        between_rows, between_columns = (float(number.strip(" '")) for number in str(text).strip("[]").split(","))
        if abs(between_rows - between_columns) < 0.01:
            spacings[str(name)] = between_rows
    return spacings


def mark(slices: Slices, points: Places, network: UNet) -> Mask | None:
    """The masks of the one slice that a network finds, (2, 256, 256); None where they do not fit the disc points."""
    lumbar, sacral = to_probabilities(slices, network, LocateSettings(bf16=False))
    numbered = to_numbered(to_bodies(lumbar, slices), to_bodies(sacral, slices))
    back = np.linalg.inv(slices.affine).astype(np.float64)
    places = {
        name: transform(back, body.centroid)[:2] for name, body in zip(numbered.names, numbered.bodies, strict=True)
    }
    if not are_in_agreement(places, points):
        return None
    least, everywhere = LEAST_AREA_MM2 / PIXEL_MM**2, np.ones(lumbar[0].shape, np.bool_)
    masks = []
    for plane, names in ((lumbar[0], set(places) - {"S1"}), (sacral[0], {"S1"})):
        centres = [tuple(np.rint(places[name][::-1]).astype(int)) for name in names]
        areas = [area for area in find_areas(plane, everywhere, least) if any(area[centre] for centre in centres)]
        masks.append(np.any(areas, axis=0) if areas else ~everywhere)
    return np.stack([masks[0], masks[1] & ~masks[0]])


def are_in_agreement(vertebrae: Places, discs: Places) -> bool:
    """Whether each vertebra between two points lies there by its name, and S1 below and near the lowest disc."""
    known = [disc for disc in DISCS if disc in discs]
    if len(known) < LEAST_POINTS or "S1" not in vertebrae:
        return False
    for above, below in pairwise(DISCS):
        name = below.partition("-")[0]
        is_asked = above in discs and below in discs
        if is_asked and (name not in vertebrae or not _is_between(vertebrae[name], discs[above], discs[below])):
            return False
    if "L5-S1" not in discs:
        return True
    step = (vertebrae["S1"] - discs["L5-S1"]) * PIXEL_MM
    return bool(step[1] > 0 and np.linalg.norm(step) < S1_REACH_MM)


def _is_between(place: FloatArray, above: FloatArray, below: FloatArray) -> bool:
    """Points lie at the discs' posterior edges: the body is beside the line between them, not on it."""
    along, length = below - above, float(np.linalg.norm(below - above))
    share = float((place - above) @ along) / length**2
    return 0.15 < share < 0.85 and bool(np.linalg.norm(place - (above + below) / 2) < 1.2 * length)
