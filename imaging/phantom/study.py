"""A phantom study: planned, scanned and written as files, with its truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid, UID

from imaging.geometry import Plane
from imaging.phantom.acquisition import (
    Acquisition,
    PLAIN,
    SliceImage,
    to_acquired_grids,
    to_flipped,
    to_ordered,
    to_repeated,
    to_slices,
)
from imaging.phantom.dicom_header import NOBODY, PatientIdentity, SeriesHeader, write_file
from imaging.phantom.dicom_writer import to_mr_series_dataset, to_slice_dataset
from imaging.phantom.planning import plan_series, PlannedSeries, SliceGrid
from imaging.phantom.protocol import Protocol
from imaging.phantom.scene import render_grid, Scene, to_turned
from imaging.phantom.stored_pixels import to_stored
from imaging.phantom.variant import Division, PLAIN_STUDY, Variant

_NAME_SALT = 1


@dataclass(frozen=True)
class StudyKey:
    """What every UID, name and noise of a study is drawn from."""

    study_id: str
    seed: int

    def to_uid(self, *parts: object) -> str:
        """A UID that depends on the key and on the parts only."""
        return str(generate_uid(entropy_srcs=[self.study_id, str(self.seed), *map(str, parts)]))

    def to_generator(self, *numbers: int) -> np.random.Generator:
        """A generator that depends on the seed and on the numbers only."""
        return np.random.default_rng([self.seed, *numbers])


def write_scene(
    folder: Path,
    scene: Scene,
    protocol: Protocol,
    key: StudyKey,
    variant: Variant = PLAIN_STUDY,
    identity: PatientIdentity = NOBODY,
) -> Scene:
    """The scene as it lay on the table: turned where the variant turns it. Its study is written into ``folder``.

    The folder is made; nothing in it is removed. Equal arguments give equal bytes.
    """
    scene = to_turned(scene, variant.turn_deg)
    if not identity.accession:
        identity = replace(identity, accession=key.study_id)
    number = 0
    names = _draw_names(key) if variant.shuffle_names else None
    for planned_number, planned in enumerate(plan_series(protocol, scene.frames)):
        slices = scan_series(scene, planned, to_acquisition(variant, planned), key.to_generator(planned_number))
        for part in divide(slices, to_division(variant, planned)):
            number += 1
            header = _to_header(identity, planned, protocol, key, number, variant)
            for file_number, (dataset, syntax) in enumerate(_to_datasets(header, part, key, variant), start=1):
                path = folder / next(names) if names else folder / f"S{number:03d}" / f"I{file_number:04d}.dcm"
                path.parent.mkdir(parents=True, exist_ok=True)
                write_file(path, dataset, syntax, variant.storage.header)
    return scene


def to_acquisition(variant: Variant, planned: PlannedSeries) -> Acquisition:
    """How this series is acquired: localizers in the plain way."""
    return {Plane.SAGITTAL: variant.sagittal, Plane.AXIAL: variant.axial}.get(planned.plane, PLAIN)


def to_division(variant: Variant, planned: PlannedSeries) -> Division:
    """How this series is divided."""
    divisions = {Plane.SAGITTAL: variant.sagittal_division, Plane.AXIAL: variant.axial_division}
    return divisions.get(planned.plane, Division.ONE_SERIES)


def scan_series(
    scene: Scene, planned: PlannedSeries, acquisition: Acquisition, rng: np.random.Generator
) -> list[SliceImage]:
    """The slices of a series in the order of scanning, as its acquisition makes them."""
    stacks = [
        _scan_stack(scene, planned, grid, acquisition, number, rng) for number, grid in enumerate(planned.stacks, 1)
    ]
    slices = to_repeated(to_ordered(stacks, acquisition), acquisition)
    again = [
        image for image in slices if image.place - 1 in acquisition.rescanned and not image.is_resent and not image.copy
    ]
    noise = [rng.normal(0.0, 15.0, image.pixels.shape) for image in again]
    slices += [
        replace(image, pixels=np.clip(image.pixels + extra, 0, 4095).astype(np.uint16), acquisition=2, copy=2,
                instance=len(slices) + number)
        for number, (image, extra) in enumerate(zip(again, noise, strict=True), start=1)
    ]  # fmt: skip
    return [to_flipped(image, acquisition) for image in slices]


def _scan_stack(
    scene: Scene,
    planned: PlannedSeries,
    grid: SliceGrid,
    acquisition: Acquisition,
    stack: int,
    rng: np.random.Generator,
) -> list[SliceImage]:
    slices: list[SliceImage] = []
    for acquired in to_acquired_grids(grid, acquisition):
        voxels = render_grid(scene, acquired, planned.sequence.weighting, rng)
        slices += to_slices(voxels, acquired, stack, first_place=len(slices) + 1)
    return slices


def divide(slices: Sequence[SliceImage], division: Division) -> list[list[SliceImage]]:
    """The slices of each SeriesInstanceUID."""
    if division is Division.SERIES_PER_STACK:
        stacks = dict.fromkeys(image.stack for image in slices)
        return [[image for image in slices if image.stack == stack] for stack in stacks]
    if division is Division.HALVES:
        middle = (len(slices) + 1) // 2
        return [list(slices[:middle]), list(slices[middle:])]
    if division is Division.ALTERNATE:
        return [list(slices[::2]), list(slices[1::2])]
    return [list(slices)]


def _to_header(
    identity: PatientIdentity, planned: PlannedSeries, protocol: Protocol, key: StudyKey, number: int, variant: Variant
) -> SeriesHeader:
    return SeriesHeader(
        identity=identity,
        planned=planned,
        scanner=protocol.scanner,
        study_uid=key.to_uid("study"),
        series_uid=key.to_uid("series", number),
        frame_uid=key.to_uid("frame", number if variant.frame_per_series else 0),
        number=number,
        patient_position=variant.patient_position,
    )


def _to_datasets(
    header: SeriesHeader, slices: Sequence[SliceImage], key: StudyKey, variant: Variant
) -> Iterator[tuple[Dataset, UID]]:
    storage = variant.storage
    syntax = UID(storage.transfer_syntax)
    series = to_mr_series_dataset(header)
    for image in slices:
        uid_series = 0 if variant.repeated_uids else header.number
        uid = key.to_uid("instance", uid_series, image.stack, image.place, image.copy)
        stored = to_stored(image.pixels, storage.pixel_form, image.place, syntax)
        yield to_slice_dataset(series, image, stored, uid, syntax), syntax


def _draw_names(key: StudyKey) -> Iterator[str]:
    rng = key.to_generator(_NAME_SALT, _NAME_SALT)
    while True:
        yield rng.bytes(6).hex()
