"""The slices that a localizer's config names: read, made or marked, split by patient, described."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from imaging.localizer.shipped import SHIPPED
from imaging.localizer.weights import read_localizer
from training.localizer.config import HeldOutConfig, LocalizerConfig
from training.localizer.corners import to_boxes
from training.localizer.marked import MarkedSlice
from training.localizer.phantoms import make_phantom
from training.localizer.self_marked import read_self_marked
from training.localizer.spider import read_s1_corners, read_spider, SHIPPED_CORNERS

Run = Callable[[Callable[[int], tuple[MarkedSlice, ...]], Sequence[int]], Iterable[tuple[MarkedSlice, ...]]]

TRAINING, VALIDATION = "training", "validation"


class Gathered(NamedTuple):
    """The slices of a config, and the rows of them that train and that validate."""

    slices: tuple[MarkedSlice, ...]
    training: list[int]
    validation: list[int]


def gather(config: LocalizerConfig, run: Run = map) -> Gathered:
    """All slices that a config names, in the same order each time; ``run`` maps over phantoms' numbers, from 1."""
    slices = tuple(_to_targets(config, _read(config, run)))
    held = [is_held_out(marked, config.held_out) for marked in slices]
    return Gathered(
        slices,
        training=[row for row, out in enumerate(held) if not out],
        validation=[row for row, out in enumerate(held) if out],
    )


def _read(config: LocalizerConfig, run: Run) -> Iterator[MarkedSlice]:
    wanted = config.slices
    if wanted.spider:
        corners = read_s1_corners(Path(wanted.corners) if wanted.corners else SHIPPED_CORNERS)
        yield from read_spider(Path(wanted.spider), corners, wanted.spider_pixel_mm)
    taught = config.self_training
    if taught.images:
        network = read_localizer(Path(taught.teacher) if taught.teacher else SHIPPED)
        overview = Path(taught.overview) if taught.overview else None
        yield from read_self_marked(Path(taught.images), Path(taught.points), overview, network)
    make = partial(make_phantom, seed=wanted.phantom_seed, slices=wanted.phantom_slices)
    for made in run(make, range(1, wanted.phantoms + 1)):
        yield from made


def _to_targets(config: LocalizerConfig, slices: Iterable[MarkedSlice]) -> Iterator[MarkedSlice]:
    if config.slices.targets == "contours":
        yield from slices
        return
    for marked in slices:
        yield replace(marked, masks=np.stack([to_boxes(mask) for mask in marked.masks]))


def is_held_out(marked: MarkedSlice, held_out: HeldOutConfig) -> bool:
    """Whether a slice's patient validates."""
    if marked.source != "phantom":
        return marked.patient in held_out.spider
    return bool(held_out.phantom_every) and marked.patient % held_out.phantom_every == 0


def describe_slices(gathered: Gathered) -> pd.DataFrame:
    """A row for each slice: source, patient, slice, part, and a checksum of its pixels and masks."""
    validating = set(gathered.validation)
    rows = [
        (each.source, each.patient, each.name, VALIDATION if row in validating else TRAINING, _to_checksum(each))
        for row, each in enumerate(gathered.slices)
    ]
    return pd.DataFrame(rows, columns=["source", "patient", "slice", "part", "crc32"])


def _to_checksum(marked: MarkedSlice) -> str:
    content = (np.round(marked.pixels * 1000).astype(np.int16), np.packbits(marked.masks), marked.known)
    value = 0
    for array in content:
        value = zlib.crc32(np.ascontiguousarray(array).tobytes(), value)
    return f"{value:08x}"
