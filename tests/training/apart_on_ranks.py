"""Two ranks that do not see the same files: ``apart_on_ranks.py FOLDER``, where only 0/last.pt is there."""

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import torch

from lumbar.ranks import leave
from tests.training.disc_makers import make_cohort
from training.agreement import check_same_data
from training.config import Config, ModelConfig, OptimizerConfig, RunConfig
from training.disc_learner import DiscMaterial
from training.loop import train
from training.run import build_fabric, close
from training.run_folder import RunError

CONFIG = Config(
    model=ModelConfig("deepspine-tiny", dropout=0.0, view_dropout=0.0),
    optimizer=OptimizerConfig("adamw", 1e-3),
    run=RunConfig(epochs=2, batch_size=2, accelerator="cpu", devices=2),
)


def make_material() -> DiscMaterial:
    store, targets = make_cohort(2)
    return DiscMaterial(store, targets, [0, 1, 2, 3], [4, 5])


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    fabric = build_fabric(CONFIG)
    fabric.launch()
    rank, said = fabric.global_rank, []

    def say(act: Callable[[], None]) -> None:
        try:
            act()
            said.append("nothing")
        except RunError as error:
            said.append(f"{type(error).__name__}: {error}")

    say(lambda: check_same_data(fabric, lambda: [pd.DataFrame({"grade": [1]})]))
    say(lambda: check_same_data(fabric, lambda: [pd.DataFrame({"grade": [rank]})]))
    say(lambda: train(CONFIG, make_material(), folder / str(rank), fabric))
    (folder / str(rank) / "last.pt").write_bytes(b"damaged")
    say(lambda: train(CONFIG, make_material(), folder / str(rank), fabric))
    if rank == 1:
        (folder / "1" / "last.pt").unlink()
    fabric.barrier()
    say(lambda: train(CONFIG, make_material(), folder / str(rank), fabric))
    (folder / f"{rank}.txt").write_text("\n".join(said))
    if close(fabric):
        leave()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
