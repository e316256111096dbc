"""Every choice of a localizer's training, as frozen dataclasses: one section of the TOML file each. No torch here."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from training.config import (
    check_optimizer,
    check_ranges,
    ConfigError,
    MANY,
    OptimizerConfig,
    Range,
    ranges_of_loop,
    RunConfig,
)
from training.config_file import read_values, to_sections


@dataclass(frozen=True)
class TaskConfig:
    """What is trained; a config without this section is a grader's.

    detectors: of T12 to L5, and of S1: both as one network of two outputs, or one of them, as the paper trains each.
    """

    kind: Literal["localizer"] = "localizer"
    detectors: tuple[Literal["lumbar", "s1"], ...] = ("lumbar", "s1")


@dataclass(frozen=True)
class SliceConfig:
    """The slices that are learnt from.

    spider: a folder with ``images`` and ``masks``, sagittal slices of SPIDER as PNG, NUMBER_..., posterior at the
    right; spider_pixel_mm: the side of their pixels. corners: a table of S1's corners in them; empty is the one that
    comes along. phantoms: how many phantom studies are made, with phantom_slices slices each. targets: the masks as
    they are, or the quadrilaterals of their four corners as in the paper. canvas: the rows and columns on which all
    slices are laid, of 358.4 mm whatever they are; the paper's are 512.
    """

    spider: str = ""
    spider_pixel_mm: float = 0.56
    corners: str = ""
    phantoms: int = 0
    phantom_slices: int = 3
    phantom_seed: int = 0
    targets: Literal["contours", "corners"] = "contours"
    canvas: Literal[256, 512] = 256


@dataclass(frozen=True)
class SelfTrainingConfig:
    """Slices without masks that a localizer marks (``training.localizer.self_marked``); empty images: none.

    images: a folder of PNG. points: a table of disc points in them. overview: SPIDER's table, for the pixels' sides, or
    empty. teacher: the weights of the localizer, vertebrae.safetensors of another run; empty is those that come along.
    """

    images: str = ""
    points: str = ""
    overview: str = ""
    teacher: str = ""


@dataclass(frozen=True)
class HeldOutConfig:
    """Who validates: SPIDER's patients by number, and every so many-th phantom; 0 is none."""

    spider: tuple[int, ...] = (5, 34, 52, 78, 127, 161, 191, 239)
    phantom_every: int = 5


@dataclass(frozen=True)
class MixingConfig:
    """The share of each source in every batch, however many slices it has; all 0: every slice once in an epoch.

    self_marked: the slices of ``self_training``. Shares are relative, and a source without slices has none.
    epoch_slices: how many slices make an epoch of mixed batches; 0 is as many as train.
    """

    spider: float = 0.0
    self_marked: float = 0.0
    phantom: float = 0.0
    epoch_slices: int = 0


@dataclass(frozen=True)
class UNetConfig:
    """The network of ``imaging.localizer.unet``; the defaults are the paper's and the shipped weights'.

    init: weights to start from, vertebrae.safetensors of another run; empty: drawn afresh.
    """

    features: int = 32
    depth: int = 5
    init: str = ""


@dataclass(frozen=True)
class LossConfig:
    """What is minimised: the paper's negative Dice, and what is added to it.

    seam: the share of a cross entropy whose pixels between neighbouring bodies weigh 1 + seam_weight, the others 1.
    """

    seam: float = 0.0
    seam_weight: float = 20.0


@dataclass(frozen=True)
class VariationSettings:
    """How far each parameter may go, evenly: angles, shear and shifts to both sides, the rest as told.

    scale, aspect, gamma: logarithms. shift_mm: along columns and rows. bias: the greatest spread of a smooth gain's
    logarithm. curve_probability: share of slices whose intensities go through a random curve, for contrasts that were
    never seen. cut_mm: the most that a smaller field of view cuts off at the top or bottom. window: (rows, columns)
    of the canvas that are learnt at a time, about the middle of the masks; 0 is the whole canvas.
    """

    rotation_deg: float = 17.0
    scale: float = 0.33
    aspect: float = 0.12
    shear: float = 0.12
    shift_mm: tuple[float, float] = (35.0, 42.0)
    bias: float = 0.5
    gamma: float = 0.5
    curve_probability: float = 0.35
    blur_probability: float = 0.3
    noise: float = 0.08
    cut_top_probability: float = 0.3
    cut_bottom_probability: float = 0.15
    cut_mm: float = 80.0
    window: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class LocalizerConfig:
    """A whole run; the optimizer is the paper's SGD unless another is named."""

    task: TaskConfig = field(default_factory=TaskConfig)
    slices: SliceConfig = field(default_factory=SliceConfig)
    self_training: SelfTrainingConfig = field(default_factory=SelfTrainingConfig)
    held_out: HeldOutConfig = field(default_factory=HeldOutConfig)
    mixing: MixingConfig = field(default_factory=MixingConfig)
    network: UNetConfig = field(default_factory=UNetConfig)
    variation: VariationSettings = field(default_factory=VariationSettings)
    loss: LossConfig = field(default_factory=LossConfig)
    optimizer: OptimizerConfig = field(default_factory=lambda: OptimizerConfig("sgd", 0.01))
    run: RunConfig = field(default_factory=lambda: RunConfig(batch_size=6))


