"""Discs from the store to a batch of views: integers to the device, one interpolation there, normalised."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from imaging.augmentation import Augmentation, AugmentationSettings, draw_augmentation, mirror_tasks
from imaging.grids import Grid
from imaging.intensity import normalise, NormaliseSettings
from imaging.resampling.by_torch import sample_batch
from imaging.store.crop import Crop, DiscCrops
from lexicons.vocabulary import Level, Task, View
from training.config import DataConfig
from training.models import Model
from training.models.views import Views
from training.sampling import AS_IT_IS
from training.targets import IntArray, Targets


class DiscReader(Protocol):
    """What reads discs, such as ``imaging.store.reader.VolumeStore``."""

    def read_disc(self, study_id: str, level: Level | str) -> DiscCrops:
        """The frame and crops of a disc."""


class Sample(NamedTuple):
    """A disc as it leaves the store. ``row``: of the targets; ``low, high``: (tasks,), mirrored where the disc is."""

    row: int
    disc: DiscCrops
    augmentation: Augmentation | None
    low: IntArray
    high: IntArray


class Batch(NamedTuple):
    """n samples on the host; ``low, high``: (n, tasks), int8."""

    rows: list[int]
    discs: tuple[DiscCrops, ...]
    augmentations: tuple[Augmentation | None, ...]
    low: Tensor
    high: Tensor


class Discs(Dataset[Sample]):
    """The discs of some targets, by (epoch, row); the seed, the epoch and the row decide the augmentation."""

    def __init__(self, reader: DiscReader, targets: Targets, augmentation: AugmentationSettings, seed: int) -> None:
        self.reader = reader
        self.targets = targets
        self.augmentation = augmentation
        self.seed = seed
        self.keys = [(str(study_id), str(level)) for study_id, level in targets.discs.to_numpy()]

    def __getitem__(self, key: tuple[int, int]) -> Sample:
        epoch, row = key
        augmentation = None
        if epoch != AS_IT_IS:
            augmentation = draw_augmentation(np.random.default_rng([self.seed, epoch, row]), self.augmentation)
        columns = to_mirrored_columns(self.targets.tasks, augmentation)
        low, high = self.targets.low[row, columns], self.targets.high[row, columns]
        return Sample(row, self.reader.read_disc(*self.keys[row]), augmentation, low, high)


def to_mirrored_columns(tasks: Sequence[Task], augmentation: Augmentation | None) -> list[int]:
    """Where each task's label stands after an augmentation: left and right change columns where it mirrors."""
    columns = {task: column for column, task in enumerate(tasks)}
    mirrored = mirror_tasks(columns, augmentation or Augmentation())
    return [mirrored[task] for task in tasks]


def collate(samples: Sequence[Sample]) -> Batch:
    """A batch of samples; crops differ in shape and stay apart."""
    low, high = (torch.from_numpy(np.stack([getattr(s, name) for s in samples])) for name in ("low", "high"))
    discs, augmentations = tuple(s.disc for s in samples), tuple(s.augmentation for s in samples)
    return Batch([s.row for s in samples], discs, augmentations, low, high)


def to_normalise_settings(config: DataConfig) -> NormaliseSettings:
    """The normalisation that a config asks for."""
    low_high = (config.clip_percentiles[0], config.clip_percentiles[1]) if config.clip_percentiles else None
    return NormaliseSettings(config.divide_by_std, low_high)


@torch.no_grad()
def to_views(
    discs: Sequence[DiscCrops],
    augmentations: Sequence[Augmentation | None],
    model: Model,
    views: Sequence[View],
    settings: NormaliseSettings,
    device: torch.device,
) -> Views:
    """The views of discs on a model's grids and on a device, resampled, varied and normalised.

    A view that a disc lacks, or that is not asked for, is zeros and not present.
    """
    volumes, present = {}, []
    for view, grid in ((View.AXIAL, model.axial), (View.SAGITTAL, model.sagittal)):
        crops = [(disc.axial if view is View.AXIAL else disc.sagittal, disc) for disc in discs]
        if view not in views:
            volumes[view] = torch.zeros((len(discs), 0, 0, 0), device=device)
            present.append(torch.zeros(len(discs), dtype=torch.bool, device=device))
            continue
        volumes[view], there = _to_view(crops, augmentations, grid, settings, device)
        present.append(there)
    return Views(volumes[View.AXIAL], volumes[View.SAGITTAL], torch.stack(present, dim=1))


def _to_view(
    crops: Sequence[tuple[tuple[Crop, ...], DiscCrops]],
    augmentations: Sequence[Augmentation | None],
    grid: Grid,
    settings: NormaliseSettings,
    device: torch.device,
) -> tuple[Tensor, Tensor]:
    values, mask = sample_batch([(of_view, disc.frame) for of_view, disc in crops], grid, augmentations, device)
    if any(augmentation is not None for augmentation in augmentations):
        values = vary_batch(values, mask, [augmentation or Augmentation() for augmentation in augmentations])
    return normalise(values, mask, settings), mask.flatten(1).any(dim=1)


def vary_batch(values: Tensor, mask: Tensor, augmentations: Sequence[Augmentation]) -> Tensor:
    """What ``imaging.intensity.vary_intensity`` does, for a whole batch at once, (n, depth, height, width).

    Nothing comes back from the device, and the noise is drawn there, by torch's own generator: ``noise_seed`` is not
    used.
    """
    axes, shape = (1, 2, 3), (-1, 1, 1, 1)
    gain, gamma, noise = (
        torch.tensor([getattr(each, name) for each in augmentations]).view(shape).to(values, non_blocking=True)
        for name in ("gain", "gamma", "noise")
    )
    low = values.masked_fill(~mask, torch.inf).amin(axes, keepdim=True)
    span = values.masked_fill(~mask, -torch.inf).amax(axes, keepdim=True) - low
    span = torch.where(span > 0, span, 1.0)
    varied = ((values - low) / span).clamp(0.0, 1.0) ** gamma * gain
    if any(augmentation.noise for augmentation in augmentations):
        varied = varied + torch.randn_like(varied) * noise
    return torch.where(mask, varied * span + low, 0.0)
