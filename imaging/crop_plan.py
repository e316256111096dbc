"""Which stacks show a disc, and the cutting of its crops, each slice's pixels read once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import NamedTuple

import numpy as np

from imaging.axial_choice import AxialChoiceSettings, choose_stacks, to_coverage
from imaging.crops import cut_crop, to_box
from imaging.dicom.pixels import to_part
from imaging.frames import DiscFrame
from imaging.geometry import FloatArray, transform
from imaging.grids import AXIAL, Grid, SAGITTAL, to_grid_affine
from imaging.pixel_remarks import to_pixel_remarks
from imaging.refusal import ImagingError, Refusal
from imaging.store.crop import Crop, DiscCrops
from imaging.study import Series, Stack
from imaging.volume import to_bare_volume, Volume
from lexicons.vocabulary import View

LEAST_SAGITTAL_COVERAGE = 0.5
"""A disc of whose sagittal grid less than this lies in the images is marked ``sagittal: partial``."""

MARGIN = 0.05
"""How much larger than the grid the crops of a store are, as a share of the extent, half of it on each side.

2 mm at each side of the axial grid. Of an augmented disc 1 percent of the samples then lie outside, 10 at the most (60
draws of the default settings); with twice the margin 7 at the most, and the store is an eighth larger.
"""

_LATTICE = 6

Read = Callable[[Stack, slice], Volume]
"""Gives neighbouring slices of a stack with their voxels; ImagingError where they cannot be read."""


@dataclass(frozen=True)
class CropSettings:
    """What is cut around a disc: the grids, how much more than them, and which axial stacks are good enough."""

    axial: Grid = AXIAL
    sagittal: Grid = SAGITTAL
    margin: float = MARGIN
    choice: AxialChoiceSettings = field(default_factory=AxialChoiceSettings)


class PlacedStack(NamedTuple):
    """A stack and its place in the study: its series, and its number in it, from 0."""

    series: Series
    number: int

    @property
    def stack(self) -> Stack:
        """The stack itself."""
        return self.series.stacks[self.number]

    @property
    def key(self) -> tuple[int, int]:
        """What tells it from the other stacks of the study."""
        return self.series.number, self.number


class DiscPlan(NamedTuple):
    """The stacks that a disc is cut from, the best first; ``axial`` is empty where the view is missing."""

    frame: DiscFrame
    sagittal: PlacedStack
    axial: tuple[PlacedStack, ...]
    remarks: tuple[str, ...]


def plan_disc(
    frame: DiscFrame, sagittal: Sequence[PlacedStack], axial: Sequence[PlacedStack], settings: CropSettings
) -> DiscPlan | None:
    """The stacks for one disc; None where its centre lies in no sagittal stack."""
    holding = [placed for placed in sagittal if to_bare_volume(placed.stack).holds(frame.centre)]
    if not holding:
        return None
    lattice = _to_lattice(frame, settings.sagittal)
    shares = [to_coverage(to_bare_volume(placed.stack), lattice) for placed in holding]
    best = int(np.argmax(shares))
    chosen = _choose_axial(frame, axial, settings)
    remarks = [] if chosen else ["axial: missing"]
    remarks += ["sagittal: partial"] if shares[best] < LEAST_SAGITTAL_COVERAGE else []
    return DiscPlan(frame, holding[best], chosen, tuple(remarks))


def _choose_axial(frame: DiscFrame, axial: Sequence[PlacedStack], settings: CropSettings) -> tuple[PlacedStack, ...]:
    """The stacks that show a disc, of one kind of image: a blend of two kinds is an image that nobody took."""
    for _, kind in groupby(sorted(axial, key=_to_kind), key=_to_kind):
        placed = list(kind)
        ratings = choose_stacks([one.stack for one in placed], frame, settings.axial, settings.choice)
        if ratings:
            return tuple(placed[rating.number] for rating in ratings)
    return ()


def _to_kind(placed: PlacedStack) -> tuple[bool, bool, bool]:
    """The plain T2 first, then what is fat suppressed, has a contrast agent, or is a single shot."""
    series = placed.series
    return series.fat_suppressed, series.contrast_agent, "single-shot" in series.remarks


def _to_lattice(frame: DiscFrame, grid: Grid) -> FloatArray:
    """Points spread evenly over a grid, (n, 3), LPS mm."""
    share = (np.arange(_LATTICE) + 0.5) / _LATTICE
    spread = np.stack(np.meshgrid(share, share, share), axis=-1).reshape(-1, 3)
    return transform(to_grid_affine(grid, frame), spread * grid.samples[::-1] - 0.5)


def cut_discs(
    study_id: str, plans: Sequence[DiscPlan], settings: CropSettings, read: Read
) -> tuple[list[DiscCrops], list[Refusal]]:
    """The crops of the discs, and a refusal for each stack whose pixels cannot be read and each disc that is lost."""
    volumes, refusals = _read_needed(study_id, plans, settings, read)
    discs = []
    for plan in plans:
        disc = _cut_disc(plan, volumes, settings)
        if disc.sagittal:
            discs.append(disc)
        elif plan.sagittal.key in volumes:
            reason = "the sagittal image shows nothing there: all voxels have one value"
            refusals.append(Refusal(study_id, str(plan.frame.level), "blank", "", reason))
    return discs, refusals


class _Loaded(NamedTuple):
    """Neighbouring slices of a stack, read; ``first`` is the number of the first."""

    volume: Volume
    first: int


_Volumes = dict[tuple[int, int], _Loaded]


def _read_needed(
    study_id: str, plans: Sequence[DiscPlan], settings: CropSettings, read: Read
) -> tuple[_Volumes, list[Refusal]]:
    """Every stack's slices from the first to the last that any disc needs, each stack read once."""
    volumes: _Volumes = {}
    refusals = []
    for placed, slices in _to_needs(plans, settings):
        try:
            volumes[placed.key] = _Loaded(read(placed.stack, slices), slices.start)
        except ImagingError as error:
            source = f"series {placed.series.number}"
            refusals.append(Refusal(study_id, source, error.code or "unreadable-pixels", error.tag, str(error)))
    return volumes, refusals


