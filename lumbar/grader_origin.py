"""Where a grader comes from: what its run folder says of the network, its training and its data."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lumbar.grade_device import Device, to_bfloat16_kernels
from training.config import ConfigError
from training.grading import Grader, load_grader
from training.memory_format import to_channels_last
from training.phantoms import to_word
from training.run_folder import RunError
from training.run_record import BEST, ENVIRONMENT, read_phantoms, SLICES


@dataclass(frozen=True)
class Origin:
    """What a run says of itself; names of files without their folders, zero and empty where it does not say.

    ``phantom``: how many of the studies that it learnt from are phantoms: all, some or none.
    """

    run: str
    model: str
    labels: str
    volumes: str
    discs: int
    studies: int
    phantom: str
    version: str
    views: tuple[str, ...]
    view_dropout: float


def open_grader(run: Path, device: Device) -> Grader:
    """The grader of a run folder, on a device; RunError where there is none in it."""
    if not (run / BEST).exists():
        raise RunError(f"{run.name} has no {BEST}: it is no run of `lumbar train`, or its first epoch has not ended")
    if (run / SLICES).exists():
        raise RunError(f"{run.name} is the run of a localizer: it grades nothing; name the run of a grader")
    try:
        grader = load_grader(run, device.name)
    except (RunError, OSError):
        raise
    except ConfigError as error:
        raise RunError(f"{run.name}/{BEST} is of no grader of this version: {error}") from None
    except Exception as error:
        raise RunError(
            f"{run.name}/{BEST} cannot be read as a grader ({type(error).__name__}): "
            "it is of another network, or of another version"
        ) from None
    to_channels_last(grader.network)
    if device.precision == "bfloat16":
        to_bfloat16_kernels(grader.network)
    return grader


def read_origin(run: Path, grader: Grader) -> Origin:
    """The origin of a run's grader."""
    config, discs = grader.config, read_phantoms(run)
    return Origin(
        run.resolve().name,
        config.model.name,
        Path(config.data.labels).name,
        Path(config.data.volumes).name,
        len(discs),
        discs["study_id"].nunique(),
        grader.phantom or to_word(discs["phantom"]),
        str(_read_environment(run / ENVIRONMENT).get("lumbar", "")),
        config.model.views,
        config.model.view_dropout,
    )


def _read_environment(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # no grade depends on it
        return {}
    return found if isinstance(found, dict) else {}
