"""What a run folder says of the run's config and data, so that going on with other ones is noticed. No torch here."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from imaging.store.whole_file import write_whole
from training.config import Config
from training.config_file import is_localizer, parse_values, to_config, to_toml
from training.localizer.config import LocalizerConfig, to_localizer_config
from training.phantoms import find_phantoms, is_phantom, SAID, to_word
from training.places import find_places
from training.split import check_split, Part, read_split, write_split
from training.targets import MISSING, Targets

CONFIG = "config.toml"
SPLIT = "split.csv"
DISCS = "discs.csv"
SLICES = "slices.csv"
DROPPED = "dropped.csv"
METRICS = "metrics.csv"
ENVIRONMENT = "environment.json"
SUMMARY = "summary.json"
LAST, BEST = "last.pt", "best.pt"
CHECKPOINTS = (LAST, BEST)
TENSORBOARD = "tensorboard"
_FOUND = ("MODEL_CARD.md", "evaluation.*", "confusion.png", "roc.png", "reliability.png", "training_curves.png")
"""What an evaluation writes: of the test part beside the run, of the others below it."""
_BELOW = (Part.TRAINING.value, Part.VALIDATION.value, TENSORBOARD)
_MADE = (
    SUMMARY, *_FOUND, *(f"{part}/{name}" for part in (Part.TRAINING.value, Part.VALIDATION.value) for name in _FOUND),
    "predictions_*", f"{TENSORBOARD}/events.*", "*.writing",
    "vertebrae.*", *CHECKPOINTS, METRICS, ENVIRONMENT, DROPPED, DISCS, SLICES, SPLIT, CONFIG,
)  # fmt: skip
"""What a new start removes, the config last: cut short, it is still a run's folder."""


class RecordError(ValueError):
    """A folder that is no run, or is a run of another config or other data; the message says what differs."""


def open_run(folder: Path, config: Config | LocalizerConfig, restart: bool = False) -> bool:
    """Make the folder of a run; whether one of the same config is to be gone on with there. Nothing is removed.

    RecordError where the folder holds something else, or a run of another config; not where ``restart`` is asked for,
    nor where a run was begun and nothing learnt yet: there is nothing to lose. ``clear_run`` makes way for a new start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    begun = (folder / CONFIG).exists()
    if not begun and any(folder.iterdir()):
        raise RecordError(f"{folder.name} holds files but no {CONFIG}: it is no run; name a new or empty folder")
    recorded = any((folder / name).exists() for name in (DISCS, SLICES))
    learnt = any((folder / name).exists() for name in (*CHECKPOINTS, SUMMARY))
    if not begun or restart or (recorded and not learnt):
        return False
    check_same_config(parse_any_config((folder / CONFIG).read_text(encoding="utf-8")), config)
    if learnt and not recorded:
        raise RecordError(f"{folder.name} does not say what its run learnt from. {WHAT_TO_DO}")
    return recorded


def clear_run(folder: Path) -> None:
    """Remove a run's files and those of its evaluation; others, and the folders that hold them, stay."""
    for path in [path for pattern in _MADE for path in folder.glob(pattern)]:
        path.unlink()
    for name in _BELOW:
        with suppress(OSError):  # not there, or it holds other files
            (folder / name).rmdir()


def parse_any_config(text: str) -> Config | LocalizerConfig:
    """The config of a grader or of a localizer; ConfigError where the text is neither."""
    values = parse_values(text, CONFIG)
    return to_localizer_config(values) if is_localizer(values) else to_config(values)


def check_same_config(was: Any, now: Any) -> None:
    """RecordError naming every key that differs, with both values."""
    if type(was) is not type(now):
        kinds = ["a localizer" if isinstance(each, LocalizerConfig) else "a grader" for each in (was, now)]
        raise RecordError(f"the folder has a run of {kinds[0]}, this is one of {kinds[1]}. {WHAT_TO_DO}")
    differing = list(_differences(was, now))
    if differing:
        raise RecordError(f"the folder has a run of another config: {'; '.join(differing)}. {WHAT_TO_DO}")


