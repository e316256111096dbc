"""The metrics of a run for TensorBoard, beside metrics.csv."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any


class TensorBoardLog:
    """Writes each epoch's row of metrics as scalars below a folder; needs the package tensorboard.

    A run that is gone on with adds another file of events. TensorBoard reads them as one, and lets go what an earlier
    file has of the epochs that were done again.
    """

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self.open = partial(SummaryWriter, str(folder))
        self.writer: Any = None

    def write(self, metrics: Mapping[str, float]) -> None:
        """Write one epoch's row; the first says from which epoch on earlier files no longer hold."""
        epoch = int(metrics["epoch"])
        if self.writer is None:
            self.writer = self.open(purge_step=epoch)
        for name, value in metrics.items():
            if name != "epoch":
                self.writer.add_scalar(name, value, epoch)
        self.writer.flush()
