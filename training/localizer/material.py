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
from training.localizer.config import HeldOutConfig, LocalizerConfig, SliceConfig
from training.localizer.corners import to_boxes
from training.localizer.marked import DETECTORS, MarkedSlice
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
    held = [is_held_out(config.held_out, marked.source, marked.patient) for marked in slices]
    return Gathered(
        slices,
        training=[row for row, out in enumerate(held) if not out],
        validation=[row for row, out in enumerate(held) if out],
    )


def gather_held_out(config: LocalizerConfig, run: Run = map) -> Gathered:
    """The slices that validate, and no others: what does not is neither read nor made."""
    slices = tuple(_to_targets(config, _read(config, run, partial(is_held_out, config.held_out))))
    return Gathered(slices, training=[], validation=list(range(len(slices))))


def _read(
    config: LocalizerConfig, run: Run, is_wanted: Callable[[str, int], bool] = lambda *_: True
) -> Iterator[MarkedSlice]:
    """All slices, or those whose (source, patient) is wanted."""
    yield from _read_spider(config.slices, lambda patient: is_wanted("spider", patient))
    yield from _read_self_marked(config, lambda patient: is_wanted("spider-midsagittal", patient))
    named = config.slices
    make = partial(make_phantom, seed=named.phantom_seed, slices=named.phantom_slices, size=named.canvas)
    for made in run(make, [number for number in range(1, named.phantoms + 1) if is_wanted("phantom", number)]):
        yield from made


def _read_spider(named: SliceConfig, is_wanted: Callable[[int], bool]) -> Iterator[MarkedSlice]:
    if named.spider:
        corners = read_s1_corners(Path(named.corners) if named.corners else SHIPPED_CORNERS)
        yield from read_spider(Path(named.spider), corners, named.spider_pixel_mm, named.canvas, is_wanted)


def _read_self_marked(config: LocalizerConfig, is_wanted: Callable[[int], bool]) -> Iterator[MarkedSlice]:
    named = config.self_training
    if named.images:
        network = read_localizer(Path(named.teacher) if named.teacher else SHIPPED)
        overview = Path(named.overview) if named.overview else None
        images, points = Path(named.images), Path(named.points)
        yield from read_self_marked(images, points, overview, network, config.slices.canvas, is_wanted)


def _to_targets(config: LocalizerConfig, slices: Iterable[MarkedSlice]) -> Iterator[MarkedSlice]:
    """The slices that have a mask for a detector that is taught, with their masks as they are learnt."""
    taught = [DETECTORS.index(name) for name in config.task.detectors]
    for marked in slices:
        if not marked.known[taught].any():
            continue
        if config.slices.targets == "corners":
            yield replace(marked, masks=np.stack([to_boxes(mask) for mask in marked.masks]))
        else:
            yield marked


def is_held_out(held_out: HeldOutConfig, source: str, patient: int) -> bool:
    """Whether a patient of a source of slices validates."""
    if source != "phantom":
        return patient in held_out.spider
    return bool(held_out.phantom_every) and patient % held_out.phantom_every == 0


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
