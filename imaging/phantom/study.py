"""A phantom study: planned, scanned and written as files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from pydicom.uid import UID

from imaging.geometry import Plane
from imaging.phantom.acquisition import (
    Acquisition,
    PLAIN,
    SliceImage,
    to_acquired_grids,
    to_flipped,
    to_ordered,
    to_repeated,
    to_rescanned,
    to_slices,
)
from imaging.phantom.dicom_header import NOBODY, PatientIdentity, SeriesHeader, write_file
from imaging.phantom.planning import plan_series, PlannedSeries, SliceGrid
from imaging.phantom.protocol import Protocol
from imaging.phantom.scene import render_grid, Scene, to_turned
from imaging.phantom.screenshot import write_screenshot
from imaging.phantom.series_files import divide, to_datasets
from imaging.phantom.study_key import StudyKey
from imaging.phantom.variant import Division, PLAIN_STUDY, Variant
from imaging.study import Weighting

_FILE_NAMES = 2000


def write_scene(
    folder: Path,
    scene: Scene,
    protocol: Protocol,
    key: StudyKey,
    variant: Variant = PLAIN_STUDY,
    identity: PatientIdentity = NOBODY,
) -> Scene:
    """The scene as it lay on the table, turned where the variant turns it; its study is written into ``folder``.

    The folder is made; nothing in it is removed. Equal arguments give equal bytes. AccessionNumber is the study's id
    where the identity has none.
    """
    scene = to_turned(scene, variant.turn_deg)
    identity = replace(identity, accession=identity.accession or key.study_id)
    paths = _draw_paths(key, folder) if variant.shuffle_names else None
    series_number = 0
    for planned, slices in _scan_all(scene, protocol, key, variant):
        for part in divide(slices, to_division(variant, planned)):
            series_number += 1
            header = _to_header(identity, planned, protocol, key, series_number, variant)
            _write_series(header, part, key, variant, paths or _count_paths(folder / f"S{series_number:03d}"))
    if protocol.screenshot:
        header = _to_header(identity, planned, protocol, key, series_number + 1, variant)
        write_screenshot(next(paths or _count_paths(folder / f"S{series_number + 1:03d}")), header, part, key)
    return scene


def to_acquisition(variant: Variant, planned: PlannedSeries) -> Acquisition:
    """How this series is acquired: localizers in the plain way."""
    return {Plane.SAGITTAL: variant.sagittal, Plane.AXIAL: variant.axial}.get(planned.plane, PLAIN)


def to_division(variant: Variant, planned: PlannedSeries) -> Division:
    """How this series is divided."""
    divisions = {Plane.SAGITTAL: variant.sagittal_division, Plane.AXIAL: variant.axial_division}
    return divisions.get(planned.plane, Division.ONE_SERIES)


def scan_series(
    scene: Scene, planned: Sequence[PlannedSeries], acquisition: Acquisition, rng: np.random.Generator
) -> list[list[SliceImage]]:
    """The slices of each series in the order of scanning; all are planned on the stacks of the first."""
    weightings = [one.sequence.weighting for one in planned]
    stacks = [
        _scan_stack(scene, to_acquired_grids(grid, acquisition), weightings, number, rng)
        for number, grid in enumerate(planned[0].stacks, start=1)
    ]
    return [_arrange(own, acquisition, rng) for own in zip(*stacks, strict=True)]


def _scan_all(
    scene: Scene, protocol: Protocol, key: StudyKey, variant: Variant
) -> Iterator[tuple[PlannedSeries, list[SliceImage]]]:
    """Each planned series with its slices; what lies on the same stacks is rendered together."""
    groups = groupby(plan_series(protocol, scene.frames), key=lambda planned: id(planned.stacks))
    for number, (_, members) in enumerate(groups, start=1):
        planned = list(members)
        acquisition = to_acquisition(variant, planned[0])
        yield from zip(planned, scan_series(scene, planned, acquisition, key.to_generator(number)), strict=True)


def _scan_stack(
    scene: Scene, grids: tuple[SliceGrid, ...], weightings: Sequence[Weighting], stack: int, rng: np.random.Generator
) -> list[list[SliceImage]]:
    """The slices of one stack in each weighting."""
    series: list[list[SliceImage]] = [[] for _ in weightings]
    for grid in grids:
        for slices, voxels in zip(series, render_grid(scene, grid, weightings, rng), strict=True):
            slices += to_slices(voxels, grid, stack, first_place=len(slices) + 1)
    return series


def _arrange(
    stacks: Sequence[list[SliceImage]], acquisition: Acquisition, rng: np.random.Generator
) -> list[SliceImage]:
    once = to_ordered(stacks, acquisition)
    slices = [*to_repeated(once, acquisition), *to_rescanned(once, acquisition, rng)]
    return [to_flipped(image, acquisition) for image in slices]


def _write_series(
    header: SeriesHeader, slices: list[SliceImage], key: StudyKey, variant: Variant, paths: Iterator[Path]
) -> None:
    storage = variant.storage
    uid_series = 0 if variant.repeated_uids else header.number
    for dataset in to_datasets(header, slices, key, storage, uid_series):
        path = next(paths)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, dataset, UID(storage.transfer_syntax), storage.header)


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


def _count_paths(folder: Path) -> Iterator[Path]:
    number = 0
    while True:
        number += 1
        yield folder / f"I{number:04d}.dcm"


def _draw_paths(key: StudyKey, folder: Path) -> Iterator[Path]:
    rng = key.to_generator(_FILE_NAMES)
    while True:
        yield folder / rng.bytes(6).hex()
