"""A crop's voxels in units of the decoded image, with the last ones once more, so that every voxel has a next one."""

import numpy as np
import numpy.typing as npt

from imaging.store.crop import Crop


def to_decoded(crop: Crop, past: tuple[int, int, int] = (1, 0, 0)) -> npt.NDArray[np.float32]:
    """float32 (slice, row, column); ``past``: 1 where the last slice, row or column is there twice."""
    stored = crop.volume.voxels
    slices, rows, columns = stored.shape
    decoded = np.empty((slices + past[0], rows + past[1], columns + past[2]), dtype=np.float32)
    decoded[:slices, :rows, :columns] = stored
    decoded[slices:] = decoded[slices - 1]
    decoded[:, rows:] = decoded[:, rows - 1 : rows]
    decoded[:, :, columns:] = decoded[:, :, columns - 1 : columns]
    if (crop.scale, crop.offset) != (1.0, 0.0):
        decoded *= np.float32(crop.scale)
        decoded += np.float32(crop.offset)
    return decoded
