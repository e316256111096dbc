"""What a demo is made of: how many studies, how fine, how long trained."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoSettings:
    """A demo's choices.

    ``matrix_scale``: of the phantom's images, 1 being a department's own matrix. ``epochs`` and ``batch_size``: of the
    tiny grader. ``bootstrap``: draws for the intervals. ``jobs``: worker processes, all cores where None.
    """

    studies: int = 80
    seed: int = 0
    matrix_scale: float = 0.5
    epochs: int = 16
    batch_size: int = 8
    bootstrap: int = 1000
    jobs: int | None = None


def to_quick(studies: int, seed: int) -> DemoSettings:
    """A demo of small images and one epoch, which shows that everything runs and nothing else."""
    return DemoSettings(studies, seed, matrix_scale=0.25, epochs=1, batch_size=8, bootstrap=100, jobs=1)