def to_places(config: LocalizerConfig) -> dict[str, str]:
    """The files and folders that a config names, by key."""
    sections = {
        "slices": ("spider", "corners"),
        "self_training": ("images", "points", "overview", "teacher"),
        "network": ("init",),
    }
    named = {
        f"{section}.{key}": getattr(getattr(config, section), key) for section in sections for key in sections[section]
    }
    return {key: place for key, place in named.items() if place}


def read_localizer_config(path: Path) -> LocalizerConfig:
    """The checked config of a TOML file; keys left out keep their defaults."""
    return to_localizer_config(read_values(path))


def to_localizer_config(values: dict[str, Any]) -> LocalizerConfig:
    """A checked config from plain values, such as TOML gives."""
    config = to_sections(LocalizerConfig(), values)
    check_localizer_config(config)
    return config


def check_localizer_config(config: LocalizerConfig) -> None:
    """ConfigError for values out of range and for choices that contradict each other."""
    check_ranges([*_ranges(config), *ranges_of_loop(config.optimizer, config.run)])
    check_optimizer(config.optimizer)
    if not (config.slices.spider or config.slices.phantoms or config.self_training.images):
        raise ConfigError("there is nothing to learn from: name slices.spider, or let slices.phantoms be made")
    if bool(config.self_training.images) != bool(config.self_training.points):
        raise ConfigError("self_training.images and self_training.points go together: name both, or none")
    _check_mixing(config)
    if list(config.task.detectors) not in (["lumbar", "s1"], ["lumbar"], ["s1"]):
        raise ConfigError('task.detectors may be ["lumbar", "s1"], ["lumbar"] or ["s1"]')
    multiple = 2 ** (config.network.depth - 1)
    if any(side % multiple for side in config.variation.window):
        raise ConfigError(f"variation.window must be multiples of {multiple} at network.depth {config.network.depth}")
    if config.run.deterministic and config.run.accelerator != "cpu":
        raise ConfigError('run.deterministic: the U-Net\'s pooling has no such form on a GPU; set accelerator = "cpu"')


def _check_mixing(config: LocalizerConfig) -> None:
    """Where sources are mixed, each that is named has a share: none is read for nothing."""
    mixing = config.mixing
    shares = {
        "mixing.spider": (mixing.spider, bool(config.slices.spider)),
        "mixing.self_marked": (mixing.self_marked, bool(config.self_training.images)),
        "mixing.phantom": (mixing.phantom, bool(config.slices.phantoms)),
    }
    if not is_mixed(mixing):
        if mixing.epoch_slices:
            raise ConfigError("mixing.epoch_slices is for mixed batches: give the sources their shares, or set it to 0")
        return
    for key, (share, is_named) in shares.items():
        if is_named and not share:
            raise ConfigError(f"{key} is 0 and the other sources have shares: give it one, or do not name its slices")


def is_mixed(mixing: MixingConfig) -> bool:
    """Whether batches are mixed of sources in shares."""
    return mixing.spider + mixing.self_marked + mixing.phantom > 0


def _ranges(config: LocalizerConfig) -> list[Range]:
    slices, network, moved = config.slices, config.network, config.variation
    shares = ("curve_probability", "blur_probability", "cut_top_probability", "cut_bottom_probability")
    return [
        ("slices.spider_pixel_mm", slices.spider_pixel_mm, 0.1, 3),
        ("slices.phantoms", slices.phantoms, 0, MANY),
        ("slices.phantom_slices", slices.phantom_slices, 1, 99),
        ("slices.phantom_seed", slices.phantom_seed, 0, 2**31),
        ("held_out.phantom_every", config.held_out.phantom_every, 0, MANY),
        *((f"mixing.{name}", getattr(config.mixing, name), 0, MANY) for name in ("spider", "self_marked", "phantom")),
        ("mixing.epoch_slices", config.mixing.epoch_slices, 0, MANY),
        ("loss.seam", config.loss.seam, 0, 100),
        ("loss.seam_weight", config.loss.seam_weight, 0, 1000),
        ("network.features", network.features, 1, 512),
        ("network.depth", network.depth, 1, 7),
        ("variation.rotation_deg", moved.rotation_deg, 0, 45),
        ("variation.scale", moved.scale, 0, 0.7),
        ("variation.aspect", moved.aspect, 0, 0.5),
        ("variation.shear", moved.shear, 0, 0.5),
        *((f"variation.shift_mm[{n}]", shift, 0, 200) for n, shift in enumerate(moved.shift_mm)),
        ("variation.bias", moved.bias, 0, 2),
        ("variation.gamma", moved.gamma, 0, 1.5),
        *((f"variation.{name}", getattr(moved, name), 0, 1) for name in shares),
        ("variation.noise", moved.noise, 0, 1),
        *((f"variation.window[{n}]", side, 0, slices.canvas) for n, side in enumerate(moved.window)),
    ]
