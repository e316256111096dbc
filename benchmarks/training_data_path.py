"""How quickly discs come from the store to volumes on the device, alone and beside the training."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import torch
from device_clock import now, time_windows, wait
from noise_discs import make_targets
from torch.utils._python_dispatch import TorchDispatchMode
from training_modes import Amount, launch, make_step, Mode, to_config

from imaging.augmentation import AugmentationSettings
from imaging.intensity import NormaliseSettings
from lexicons.vocabulary import View
from training.config import Config
from training.data import Batch, collate, DiscReader, Discs, to_views
from training.disc_learner import DiscMaterial
from training.models import find_model, Model
from training.sampling import Batches, load
from training.targets import Targets

LEAST_SHARE = 0.9
"""Of the training's speed on volumes that lie ready; where the loop keeps less, the data path is what limits."""


class Rates(NamedTuple):
    """Discs a second. ``host``: from the store to a batch; ``device``: on to volumes; ``loop``: trained on."""

    workers: int
    host: float
    device: float
    loop: float | None


class Work(NamedTuple):
    """What a batch asks of the device, by the disc: operations, and copies from the host for which the host waits."""

    operations: float
    waiting_copies: float


def make_samples(reader: DiscReader, targets: Targets) -> Discs:
    """The discs with the augmentation that training has by default."""
    return Discs(reader, targets, AugmentationSettings(), 0)


def sample(batch: Batch, model: Model, device: torch.device) -> object:
    """What the training does with a batch before its network."""
    return to_views(batch.discs, batch.augmentations, model, tuple(View), NormaliseSettings(), device)


def time_path(
    samples: Discs,
    batch: int,
    workers: int,
    use: Callable[[Batch], object],
    device: torch.device,
    epochs: int,
    warm_up: int = 0,
) -> float:
    """Discs a second that are used, the median of epochs; an epoch more comes first, to start workers and warm up.

    ``warm_up`` is the least number of batches of which it consists.
    """
    batches = Batches(range(len(samples.keys)), batch, 1, 0, 1, 0)
    loader = load(samples, collate, batches, workers)
    done = 0
    while done < max(warm_up, 1):
        done += _use_all(loader, use)
    rates = []
    for epoch in range(1, epochs + 1):
        batches.epoch = epoch
        began = read_clock(device, workers)
        count = _use_all(loader, use)
        rates.append(count * batch / (read_clock(device, workers) - began))
    return median(rates)


def read_clock(device: torch.device, workers: int) -> float:
    """``now``; by the clock where workers do what the process would not be charged for."""
    wait(device)
    return perf_counter() if workers else now(device)


def _use_all(loader: Iterable[Batch], use: Callable[[Batch], object]) -> int:
    count = 0
    for batch in loader:
        use(batch)
        count += 1
    return count


def make_loop_step(config: Config, reader: DiscReader, targets: Targets) -> Callable[[Batch], object]:
    """A step of the project's own loop; ImportError where lightning_fabric is missing."""
    from training.loop import take_step
    from training.run import build_run

    rows = list(range(len(targets.discs)))
    run = build_run(config, DiscMaterial(reader, targets, rows, rows[:1]), launch(config))
    run.wrapped.train()
    return lambda batch: take_step(run, [batch])


class _Counter(TorchDispatchMode):
    """Counts what goes to the meta device."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = self.waiting_copies = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        out = function(*args, **kwargs)
        if isinstance(out, torch.Tensor) and out.is_meta and not function.is_view:
            self.operations += 1
            source = next((each for each in (*args[1:2], *args[:1]) if isinstance(each, torch.Tensor)), out)
            waits = not kwargs.get("non_blocking") and not (len(args) > 2 and args[2] is True)
            self.waiting_copies += int(source.device.type == "cpu" and source.ndim > 0 and waits)
        return out


def count_work(samples: Discs, batch: int, model: Model) -> Work:
    """Counted on the meta device, which takes the same path as a GPU and computes nothing."""
    made = collate([samples[0, row] for row in range(min(batch, len(samples.keys)))])
    with _Counter() as counter:
        sample(made, model, torch.device("meta"))
    return Work(counter.operations / len(made.rows), counter.waiting_copies / len(made.rows))


def is_limit(ready: float, rates: Sequence[Rates]) -> bool:
    """Whether the data path limits a training that does ``ready`` discs a second on volumes that lie ready."""
    best = max(rates, key=lambda each: each.loop or each.device)
    return best.device < ready or (best.loop is not None and best.loop < LEAST_SHARE * ready)


def measure_data(amount: Amount, mode: Mode, device: torch.device, reader: DiscReader) -> dict[str, Any]:
    """The data path by numbers of workers, alone and under the project's own loop; the training without it."""
    model, targets, batch = find_model(amount.data_model), make_targets(amount.studies, 0), amount.data_batch
    samples = make_samples(reader, targets)
    work = count_work(samples, batch, model)
    print(
        f"{model.name}, {mode.name}, batch {batch}, {len(targets.discs)} discs; a disc on the path of a GPU: "
        f"{work.operations:.0f} operations, {work.waiting_copies:.1f} copies that the host waits for"
    )
    seconds = time_windows(make_step(model, mode, batch, device), device, amount.warm_up, amount.steps, amount.windows)
    ready = batch / median(seconds)
    print(f"  trained on volumes that lie ready: {ready:.1f} discs/s")
    step = try_loop_step(to_config(amount, mode, device), reader, targets)
    rates = []
    for count in amount.workers:
        rates.append(time_rates(samples, amount, count, model, device, step))
        show_rates(rates[-1])
    limit = is_limit(ready, rates) if device.type == "cuda" else None
    print(f"  {to_verdict(limit)}")
    return {
        "model": model.name, "mode": mode.name, "batch": batch, "discs": len(targets.discs),
        "reader": type(reader).__name__, "work": work._asdict(), "ready": ready,
        "rates": [each._asdict() for each in rates], "is_limit": limit,
    }  # fmt: skip


def to_verdict(limit: bool | None) -> str:
    """In words; None is a processor."""
    if limit is None:
        return "whether the data path is the limit is a GPU's question: here both take their turns on the same cores"
    return f"the data path {'IS THE LIMIT' if limit else 'is not the limit'}"


def try_loop_step(config: Config, reader: DiscReader, targets: Targets) -> Callable[[Batch], object] | None:
    """``make_loop_step``; None, and it is said, where lightning_fabric is missing."""
    try:
        return make_loop_step(config, reader, targets)
    except ModuleNotFoundError as error:
        print(f"left out, {error.name} is missing: the data path beside the training")
        return None


def time_rates(
    samples: Discs,
    amount: Amount,
    workers: int,
    model: Model,
    device: torch.device,
    step: Callable[[Batch], object] | None,
) -> Rates:
    """The rates with this number of workers; no ``loop`` where there is no step."""

    def time(use: Callable[[Batch], object], warm_up: int = 0) -> float:
        return time_path(samples, amount.data_batch, workers, use, device, amount.epochs, warm_up)

    host = time(lambda batch: None)
    alone = time(lambda batch: sample(batch, model, device))
    loop = None if step is None else time(step, amount.warm_up)
    return Rates(workers, host, alone, loop)


def show_rates(rates: Rates) -> None:
    loop = "" if rates.loop is None else f", trained on by the loop {rates.loop:.1f}"
    how = f"{rates.workers} workers{', by the clock' if rates.workers else ''}"
    print(
        f"  {how}: from the store to a batch {rates.host:.1f} discs/s, "
        f"on to volumes on the device {rates.device:.1f}{loop}"
    )
