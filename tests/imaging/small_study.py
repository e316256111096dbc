"""Small DICOM studies of a ramp and a blob, quick to write, with the landmarks that are true of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from imaging.landmarks import Landmarks
from imaging.phantom.dicom_header import NOBODY, PatientIdentity
from imaging.phantom.protocol import AxialLayout, draw_protocol, Protocol, ProtocolSettings, SlicePlan
from imaging.phantom.scene import Scene
from imaging.phantom.study import write_scene
from imaging.phantom.study_key import StudyKey
from imaging.phantom.variant import PLAIN_STUDY, Variant
from tests.imaging.phantom.analytic_scene import make_scene


def make_small_protocol(axial: bool = True, sagittal: bool = True) -> Protocol:
    """Thirteen sagittal slices and six axial ones for each of the three lowest discs, pixels of 3.6 x 4.1 mm."""
    settings = ProtocolSettings(layout=AxialLayout.STACKS, localizer=False, screenshot=False)
    drawn = draw_protocol(np.random.default_rng(6), settings)
    return replace(
        drawn,
        sagittal=SlicePlan((66, 52), (3.6, 4.1), 4.0, 0.4, 13),
        axial=SlicePlan((44, 40), (3.6, 4.1), 4.0, 0.2, 0),
        sagittal_sequences=drawn.sagittal_sequences[:1] if sagittal else (),
        axial_sequences=drawn.axial_sequences[:1] if axial else (),
        stack_slices=(6,) * 6,
        covered=drawn.covered[-3:],
    )


def to_study_id(name: str) -> str:
    """The StudyInstanceUID of the study of that name."""
    return StudyKey(name, 11).to_uid("study")


def write_small_study(
    folder: Path,
    name: str = "P1",
    variant: Variant = PLAIN_STUDY,
    protocol: Protocol | None = None,
    identity: PatientIdentity = NOBODY,
) -> Scene:
    """Write a study below a folder; the scene with its truth."""
    return write_scene(
        folder, make_scene(5.0), protocol or make_small_protocol(), StudyKey(name, 11), variant, identity
    )


def to_landmarks(scene: Scene, study_id: str) -> Landmarks:
    """The true centroids of a scene."""
    return Landmarks(study_id, scene.structures, scene.centroids, np.ones(len(scene.structures)))