def _to_needs(plans: Sequence[DiscPlan], settings: CropSettings) -> list[tuple[PlacedStack, slice]]:
    needed: dict[tuple[int, int], PlacedStack] = {}
    spans: dict[tuple[int, int], list[int]] = {}
    for plan in plans:
        for placed, grid in _to_pairs(plan, settings):
            box = to_box(placed.stack, plan.frame, grid, settings.margin)
            if box is not None:
                needed[placed.key] = placed
                spans.setdefault(placed.key, []).extend((box[0].start, box[0].stop))
    return [(placed, slice(min(spans[key]), max(spans[key]))) for key, placed in needed.items()]


def _to_pairs(plan: DiscPlan, settings: CropSettings) -> list[tuple[PlacedStack, Grid]]:
    return [(plan.sagittal, settings.sagittal), *((placed, settings.axial) for placed in plan.axial)]


def _cut_disc(plan: DiscPlan, volumes: _Volumes, settings: CropSettings) -> DiscCrops:
    crops: dict[View, list[Crop]] = {View.AXIAL: [], View.SAGITTAL: []}
    remarks = list(plan.remarks)
    for placed, grid in _to_pairs(plan, settings):
        crop = _cut(placed, volumes, plan.frame, grid, settings.margin)
        if crop is None:
            continue
        found = to_pixel_remarks(crop.volume)
        remarks += [f"{grid.view}: {code}" for code in found if f"{grid.view}: {code}" not in remarks]
        if crop.volume.voxels.min() < crop.volume.voxels.max():
            crops[grid.view].append(crop)
    if not crops[View.AXIAL] and "axial: missing" not in remarks:
        remarks.insert(0, "axial: missing")
    return DiscCrops(plan.frame, tuple(crops[View.AXIAL]), tuple(crops[View.SAGITTAL]), tuple(remarks))


def _cut(placed: PlacedStack, volumes: _Volumes, frame: DiscFrame, grid: Grid, margin: float) -> Crop | None:
    """The crop of one stack; None where its pixels could not be read, or where it does not reach the grid."""
    loaded = volumes.get(placed.key)
    if loaded is None:
        return None

    def read(slices: slice) -> Volume:
        voxels = loaded.volume.voxels[slices.start - loaded.first : slices.stop - loaded.first]
        return to_part(placed.stack, slices.start, slices.stop, voxels)

    return cut_crop(read, placed.stack, frame, grid, margin, series=placed.series.digest)


def with_remarks(disc: DiscCrops, remarks: Sequence[str]) -> DiscCrops:
    """The disc with more remarks behind its own."""
    return replace(disc, remarks=(*disc.remarks, *remarks))
