"""What a localizer's run folder says of the slices it was begun with, so that going on with others is noticed."""

from pathlib import Path

import pandas as pd

from training.config_file import to_toml
from training.localizer.config import LocalizerConfig
from training.run_record import CONFIG, RecordError, SLICES, WHAT_TO_DO

WEIGHTS, RECIPE = "vertebrae.safetensors", "vertebrae.json"
"""What a run that came to its end also has."""


def write_slice_record(folder: Path, config: LocalizerConfig, slices: pd.DataFrame) -> None:
    """Write the config and the slices, as ``training.localizer.material.describe_slices`` gives them."""
    (folder / CONFIG).write_text(to_toml(config), encoding="utf-8")
    beside = folder / f"{SLICES}.writing"
    slices.to_csv(beside, index=False)
    beside.replace(folder / SLICES)


def check_same_slices(folder: Path, slices: pd.DataFrame, part: str = "") -> None:
    """RecordError where slices, their pixels, masks or parts are not those that the run was begun with.

    ``part``: only those of a part are there and are held against the run's.
    """
    keys = ["source", "patient", "slice"]
    was, now = pd.read_csv(folder / SLICES, dtype=str), slices.astype(str)
    was = was[was["part"] == part] if part else was
    both = was.merge(now, on=keys, how="outer", suffixes=("_was", "_now"), indicator=True)
    counts = {
        "gone": int((both["_merge"] == "left_only").sum()),
        "new": int((both["_merge"] == "right_only").sum()),
        "with other pixels or masks": int(
            ((both["_merge"] == "both") & (both["crc32_was"] != both["crc32_now"])).sum()
        ),
        "in another part": int(((both["_merge"] == "both") & (both["part_was"] != both["part_now"])).sum()),
    }
    differing = [f"{count} {what}" for what, count in counts.items() if count]
    if differing:
        raise RecordError(
            f"the slices are not those that the run was begun with: {', '.join(differing)} of {len(was)}. {WHAT_TO_DO}"
        )
