"""Which label of a mask is which vertebra or disc: a table, SPIDER's numbers, or counting from one that is known.

Written by a person as ``1=L5,2=L4,201=L5-S1``, as ``spider``, or as ``from 7=S1`` and ``from lowest=S1``, which counts
the others from there towards the head. ``from 2=L4-L5`` counts discs.
"""

import difflib
import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from imaging.landmark_table import STRUCTURES
from imaging.landmarks import LandmarkError, to_rank
from imaging.vertebrae import VERTEBRAE
from imaging.volume import Volume
from lexicons.vocabulary import LEVELS

SPIDER_DISCS = 200
SPIDER_PARTIAL = 100
"""SPIDER (van der Graaf et al. 2024): vertebrae 1 = L5 upwards, partly seen 101 upwards, discs 201 = L5-S1 upwards."""


class LabelNames(NamedTuple):
    """The structure of each label that has one, and remarks, codes: ``ambiguous-numbering``, ``beyond-numbering``."""

    names: dict[int, str]
    remarks: tuple[str, ...]


def to_label_names(mask: Volume, text: str = "") -> LabelNames:
    """The structures of a mask's labels, by what a person wrote; LandmarkError where it cannot be read.

    With nothing written, the lowest label is taken for L5, with the remark ``ambiguous-numbering``: a mask that has the
    sacrum is then one level wrong.
    """
    if not text:
        counted = count_from(mask, None, "L5")
        return LabelNames(counted.names, ("ambiguous-numbering", *counted.remarks))
    if text == "spider":
        return to_spider_names(mask)
    counting = re.fullmatch(r"from (lowest|\d+)=(\S+)", text)
    if counting:
        label = None if counting[1] == "lowest" else int(counting[1])
        return count_from(mask, label, check_structure(counting[2]))
    return LabelNames(parse_label_table(text), ())


def parse_label_table(text: str) -> dict[int, str]:
    """The structures of ``1=L5,2=L4``; LandmarkError where a part is no such pair or says a thing twice."""
    names: dict[int, str] = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)\s*=\s*(\S+)\s*", part)
        if match is None:
            raise LandmarkError("mask-labels", f"{part.strip()!r} among the mask's labels, expected such as 1=L5")
        label, name = int(match[1]), check_structure(match[2])
        if label in names or name in names.values():
            raise LandmarkError("mask-labels", f"{part.strip()!r}: this label or structure stands twice")
        names[label] = name
    return names


def check_structure(name: str) -> str:
    """The name of a vertebra or level as it is; LandmarkError naming the nearest for another."""
    if name not in STRUCTURES:
        near = difflib.get_close_matches(name, STRUCTURES, n=1, cutoff=0.0)[0]
        raise LandmarkError("unknown-structure", f"structure {name!r}; the nearest known is {near!r}")
    return name


def to_spider_names(mask: Volume) -> LabelNames:
    """The structures of a mask with SPIDER's labels; partly seen vertebrae and the canal have none."""
    labels = to_labels(mask)
    five = [name for name in VERTEBRAE if name not in ("L6", "S1")]
    names = {label: five[-label] for label in labels if 1 <= label <= len(five)}
    discs = {label: label - SPIDER_DISCS for label in labels if label > SPIDER_DISCS}
    names |= {label: str(LEVELS[-number]) for label, number in discs.items() if number <= len(LEVELS)}
    beyond = any(len(five) < label < SPIDER_PARTIAL for label in labels)
    return LabelNames(names, ("beyond-numbering",) if beyond else ())


def count_from(mask: Volume, label: int | None, structure: str) -> LabelNames:
    """The structures of labels counted along the spine from one that is known; None for the lowest of them.

    Counting from a disc takes all labels for discs, from a vertebra for vertebrae, without an L6. LandmarkError where
    the mask has no such label.
    """
    order = sort_labels(mask)
    if label is not None and label not in order:
        raise LandmarkError("mask-labels", f"no label {label} in the mask; found {', '.join(map(str, sorted(order)))}")
    row = [str(level) for level in LEVELS] if structure in LEVELS else _to_row(structure)
    shift = row.index(structure) - (len(order) - 1 if label is None else order.index(label))
    names = {found: row[n + shift] for n, found in enumerate(order) if 0 <= n + shift < len(row)}
    return LabelNames(names, ("beyond-numbering",) if len(names) < len(order) else ())


def _to_row(structure: str) -> list[str]:
    return [name for name in VERTEBRAE if name != "L6" or structure == "L6"]


def to_label_array(mask: Volume) -> npt.NDArray[np.int32]:
    """The voxels of a mask, (slice, row, column), as integers; LandmarkError where they are none."""
    whole = mask.voxels.astype(np.int32)
    if not np.array_equal(whole, mask.voxels):
        raise LandmarkError("mask-not-integer", "the mask has values that are no whole numbers, expected labels")
    return whole


def to_labels(mask: Volume) -> list[int]:
    """The labels of a mask but 0, rising."""
    return [int(label) for label in np.unique(to_label_array(mask)) if label > 0]


def sort_labels(mask: Volume) -> list[int]:
    """The labels of a mask, head to foot: along the main direction of their centroids, turned to the head."""
    array = to_label_array(mask)
    voxels = np.argwhere(array > 0)
    if not len(voxels):
        raise LandmarkError("empty-mask", "the mask has no label but 0")
    own = array[tuple(voxels.T)]
    labels = np.unique(own).tolist()
    centres = np.array([voxels[own == label].mean(axis=0) for label in labels])  # (n, 3): k, j, i
    points = mask.to_points(centres[:, ::-1].copy())
    spread = points - points.mean(axis=0)
    axis = np.linalg.svd(spread)[2][0] if len(labels) > 1 else np.array([0.0, 0.0, 1.0])
    along = spread @ (axis if axis[2] > 0 else -axis)
    return [int(labels[index]) for index in np.argsort(-along)]


def by_rank(names: dict[int, str]) -> list[tuple[int, str]]:
    """Labels and structures, head to foot."""
    return sorted(names.items(), key=lambda item: to_rank(item[1]))
