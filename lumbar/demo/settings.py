"""What a demo is made of: how many studies, how fine, how long trained."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TINY_RECIPE: Mapping[str, str] = {
    "model.name": "deepspine-tiny",
    "data.divide_by_std": "true",
    "optimizer.name": "adamw",
    "optimizer.learning_rate": "0.003",
    "optimizer.weight_decay": "0.05",
    "optimizer.schedule": "cosine",
    "optimizer.warmup_steps": "40",
    "run.batch_size": "8",
    "run.accelerator": "cpu",
}
"""How the tiny grader is trained on a processor, in minutes: keys of its config."""


@dataclass(frozen=True)
class DemoSettings:
    """A demo's choices.

    ``matrix_scale``: of the phantom's images, 1 being a department's own matrix. ``epochs``: of the tiny grader.
    ``bootstrap``: draws for the intervals. ``jobs``: worker processes, all cores where None.
    """

    studies: int = 80
    seed: int = 0
    matrix_scale: float = 0.5
    epochs: int = 16
    bootstrap: int = 1000
    jobs: int | None = None


def to_quick(studies: int, seed: int) -> DemoSettings:
    """A demo of small images and one epoch, which shows that everything runs and nothing else."""
    return DemoSettings(studies, seed, matrix_scale=0.25, epochs=1, bootstrap=100, jobs=1)


def to_set_options(keys: Mapping[str, str]) -> Iterator[str]:
    """Keys of a config as options of `lumbar train`."""
    for key, value in keys.items():
        yield from ("--set", f"{key}={value}")
