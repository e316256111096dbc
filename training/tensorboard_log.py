"""The metrics of a run for TensorBoard, beside metrics.csv."""

from collections.abc import Mapping
from pathlib import Path


class TensorBoardLog:
    """Writes each epoch's row of metrics as scalars below a folder; needs the package tensorboard."""

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self.writer = SummaryWriter(str(folder))

    def write(self, metrics: Mapping[str, float]) -> None:
        """Write one epoch's row; an epoch that is done again after a kill is written again, the same."""
        for name, value in metrics.items():
            if name != "epoch":
                self.writer.add_scalar(name, value, int(metrics["epoch"]))
        self.writer.flush()
