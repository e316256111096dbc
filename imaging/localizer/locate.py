"""Landmarks of a sagittal volume by the network: slices, probabilities, bodies, names."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from imaging.dicom.pixels import read_volume
from imaging.landmarks import LandmarkError, Landmarks
from imaging.localizer.bodies import to_bodies
from imaging.localizer.numbering import Numbered, to_numbered
from imaging.localizer.slices import Slices, to_slices
from imaging.localizer.unet import UNet
from imaging.selection import Selection, to_main_stack
from imaging.study import Study
from imaging.volume import Volume

LEAST_VERTEBRAE = 2


@dataclass(frozen=True)
class LocateSettings:
    """How a volume is looked through: slices of thin ones are thinned to ``step_mm``, ``batch`` at a time."""

    step_mm: float = 3.5
    batch: int = 2
    bf16: bool = True


def to_localize(network: UNet, settings: LocateSettings = LocateSettings()) -> Callable[[Study, Selection], Landmarks]:
    """What finds the landmarks of a study in its sagittal series; it is what ``imaging.pipeline.build_discs`` takes."""

    def localize(study: Study, selection: Selection) -> Landmarks:
        assert selection.sagittal is not None
        return locate(study.study_id, read_volume(to_main_stack(selection.sagittal)), network, settings)

    return localize


def locate(study_id: str, volume: Volume, network: UNet, settings: LocateSettings = LocateSettings()) -> Landmarks:
    """The vertebrae that the network sees in a sagittal volume, head to foot, each with a confidence.

    LandmarkError (``not-located``) where it sees no sacrum or fewer than two vertebrae.
    """
    slices = to_slices(to_thinned(volume, settings.step_mm))
    lumbar, sacral = to_probabilities(slices, network, settings)
    numbered = to_numbered(to_bodies(lumbar, slices), to_bodies(sacral, slices))
    if len(numbered.names) < LEAST_VERTEBRAE:
        what = "no sacrum" if "no-sacrum" in numbered.remarks else "no vertebra above the sacrum"
        raise LandmarkError("not-located", f"{what} was found in the sagittal series")
    return _to_landmarks(study_id, numbered)


def to_thinned(volume: Volume, step_mm: float) -> Volume:
    """The volume with as many slices left out as its steps allow."""
    every = max(1, int(step_mm / volume.spacing_mm[2]))
    if every == 1:
        return volume
    offsets = volume.slice_offsets_mm
    affine = volume.affine.copy()
    affine[:3, 2] *= every if offsets is None else 1
    return replace(
        volume,
        voxels=volume.voxels[::every],
        affine=affine,
        slice_offsets_mm=None if offsets is None else offsets[::every],
    )


def to_probabilities(
    slices: Slices, network: UNet, settings: LocateSettings
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Of T12 to L5 and of S1, each (slice, row, column), 0 outside the image."""
    device = next(network.parameters()).device
    found = []
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=settings.bf16):
        for first in range(0, len(slices.pixels), settings.batch):
            pixels = torch.from_numpy(slices.pixels[first : first + settings.batch, None])  # (batch, 1, row, column)
            logits = network(pixels.to(device, memory_format=torch.channels_last))
            found.append(torch.sigmoid(logits.float()).cpu().numpy())
    both = np.concatenate(found) * slices.inside[:, None]  # (slice, output, row, column)
    return both[:, 0], both[:, 1]


def _to_landmarks(study_id: str, numbered: Numbered) -> Landmarks:
    points = np.stack([body.centroid for body in numbered.bodies])
    confidence = np.array([body.probability for body in numbered.bodies])
    return Landmarks(study_id, numbered.names, points, confidence, remarks=numbered.remarks)
