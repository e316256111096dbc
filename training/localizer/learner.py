"""What the loop asks, for localizers: slices in batches on the canvas, varied on the device, the negative Dice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn, Tensor
from torch.utils.data import Dataset

from imaging.localizer.slices import FIELD_MM
from imaging.localizer.unet import UNet
from imaging.localizer.weights import load_weights
from training.dice import sum_negative_dice
from training.localizer.config import is_mixed, LocalizerConfig, VariationSettings
from training.localizer.marked import DETECTORS, MarkedSlice
from training.localizer.material import Gathered
from training.localizer.seams import find_seams, sum_seam_entropy
from training.localizer.variation import draw_variation, Variation
from training.localizer.vary import vary_slices
from training.loss import LossSum
from training.mixture import Mixture
from training.sampling import AS_IT_IS


class SliceSample(NamedTuple):
    """A slice, and how it is varied; None where it is as it is."""

    marked: MarkedSlice
    variation: Variation | None


class SliceBatch(NamedTuple):
    """n slices: pixels (n, size, size) float32; bool: inside, masks (n, 2, size, size), known (n, 2)."""

    pixels: Tensor
    inside: Tensor
    masks: Tensor
    known: Tensor
    variations: tuple[Variation | None, ...]


class MarkedSlices(Dataset[SliceSample]):
    """Slices by (epoch, row); the seed, the epoch and the row decide the variation.

    A row beyond the last is one of the slices again, counted on from the first: so a slice comes twice in an epoch.
    """

    def __init__(self, slices: Sequence[MarkedSlice], settings: VariationSettings, seed: int) -> None:
        self.slices, self.settings, self.seed = slices, settings, seed

    def __getitem__(self, key: tuple[int, int]) -> SliceSample:
        epoch, row = key
        marked = self.slices[row % len(self.slices)]
        if epoch == AS_IT_IS:
            return SliceSample(marked, None)
        rng = np.random.default_rng([self.seed, epoch, row])
        return SliceSample(marked, draw_variation(rng, self.settings, to_middle(marked), len(marked.pixels)))


def to_middle(marked: MarkedSlice) -> tuple[float, float]:
    """The (column, row) about which the masks lie; the canvas's middle where there are none."""
    rows, columns = np.nonzero(marked.masks.any(axis=0))
    if not len(rows):
        return (len(marked.pixels) - 1) / 2, (len(marked.pixels) - 1) / 2
    return float(columns.mean()), float(rows.mean())


def collate(samples: Sequence[SliceSample]) -> SliceBatch:
    """A batch of slices, on the host."""
    marked = [sample.marked for sample in samples]
    pixels, inside, masks, known = (
        torch.from_numpy(np.stack([getattr(each, name) for each in marked]))
        for name in ("pixels", "inside", "masks", "known")
    )
    return SliceBatch(pixels, inside, masks, known, tuple(sample.variation for sample in samples))


class SliceMaterial(NamedTuple):
    """What a localizer learns from: slices, and the rows of them that train and that validate."""

    slices: Sequence[MarkedSlice]
    training: list[int] | Mixture
    validation: list[int]

    def to_learner(self, config: LocalizerConfig, device: torch.device) -> "SliceLearner":
        """The localizer of a config, untrained or with the weights that it starts from."""
        network = UNet(len(config.task.detectors), config.network.features, config.network.depth)
        if config.network.init:
            load_weights(network, Path(config.network.init))
        return SliceLearner(network, MarkedSlices(self.slices, config.variation, config.run.seed), config, device)


def to_material(config: LocalizerConfig, gathered: Gathered) -> SliceMaterial:
    """The slices of a config as they train: each once in an epoch, or mixed by source."""
    slices, training, validation = gathered
    if not is_mixed(config.mixing):
        return SliceMaterial(slices, training, validation)
    shares = {
        "spider": config.mixing.spider,
        "spider-midsagittal": config.mixing.self_marked,
        "phantom": config.mixing.phantom,
    }
    rows = {source: tuple(row for row in training if slices[row].source == source) for source in shares}
    there = [source for source in shares if rows[source] and shares[source]]
    mixture = Mixture(
        sources=tuple(rows[source] for source in there),
        shares=tuple(shares[source] for source in there),
        size=config.mixing.epoch_slices or len(training),
        stride=len(slices),
    )
    return SliceMaterial(slices, mixture, validation)


class SliceLearner:
    """A localizer that is taught: both detectors, or one."""

    def __init__(self, network: nn.Module, slices: MarkedSlices, config: LocalizerConfig, device: torch.device) -> None:
        self.network, self.samples, self.device = network, slices, device
        self.loss, self.pixel_mm = config.loss, FIELD_MM / config.slices.canvas
        self.detectors = config.task.detectors
        self.chosen = [DETECTORS.index(name) for name in self.detectors]

    @property
    def figures(self) -> tuple[str, ...]:
        """The Dice of each detector."""
        return tuple(f"dice_{name}" for name in self.detectors)

    @property
    def about(self) -> dict[str, str]:
        """Nothing: the recipe says what it learnt from."""
        return {}

    def collate(self, samples: Sequence[SliceSample]) -> SliceBatch:
        """A batch of slices."""
        return collate(samples)

    def to_device(self, batch: SliceBatch) -> SliceBatch:
        """The batch on the device."""
        tensors = {name: getattr(batch, name).to(self.device) for name in ("pixels", "inside", "masks", "known")}
        return batch._replace(**tensors)

    def weigh(self, batch: SliceBatch) -> Tensor:
        """How many masks are known."""
        return batch.known[:, self.chosen].sum(dtype=torch.float32)

    def sum_losses(self, network: nn.Module, batch: SliceBatch) -> LossSum:
        """The loss of the varied slices."""
        variations = [each for each in batch.variations if each is not None]
        pixels, masks = vary_slices(batch.pixels, batch.inside, batch.masks, variations)
        return self._sum_losses(network(pixels).float(), masks, batch.known)

    def _sum_losses(self, logits: Tensor, masks: Tensor, known: Tensor) -> LossSum:
        """The negative Dice, and with ``loss.seam`` its share of the cross entropy that weighs seams.

        ``masks, known``: of all detectors, for seams lie between all vertebrae; ``logits``: of those that are taught.
        """
        own, known = masks[:, self.chosen], known[:, self.chosen]
        dice = sum_negative_dice(logits.sigmoid(), own, known)
        if not self.loss.seam:
            return dice
        seams = find_seams(masks, self.pixel_mm)
        entropy = sum_seam_entropy(logits, own, seams, known, self.loss.seam_weight)
        return LossSum(dice.numerator + self.loss.seam * entropy.numerator, dice.denominator)

    def judge(
        self, network: nn.Module, batches: Iterable[SliceBatch], precision: Callable[[], Any]
    ) -> Iterator[Tensor]:
        """Of whole canvases the loss, and the Dice of each detector's mask at a probability of a half."""
        network.eval()
        for batch in map(self.to_device, batches):
            with torch.inference_mode(), precision():
                logits = network(batch.pixels[:, None]).float()
            loss = torch.stack(self._sum_losses(logits, batch.masks, batch.known))
            found = (logits > 0).float()
            each = [
                sum_negative_dice(found[:, [n]], batch.masks[:, [own]], batch.known[:, [own]])
                for n, own in enumerate(self.chosen)
            ]
            dice = [torch.stack((-one.numerator, one.denominator)) for one in each]
            yield torch.stack([loss, *dice]).double()
