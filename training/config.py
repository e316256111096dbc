"""Every choice of a training run, as frozen dataclasses: one section of the TOML file each. No torch here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from imaging.augmentation import AugmentationSettings
from lexicons.vocabulary import MIRRORED_TASK, Task

Tasks = tuple[Literal["SCS", "LFS", "RFS", "LSS", "RSS"], ...]
ViewNames = tuple[Literal["axial", "sagittal"], ...]


@dataclass(frozen=True)
class DataConfig:
    """Where the data lie, and how volumes are normalised.

    labels: the label table. volumes: the folder of the volume store. patients: a table ``study_id, patient_id``, or
    empty where every study is another patient. The mean is always subtracted, as in the paper; divide_by_std and
    clip_percentiles (none, or two) are those of ``imaging.intensity.NormaliseSettings``.
    """

    labels: str = ""
    volumes: str = ""
    patients: str = ""
    divide_by_std: bool = False
    clip_percentiles: tuple[float, ...] = ()


@dataclass(frozen=True)
class TargetConfig:
    """What of the label table is learnt.

    tasks: what is graded. hard_labels: the paper's way, only slots with a grade, a range as its higher grade; else a
    slot is its interval. uncertain: whether hedged slots are used or left out; hard labels leave them out.
    weight_cap: the largest weight of a class. deepspine_filters: only studies that the paper would have used.
    """

    tasks: Tasks = ("SCS", "LFS", "RFS")
    hard_labels: bool = False
    uncertain: Literal["use", "leave_out"] = "use"
    weight_cap: float = 20.0
    deepspine_filters: bool = False


@dataclass(frozen=True)
class SplitConfig:
    """Who learns, who chooses the checkpoint, who is tested.

    by: ``patient``, or ``disc`` as in the paper, which puts discs of one patient on both sides. shares: of training,
    validation and test. swapped: validation and test change places, the paper's second model. file: the split.csv of
    another run, whose studies keep their parts; the other keys but swapped then have no say.
    """

    by: Literal["patient", "disc"] = "patient"
    shares: tuple[float, ...] = (0.70, 0.15, 0.15)
    seed: int = 0
    swapped: bool = False
    file: str = ""


@dataclass(frozen=True)
class ModelConfig:
    """The grader.

    name: a row of ``training.models.MODELS``. views: both, or one as in the paper's Table 2. view_dropout: the share
    of discs that lose a view in training.
    """

    name: Literal["deepspine", "deepspine-unstrided", "deepspine-tiny"] = "deepspine"
    views: ViewNames = ("axial", "sagittal")
    dropout: float = 0.2
    view_dropout: float = 0.1


@dataclass(frozen=True)
class OptimizerConfig:
    """How the weights move; the defaults are the paper's.

    rho is Adadelta's, momentum SGD's, weight_decay AdamW's. schedule: the learning rate, constant or one cosine to
    zero after warmup_steps. ema: the decay of the average of the weights that is validated and kept; 0 is none.
    """

    name: Literal["adadelta", "adamw", "sgd"] = "adadelta"
    learning_rate: float = 1.0
    rho: float = 0.95
    momentum: float = 0.0
    weight_decay: float = 0.0
    schedule: Literal["constant", "cosine"] = "constant"
    warmup_steps: int = 0
    ema: float = 0.0


@dataclass(frozen=True)
class RunConfig:
    """How the loop runs.

    batch_size: discs a step on one device. accumulate: batches a step. devices and nodes: how many; ``torchrun`` sets
    both itself. workers: processes that read discs. save_steps: steps between checkpoints for resuming; 0 is at each
    epoch's end only.
    """

    epochs: int = 50
    batch_size: int = 32
    accumulate: int = 1
    seed: int = 0
    accelerator: Literal["auto", "cpu", "cuda"] = "auto"
    devices: int = 1
    nodes: int = 1
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    compile: bool = False
    channels_last: bool = False
    deterministic: bool = False
    workers: int = 0
    save_steps: int = 0
    tensorboard: bool = False


@dataclass(frozen=True)
class Config:
    """A whole run."""

    data: DataConfig = field(default_factory=DataConfig)
    targets: TargetConfig = field(default_factory=TargetConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    run: RunConfig = field(default_factory=RunConfig)


class ConfigError(ValueError):
    """A config that cannot be run; the message names the key, what was found and what to do."""


Range = tuple[str, float, float, float]
"""A key, its value, and the least and the most that it may be."""
MANY = 1e9


def check_config(config: Config) -> None:
    """ConfigError for values out of range and for choices that contradict each other."""
    check_ranges([*_ranges(config), *ranges_of_loop(config.optimizer, config.run)])
    _check_data(config.data)
    _check_deterministic(config)
    _check_tasks(config)
    _check_split(config.split)
    _check_model(config.model)
    check_optimizer(config.optimizer)


def check_ranges(ranges: Iterable[Range]) -> None:
    """ConfigError for a value out of its range."""
    for key, value, low, high in ranges:
        if not low <= value <= high:
            raise ConfigError(f"{key} is {value:g}; it may be {low:g} to {high:g}")


def _ranges(config: Config) -> list[Range]:
    model, moved = config.model, config.augmentation
    return [
        ("targets.weight_cap", config.targets.weight_cap, 1, MANY),
        ("split.seed", config.split.seed, 0, 2**31),
        ("model.dropout", model.dropout, 0, 0.95),
        ("model.view_dropout", model.view_dropout, 0, 0.95),
        *((f"augmentation.rotation_deg[{n}]", angle, 0, 45) for n, angle in enumerate(moved.rotation_deg)),
        *((f"augmentation.shift_mm[{n}]", shift, 0, 40) for n, shift in enumerate(moved.shift_mm)),
        ("augmentation.scale", moved.scale, 0, 0.5),
        ("augmentation.flip_probability", moved.flip_probability, 0, 1),
        ("augmentation.gain", moved.gain, 0, 0.9),
        ("augmentation.gamma", moved.gamma, 0, 0.9),
        ("augmentation.noise", moved.noise, 0, 1),
    ]


def ranges_of_loop(optimizer: OptimizerConfig, run: RunConfig) -> list[Range]:
    """What the numbers of the sections that every config has may be."""
    return [
        ("optimizer.learning_rate", optimizer.learning_rate, 1e-12, 1e3),
        ("optimizer.rho", optimizer.rho, 0, 1),
        ("optimizer.momentum", optimizer.momentum, 0, 0.9999),
        ("optimizer.weight_decay", optimizer.weight_decay, 0, 1e3),
        ("optimizer.warmup_steps", optimizer.warmup_steps, 0, MANY),
        ("optimizer.ema", optimizer.ema, 0, 0.999999),
        ("run.epochs", run.epochs, 1, MANY),
        ("run.batch_size", run.batch_size, 1, 65536),
        ("run.accumulate", run.accumulate, 1, MANY),
        ("run.seed", run.seed, 0, 2**31),
        ("run.devices", run.devices, 1, MANY),
        ("run.nodes", run.nodes, 1, MANY),
        ("run.workers", run.workers, 0, 4096),
        ("run.save_steps", run.save_steps, 0, MANY),
    ]


def _check_data(data: DataConfig) -> None:
    clip = data.clip_percentiles
    if clip and not (len(clip) == 2 and 0 <= clip[0] < clip[1] <= 100):
        raise ConfigError("data.clip_percentiles must be empty or two rising numbers 0 to 100, such as [1, 99]")


def _check_deterministic(config: Config) -> None:
    # torch refuses kthvalue on a GPU where algorithms are to be deterministic.
    if config.run.deterministic and config.data.clip_percentiles and config.run.accelerator != "cpu":
        raise ConfigError('run.deterministic: data.clip_percentiles has no such form on a GPU; set accelerator = "cpu"')


def _check_tasks(config: Config) -> None:
    tasks = config.targets.tasks
    if not tasks or len(set(tasks)) < len(tasks):
        raise ConfigError("targets.tasks must name one task or more, each once")
    alone = [task for task in tasks if MIRRORED_TASK[Task(task)] not in tasks]
    if alone and config.augmentation.flip_probability > 0:
        other = MIRRORED_TASK[Task(alone[0])]
        raise ConfigError(
            f"augmentation.flip_probability makes {alone[0]} into {other}, which is not in targets.tasks; "
            "set it to 0.0 or name both sides"
        )


def _check_split(split: SplitConfig) -> None:
    positive = len(split.shares) == 3 and all(share > 0 for share in split.shares)
    if not (positive and abs(sum(split.shares) - 1) <= 1e-6):  # so put that "not a number" fails it
        raise ConfigError("split.shares must be three positive numbers that add up to 1: training, validation, test")


def _check_model(model: ModelConfig) -> None:
    if not model.views or len(set(model.views)) < len(model.views):
        raise ConfigError("model.views must name one view or two, each once")
    if len(model.views) == 1 and model.view_dropout > 0:
        raise ConfigError(f"model.view_dropout would drop the only view, {model.views[0]}; set view_dropout = 0.0")


def check_optimizer(optimizer: OptimizerConfig) -> None:
    """ConfigError for choices that contradict each other."""
    if optimizer.name == "sgd" and optimizer.learning_rate > 0.5:
        raise ConfigError(f"optimizer.learning_rate is {optimizer.learning_rate:g}, Adadelta's; SGD wants about 0.01")
    if optimizer.momentum > 0 and optimizer.name != "sgd":
        raise ConfigError('optimizer.momentum is SGD\'s; set name = "sgd" or momentum = 0.0')
    if optimizer.name == "adamw" and optimizer.learning_rate > 0.1:
        raise ConfigError(
            f"optimizer.learning_rate is {optimizer.learning_rate:g}, Adadelta's; AdamW wants about 0.0003"
        )
    if optimizer.name != "adamw" and optimizer.weight_decay > 0:
        raise ConfigError('optimizer.weight_decay is AdamW\'s; set name = "adamw" or weight_decay = 0.0')
    if optimizer.schedule == "constant" and optimizer.warmup_steps > 0:
        raise ConfigError('optimizer.warmup_steps needs schedule = "cosine"')
