"""What a run says where memory runs out: which keys take less of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from training.run_folder import RunError

_SAID = (
    "can't allocate memory",
    "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)
"""What torch says where it has no error of its own: of the host, of CUDA outside torch's pool, of its libraries."""


@contextmanager
def explained(batch_size: int) -> Iterator[None]:
    """A block in which RunError says what to set where a batch does not fit into memory."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError | torch.OutOfMemoryError) and not any(
            said in str(error) for said in _SAID
        ):
            raise
        raise RunError(
            f"memory ran out with batches of {batch_size}: set a lower run.batch_size, with run.accumulate for as many "
            'discs a step; run.precision = "bf16-mixed" takes less too'
        ) from None
