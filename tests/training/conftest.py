"""One thread for torch: the tests run beside each other, and small tensors gain nothing from more."""

import torch

torch.set_num_threads(1)