def _differences(was: Any, now: Any) -> Iterator[str]:
    places = find_places(was) | find_places(now)
    others = asdict(now)
    for section, values in asdict(was).items():
        for name, value in values.items():
            key, other = f"{section}.{name}", others[section][name]
            if value == other:
                continue
            if key not in places:
                yield f"{key} was {json.dumps(value)}, now {json.dumps(other)}"
            elif Path(value).name == Path(other).name:
                yield f"{key}, {Path(value).name}, was in another folder"
            else:
                yield f"{key} was {Path(value).name or 'nothing'}, now {Path(other).name or 'nothing'}"


def describe_discs(targets: Targets, index: pd.DataFrame) -> pd.DataFrame:
    """What each disc is made of: study_id, level, crops, phantom, and a column for each task.

    ``index`` is the volume store's. ``crops`` is a checksum of the voxels and places of a disc's crops; ``phantom`` is
    yes or no. A task has its grade, its interval such as 1-3, or nothing.
    """
    table = targets.discs.astype("string")
    crops = _to_checksums(index)
    table = table.assign(crops=[crops.get((study_id, level), "") for study_id, level in table.to_numpy()])
    taught = {
        task.value: [_to_text(low, high) for low, high in zip(targets.low[:, n], targets.high[:, n], strict=True)]
        for n, task in enumerate(targets.tasks)
    }
    words = {flag: word for word, flag in SAID.items()}
    phantoms = {study_id: words[flag] for study_id, flag in find_phantoms(index).items()}
    told = [phantoms.get(study_id, "") for study_id in table["study_id"]]
    return table.assign(phantom=told, **taught).astype("string")


def _to_checksums(index: pd.DataFrame) -> dict[tuple[str, str], str]:
    """A checksum for each disc of the store."""
    places = ("affine", "centre", "left", "post", "sup")
    sums: dict[tuple[str, str], int] = {}
    columns = [index[name] for name in ("study_id", "level", "view", "crc32", *places)]
    for study_id, level, view, crc32, *numbers in zip(*columns, strict=True):
        content = f"{view} {crc32} ".encode() + b"".join(np.asarray(each, "<f8").tobytes() for each in numbers)
        sums[study_id, level] = zlib.crc32(content, sums.get((study_id, level), 0))
    return {disc: f"{value:08x}" for disc, value in sums.items()}


def _to_text(low: int, high: int) -> str:
    if low == MISSING:
        return ""
    return str(low) if low == high else f"{low}-{high}"


def write_record(folder: Path, config: Config, discs: pd.DataFrame, split: pd.DataFrame, dropped: pd.DataFrame) -> None:
    """Write what a run was begun with: its config, split and discs, and the discs that were dropped."""
    write_whole(folder / CONFIG, [to_toml(config).encode()])
    write_split(split, folder / SPLIT)
    dropped.to_csv(folder / DROPPED, index=False)
    # Last: with it the record is whole.
    beside = folder / f"{DISCS}.writing"
    discs.to_csv(beside, index=False)
    beside.replace(folder / DISCS)


def write_environment(folder: Path, environment: Mapping[str, Any]) -> None:
    """Write where the run runs; the last to go on with it is kept."""
    (folder / ENVIRONMENT).write_text(json.dumps(environment, indent=1) + "\n", encoding="utf-8")


def write_summary(folder: Path) -> dict[str, Any]:
    """Mark a run as complete, with its best epoch; what was written."""
    metrics = pd.read_csv(folder / METRICS)
    best = metrics.iloc[int(metrics["validation_loss"].to_numpy().argmin())]
    summary: dict[str, Any] = {
        "epochs": len(metrics),
        "best_epoch": int(best["epoch"]),
        "validation_loss": float(best["validation_loss"]),
        "seconds": float(metrics["seconds"].sum()),
    }
    if (folder / DISCS).exists():
        summary["phantom"] = to_word(read_phantoms(folder)["phantom"])
    (folder / SUMMARY).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return summary


def read_lowest_loss(folder: Path) -> float:
    """The lowest validation loss of a run so far; infinite before its first epoch's end."""
    path = folder / METRICS
    return float(pd.read_csv(path)["validation_loss"].min()) if path.exists() else float("inf")


def is_complete(folder: Path) -> bool:
    """Whether a run came to its end."""
    return (folder / SUMMARY).exists()


