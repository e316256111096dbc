"""Phantom studies with their truth: one from its seed and number, or a cohort with its tables."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from imaging.landmark_table import write_landmarks
from imaging.landmarks import Landmarks
from imaging.phantom.acquisition import Acquisition
from imaging.phantom.anatomy import draw_spine, Spine, SpineSettings
from imaging.phantom.dicom_header import NOBODY, PatientIdentity
from imaging.phantom.protocol import draw_protocol, Protocol, ProtocolSettings, PulseSequence
from imaging.phantom.render import render_weightings
from imaging.phantom.scanner import draw_scanner, Scanner
from imaging.phantom.scene import Scene, Voxels
from imaging.phantom.study import write_scene
from imaging.phantom.study_key import StudyKey
from imaging.phantom.truth import to_centroids, to_disc_frames, to_grades, to_openings
from imaging.phantom.variant import Container, Division, PLAIN_STUDY, Storage, Variant
from imaging.store.whole_file import write_whole
from imaging.study import Weighting
from imaging.table_file import write_table_file
from lexicons.vocabulary import Grade, Level, Task

LANDMARKS_NAME = "landmarks.csv"
GRADES_NAME = "grades.csv"
STUDIES_NAME = "studies"
COHORT_NAME = "cohort.json"

GRADE_COLUMNS = ("study_id", "level", "task", "grade", "low", "high")

Slot = tuple[Level, Task]


@dataclass(frozen=True)
class PhantomSettings:
    """What phantom studies are drawn from; ``variant`` None draws how each is acquired and stored."""

    spine: SpineSettings = field(default_factory=SpineSettings)
    protocol: ProtocolSettings = field(default_factory=ProtocolSettings)
    variant: Variant | None = None


@dataclass(frozen=True)
class PhantomTruth:
    """What is true of a written study, as the patient lay on the table.

    ``landmarks``: the centroids. ``frames``: of the graded discs. ``grades`` and ``points`` by level and task; points
    are the middle of what the task grades, (3,), LPS mm.
    """

    study_id: str
    landmarks: Landmarks
    frames: tuple[DiscFrame, ...]
    grades: dict[Slot, Grade]
    points: dict[Slot, FloatArray]
    spine: Spine
    protocol: Protocol
    variant: Variant


Run = Callable[[Callable[[int], PhantomTruth], Sequence[int]], Iterable[PhantomTruth]]


def make_cohort(
    folder: Path, count: int, seed: int, settings: PhantomSettings = PhantomSettings(), run: Run = map
) -> tuple[PhantomTruth, ...]:
    """The truths of ``count`` studies, written below ``folder/studies``, with their tables beside it.

    ``landmarks.csv`` and ``grades.csv``, the label table's keys with each slot's grade; ``cohort.json`` has the count,
    the seed and by how much the grades overlap. ``run`` maps a picklable function over the studies' numbers, from 1:
    ``map``, or one over processes.
    """
    write = partial(write_numbered_study, folder / STUDIES_NAME, seed, settings)
    truths = tuple(run(write, range(1, count + 1)))
    write_landmarks(folder / LANDMARKS_NAME, [truth.landmarks for truth in truths])
    write_table_file(to_grade_table(truths), folder / GRADES_NAME)
    drawn = {"studies": count, "seed": seed, "reader_overlap": settings.spine.reader_overlap}
    write_whole(folder / COHORT_NAME, [json.dumps(drawn).encode()])
    return truths


def write_numbered_study(folder: Path, seed: int, settings: PhantomSettings, number: int) -> PhantomTruth:
    """The truth of a cohort's study by its number, written into a folder of its own name below ``folder``."""
    key = StudyKey(f"phantom-{number:05d}", int(np.random.SeedSequence([seed, number]).generate_state(1)[0]))
    identity = PatientIdentity(patient_id=key.study_id)
    return write_phantom_study(folder / key.study_id, key, settings, identity)


def write_phantom_study(
    folder: Path, key: StudyKey, settings: PhantomSettings = PhantomSettings(), identity: PatientIdentity = NOBODY
) -> PhantomTruth:
    """The truth of a study drawn from its key, whose files are written into ``folder``.

    ``key.study_id`` becomes AccessionNumber where the identity has none. Equal arguments give equal bytes.
    """
    spine = draw_spine(key.to_generator(1, 1), settings.spine)
    scanner = draw_scanner(key.to_generator(1, 2))
    protocol = draw_protocol(key.to_generator(1, 3), settings.protocol)
    variant = settings.variant or draw_variant(key.to_generator(1, 4))
    return write_spine(folder, key, spine, scanner, protocol, variant, identity)


