"""How a disc is varied in training: parameters drawn first, applied in the one sampling matrix and to intensity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from imaging.frames import DiscFrame
from imaging.geometry import FloatArray
from lexicons.vocabulary import MIRRORED_TASK, Task

Label = TypeVar("Label")


@dataclass(frozen=True)
class Augmentation:
    """One variation of a disc; the default changes nothing.

    The grid is mirrored at the disc's middle plane (``flip_left_right``), enlarged by ``scale`` (1.1: the anatomy
    looks a tenth smaller), turned about the left, post and sup axes (``rotation_deg``, right-handed, left first) and
    moved along them (``shift_mm``), all about the disc's centre, so that both views of a disc see the same change.
    Values change to ``gain * (value / span) ** gamma * span`` plus normal noise of ``noise * span``, drawn from
    ``noise_seed``; see ``vary_intensity``.
    """

    rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0
    flip_left_right: bool = False
    gain: float = 1.0
    gamma: float = 1.0
    noise: float = 0.0
    noise_seed: int = 0


@dataclass(frozen=True)
class AugmentationSettings:
    """How far each parameter may go: drawn evenly within plus and minus the number, noise from 0 to it.

    ``scale``, ``gain`` and ``gamma`` depart from 1. ``flip_probability`` is the share of discs that are mirrored.
    """

    rotation_deg: tuple[float, float, float] = (5.0, 5.0, 10.0)
    shift_mm: tuple[float, float, float] = (3.0, 3.0, 1.0)
    scale: float = 0.1
    flip_probability: float = 0.5
    gain: float = 0.1
    gamma: float = 0.2
    noise: float = 0.02


def draw_augmentation(rng: np.random.Generator, settings: AugmentationSettings) -> Augmentation:
    """An augmentation within the settings; every call draws as many numbers, whatever the settings are."""
    geometry = rng.uniform(-1.0, 1.0, 7)
    gain, gamma = rng.uniform(-1.0, 1.0, 2)
    flip, noise = rng.uniform(0.0, 1.0, 2)
    seed = int(rng.integers(2**31))
    return Augmentation(
        rotation_deg=_scale(settings.rotation_deg, geometry[:3]),
        shift_mm=_scale(settings.shift_mm, geometry[3:6]),
        scale=float(1.0 + settings.scale * geometry[6]),
        flip_left_right=bool(flip < settings.flip_probability),
        gain=float(1.0 + settings.gain * gain),
        gamma=float(1.0 + settings.gamma * gamma),
        noise=float(settings.noise * noise),
        noise_seed=seed,
    )


def _scale(most: tuple[float, float, float], drawn: FloatArray) -> tuple[float, float, float]:
    a, b, c = np.multiply(most, drawn).tolist()
    return a, b, c


def to_augmentation_matrix(augmentation: Augmentation, frame: DiscFrame) -> FloatArray:
    """The 4 x 4 matrix from where a sample lies, LPS mm, to where in the patient it is taken."""
    axes = np.column_stack([frame.left, frame.post, frame.sup])
    mirror = np.diag([-1.0 if augmentation.flip_left_right else 1.0, 1.0, 1.0])
    linear = axes @ (to_rotation(augmentation.rotation_deg) * augmentation.scale) @ mirror @ axes.T
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    matrix[:3, 3] = frame.centre + axes @ np.array(augmentation.shift_mm) - linear @ frame.centre
    return matrix


def to_rotation(angles_deg: tuple[float, float, float]) -> FloatArray:
    """The 3 x 3 rotation in a disc's axes: about left first, then post, then sup, each right-handed."""
    rotation = np.eye(3)
    for axis, angle in enumerate(np.radians(angles_deg)):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[b, a], turn[a, b] = np.sin(angle), -np.sin(angle)
        rotation = turn @ rotation
    return rotation


def mirror_tasks(labels: Mapping[Task, Label], augmentation: Augmentation) -> dict[Task, Label]:
    """The labels of a disc after the augmentation: left and right change places where it is mirrored."""
    if not augmentation.flip_left_right:
        return dict(labels)
    return {MIRRORED_TASK[task]: label for task, label in labels.items()}