def check_same_data(folder: Path, discs: pd.DataFrame, split: pd.DataFrame) -> None:
    """RecordError where discs, labels, voxels or split are not those that the run was begun with."""
    was = read_discs(folder)
    differing = list(_differing_discs(was, discs))
    if differing:
        raise RecordError(f"the data are not those that the run was begun with: {'; '.join(differing)}. {WHAT_TO_DO}")
    before = read_split(folder / SPLIT)
    check_split(before, discs)
    keys = ["study_id", "level"]
    moved = before.merge(split, on=keys, suffixes=("_was", "_now"))
    moved = moved[moved["part_was"] != moved["part_now"]]
    if len(moved):
        raise RecordError(
            f"the split is not the one that the run was begun with: {len(moved)} discs changed their part "
            f"(was the table of patients changed?). {WHAT_TO_DO}"
        )


def read_discs(folder: Path) -> pd.DataFrame:
    """The discs that a run was begun with, as ``describe_discs`` gives them; RecordError where that is no table."""
    try:
        discs = pd.read_csv(folder / DISCS, dtype="string", keep_default_na=False)
    except ValueError:  # of pandas and the decoder, whose messages quote the file
        discs = pd.DataFrame()
    if not {"study_id", "level"} <= set(discs.columns):
        raise RecordError(f"{folder.name}/{DISCS} is damaged: it is no table of discs")
    return discs


def read_phantoms(folder: Path) -> pd.DataFrame:
    """Whether each disc of a run is of a phantom: study_id, level, phantom; no row where the run names no disc."""
    if not (folder / DISCS).exists():
        return pd.DataFrame(columns=["study_id", "level", "phantom"])
    discs = read_discs(folder)
    said = discs["phantom"] if "phantom" in discs else [""] * len(discs)
    flags = [is_phantom(study_id, SAID.get(word)) for study_id, word in zip(discs["study_id"], said, strict=True)]
    return discs[["study_id", "level"]].assign(phantom=flags)


def check_same_volumes(was: pd.DataFrame, index: pd.DataFrame) -> None:
    """RecordError where a volume store lacks some of a run's discs, or has other voxels of them."""
    crops = _to_checksums(index)
    keys = list(zip(was["study_id"], was["level"], strict=True))
    lacking = [key for key in keys if key not in crops]
    other = [key for key, had in zip(keys, was["crops"], strict=True) if key in crops and crops[key] != had]
    for found, what in ((lacking, "lacks"), (other, "has other voxels of")):
        if found:
            first = " ".join(found[0])
            raise RecordError(f"the volume store {what} {len(found)} of {len(keys)} discs of the run; first {first}")


def _differing_discs(was: pd.DataFrame, now: pd.DataFrame) -> Iterator[str]:
    """What differs between two tables of discs, counted, with the first case of each kind."""
    keys = ["study_id", "level"]
    both = was.merge(now, on=keys, how="outer", suffixes=("_was", "_now"), indicator=True)
    for side, what in (("left_only", "gone"), ("right_only", "new")):
        rows = both[both["_merge"] == side]
        if len(rows):
            yield f"discs {what}: {len(rows)} ({_name(rows)})"
    common = both[both["_merge"] == "both"]
    for column in _columns(was, now):
        rows = common[common[f"{column}_was"] != common[f"{column}_now"]]
        if len(rows) and column == "crops":
            yield f"discs with other voxels: {len(rows)} ({_name(rows)})"
        elif len(rows) and column == "phantom":
            now_is = rows["phantom_now"].iloc[0]
            yield f"discs that are of a phantom now and were not, or the reverse: {len(rows)} ({_name(rows)}: {now_is})"
        elif len(rows):
            first = rows.iloc[0]
            values = [first[f"{column}_{side}"] or "nothing" for side in ("was", "now")]
            yield f"other labels of {column}: {len(rows)} ({_name(rows)} was {values[0]}, now {values[1]})"


def _columns(was: pd.DataFrame, now: pd.DataFrame) -> Sequence[str]:
    return [column for column in was.columns if column in now.columns and column not in ("study_id", "level")]


def _name(rows: pd.DataFrame) -> str:
    return f"{rows['study_id'].iloc[0]} {rows['level'].iloc[0]}"


WHAT_TO_DO = "Give the same to go on, name another folder, or begin anew with --restart"
