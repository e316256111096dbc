"""The key figures of a demo, read from the files that its steps wrote."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lumbar.demo.places import Places

Card = tuple[str, str, str]
"""A title, a figure, what it means."""


def read_cards(places: Places, seconds: Mapping[str, float]) -> list[Card]:
    """The figures of cohort, labels, volumes and grader."""
    audit, volumes = _read(places.audit / "metrics.json"), _read(places.volumes / "summary.json")
    (graded,) = _read(places.truth / "evaluation.json")
    f1 = audit["overall"]["slot_f1"]["value"]
    discs, megabytes = volumes["discs"], volumes["voxel_bytes"] / 1e6
    return [
        (
            "Discs",
            str(discs),
            f"of {volumes['studies']} studies; {volumes['discs_without_axial']} without axial images",
        ),
        ("Slot F1 of the labels", f"{f1:.3f}", "of what was said in the reports; 1 is all of it and nothing else"),
        (
            "Volume store",
            f"{megabytes:.1f} MB",
            f"{megabytes / max(discs, 1):.2f} MB a disc, voxels as they were scanned",
        ),
        *(_to_grader_card(name, figures) for name, figures in graded["kinds"].items()),
        ("Time", f"{sum(seconds.values()) / 60:.1f} min", "for everything on this page, on this machine"),
    ]


def _to_grader_card(name: str, figures: Mapping[str, Any]) -> Card:
    value = figures["class_average_3"]["value"]
    meaning = "class average of normal, mild or moderate, severe, on studies that were not trained on"
    return name, "–" if value is None else f"{100 * value:.0f} %", meaning


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