def write_spine(
    folder: Path,
    key: StudyKey,
    spine: Spine,
    scanner: Scanner,
    protocol: Protocol,
    variant: Variant = PLAIN_STUDY,
    identity: PatientIdentity = NOBODY,
) -> PhantomTruth:
    """The truth of a study of this spine, scanned so; the times in its headers are the scanner's own."""
    protocol = to_timed(protocol, scanner)
    scene = write_scene(folder, to_scene(spine, scanner), protocol, key, variant, identity)
    landmarks = Landmarks(key.study_id, scene.structures, scene.centroids, np.ones(len(scene.structures)))
    points = {(level, task): scene.points[f"{level} {task}"] for level, task in to_openings(spine)}
    return PhantomTruth(key.study_id, landmarks, scene.frames, to_grades(spine), points, spine, protocol, variant)


def to_scene(spine: Spine, scanner: Scanner) -> Scene:
    """The spine as something to be scanned; points are named ``L4-L5 LFS`` and the like."""

    def render(
        affine: FloatArray,
        shape: tuple[int, int, int],
        thickness_mm: float,
        weightings: Sequence[Weighting],
        rng: np.random.Generator,
    ) -> tuple[Voxels, ...]:
        return render_weightings(spine, affine, shape, thickness_mm, weightings, scanner, rng)

    centroids = to_centroids(spine)
    points = {f"{level} {task}": point for (level, task), point in to_openings(spine).items()}
    return Scene(render, to_disc_frames(spine), tuple(centroids), np.array(list(centroids.values())), points)


def to_timed(protocol: Protocol, scanner: Scanner) -> Protocol:
    """The protocol with the times that the scanner's images are made with."""

    def retime(sequence: PulseSequence) -> PulseSequence:
        timing = scanner.timings[sequence.weighting]
        inversion = sequence.inversion_ms and timing.inversion_ms
        return replace(
            sequence, echo_ms=timing.echo_ms, repetition_ms=timing.repetition_ms, inversion_ms=inversion or None
        )

    return replace(
        protocol,
        sagittal_sequences=tuple(map(retime, protocol.sagittal_sequences)),
        axial_sequences=tuple(map(retime, protocol.axial_sequences)),
    )


def draw_variant(rng: np.random.Generator) -> Variant:
    """A variant as a department's archive may hold it: no damage, but the orders, objects and tags of real ones."""
    sagittal_reverse, sagittal_numbers, axial_stacks, axial_reverse, per_series, shuffle, per_stack, interleave = (
        rng.random(8) < (0.3, 0.1, 0.3, 0.3, 0.2, 0.3, 0.1, 0.3)
    ).tolist()
    container = Container(rng.choice(list(Container), p=(0.85, 0.12, 0.03)))
    turn = rng.normal(0.0, (2.0, 2.0, 3.0))
    return Variant(
        sagittal=Acquisition(reverse_order=sagittal_reverse, reverse_numbers=sagittal_numbers, interleave=interleave),
        axial=Acquisition(reverse_order=axial_reverse, reverse_stacks=axial_stacks),
        storage=Storage(container, shuffle_frames=bool(rng.random() < 0.5)),
        axial_division=Division.SERIES_PER_STACK if per_stack else Division.ONE_SERIES,
        turn_deg=(float(turn[0]), float(turn[1]), float(turn[2])),
        patient_position=str(rng.choice(["HFS", "FFS"], p=(0.6, 0.4))),
        frame_per_series=per_series,
        shuffle_names=shuffle,
    )


def to_grade_table(truths: Iterable[PhantomTruth]) -> pd.DataFrame:
    """The grade of every slot that was drawn: study_id, level, task, and grade 0 to 3, which is also low and high."""
    rows = [
        (truth.study_id, str(level), str(task), int(grade), int(grade), int(grade))
        for truth in truths
        for (level, task), grade in truth.grades.items()
    ]
    return pd.DataFrame(rows, columns=list(GRADE_COLUMNS))
