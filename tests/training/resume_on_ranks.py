"""Train on two ranks, once straight, once until killed; begun again, go on with the latter: ``... FOLDER``."""

import os
import signal
import sys
from pathlib import Path

import torch

from lumbar.ranks import leave
from tests.lumbar.run_material import small_models
from tests.training.disc_makers import make_cohort
from training.config import Config, ModelConfig, OptimizerConfig, RunConfig
from training.disc_learner import DiscMaterial
from training.loop import Progress, train
from training.run import build_fabric, close

CONFIG = Config(
    model=ModelConfig("deepspine-tiny", dropout=0.2, view_dropout=0.3),
    optimizer=OptimizerConfig("adamw", 1e-3, weight_decay=0.01, schedule="cosine", warmup_steps=2, ema=0.9),
    run=RunConfig(epochs=2, batch_size=2, accumulate=2, accelerator="cpu", devices=2, save_steps=2),
)
"""Four steps an epoch, a checkpoint after the second; every choice that draws numbers or keeps a state is on."""

LAST_STEP = (1, 2)
"""The epoch and step at whose report the first rank is killed; no checkpoint has that step."""


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    store, targets = make_cohort(9)
    material = DiscMaterial(store, targets, list(range(25)), list(range(25, 27)))
    fabric = build_fabric(CONFIG)
    fabric.launch()
    killed = folder / "killed"

    def kill(at: Progress) -> None:
        """End this process as a kill does; its launcher ends the others."""
        if (at.epoch, at.step) == LAST_STEP and not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    if not killed.exists():
        train(CONFIG, material, folder / "straight", fabric)
    train(CONFIG, material, folder / "broken", fabric, kill)
    if close(fabric):
        leave()


if __name__ == "__main__":
    with small_models():
        main(Path(sys.argv[1]))
