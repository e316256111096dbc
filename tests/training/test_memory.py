"""Running out of memory is told apart from every other error."""

import numpy as np
import pytest
import torch

from training.memory import explained
from training.run_folder import RunError
from training.self_test import SelfTestError


def on_host() -> None:
    torch.empty(10**14)


def in_numpy() -> None:
    np.zeros(10**14)


def on_gpu() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory")


def beside_the_pool() -> None:
    raise RuntimeError("CUDA error: out of memory\nCUDA kernel errors might be reported at some other call")


def in_cublas() -> None:
    raise RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")


def in_cudnn() -> None:
    raise RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")


@pytest.mark.parametrize("run_out", [on_host, in_numpy, on_gpu, beside_the_pool, in_cublas, in_cudnn])
def test_memory_that_runs_out_names_the_keys(run_out) -> None:
    with (
        pytest.raises(RunError, match=r"memory ran out with batches of 32: set a lower run\.batch_size"),
        explained(32),
    ):
        run_out()


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), SelfTestError("bfloat16"), ValueError("labels")])
def test_other_errors_pass(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)), explained(32):
        raise error
