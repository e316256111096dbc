"""Train the tiny grader for two epochs on one rank or two: ``train_on_ranks.py RANKS FOLDER``."""

import sys
from pathlib import Path

import torch

from imaging.augmentation import AugmentationSettings
from lumbar.ranks import leave
from tests.training.disc_makers import make_cohort
from training.config import Config, ModelConfig, OptimizerConfig, RunConfig
from training.disc_learner import DiscMaterial
from training.loop import train
from training.run import build_fabric, close


def main(ranks: int, folder: Path) -> None:
    torch.set_num_threads(1)
    config = Config(
        model=ModelConfig("deepspine-tiny", dropout=0.0, view_dropout=0.0),
        augmentation=AugmentationSettings(noise=0.0),
        optimizer=OptimizerConfig("adamw", 1e-3),
        run=RunConfig(epochs=2, batch_size=2, accumulate=4 // ranks, accelerator="cpu", devices=ranks),
    )
    store, targets = make_cohort(4)
    fabric = build_fabric(config)
    fabric.launch()
    train(config, DiscMaterial(store, targets, list(range(8)), list(range(8, 12))), folder, fabric)
    if close(fabric):
        leave()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
