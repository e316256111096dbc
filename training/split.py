"""Which discs train, validate and test: by patient or by disc, every task's grades shared out evenly."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from lexicons.vocabulary import Grade, LEVELS
from training.config import SplitConfig
from training.targets import Targets

FloatArray = npt.NDArray[np.float64]


class Part(StrEnum):
    """What a disc is used for."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"


PARTS: tuple[Part, ...] = tuple(Part)


class SplitError(ValueError):
    """A split that cannot be made, or does not fit what is split; the message says what differs."""


def split_discs(targets: Targets, config: SplitConfig, patients: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The part of each disc: columns study_id, level, part, in the order of ``targets.discs``.

    By patient no patient is in two parts; ``patients`` gives the patient of a study, a study that it lacks is its own.
    By disc is the paper's way. The shares hold for discs and, as far as whole patients allow, for every grade of every
    task. The seed decides alone: the order of the discs does not.
    """
    discs = targets.discs
    groups = _groups(discs, config, patients or {})
    names, inverse = np.unique(groups, return_inverse=True)
    if len(names) < len(PARTS):
        raise SplitError(f"{len(names)} to split by {config.by}; expected at least {len(PARTS)}, one a part")
    strata = _strata(targets)
    totals = np.zeros((len(names), strata.shape[1]))
    np.add.at(totals, inverse, strata)
    parts = _share_out(totals, np.array(config.shares), np.random.default_rng(config.seed))
    split = discs.assign(part=[PARTS[part].value for part in parts[inverse]])
    return swap_validation_and_test(split) if config.swapped else split


def _groups(discs: pd.DataFrame, config: SplitConfig, patients: Mapping[str, str]) -> list[str]:
    if config.by == "disc":
        return [f"{study_id} {level}" for study_id, level in zip(discs["study_id"], discs["level"], strict=True)]
    return [patients.get(study_id, study_id) for study_id in discs["study_id"]]


def _strata(targets: Targets) -> FloatArray:
    """What is shared out evenly, (discs, 1 + tasks x grades): the disc itself, and its highest grade of each task."""
    grades = np.arange(len(Grade), dtype=np.int8)
    of_task = (targets.high[:, :, None] == grades).reshape(len(targets.high), -1)
    return np.column_stack([np.ones(len(of_task)), of_task]).astype(np.float64)


def _share_out(totals: FloatArray, shares: FloatArray, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The part of each group, (groups,), from what the groups hold, (groups, strata).

    Greedy: roughly the groups with the most of the rarest first, each to the part that it brings nearest to its shares;
    the last groups go to parts that have none.
    """
    whole = totals.sum(axis=0)
    held = totals[:, whole > 0] / whole[whole > 0]
    # Roughly, so that seeds differ where no two groups are alike.
    order = np.argsort(-held.sum(axis=1) * rng.uniform(0.5, 1.5, len(held)), kind="stable")
    have = np.zeros((len(shares), held.shape[1]))
    chosen = np.full(len(held), -1)
    for done, group in enumerate(order):
        new = held[group]
        # What (have - share)^2 / share, summed over strata, changes by in each part.
        change = (new * (2 * (have - shares[:, None]) + new)).sum(axis=1) / shares
        empty = have.sum(axis=1) == 0
        if np.count_nonzero(empty) >= len(held) - done:
            change[~empty] = np.inf
        chosen[group] = np.argmin(change)
        have[chosen[group]] += new
    return chosen


def split_as(earlier: pd.DataFrame, discs: pd.DataFrame, swapped: bool = False) -> pd.DataFrame:
    """The part of each disc of ``discs`` (study_id, level) by an earlier split, such as another run's split.csv.

    A disc that it lacks goes where its study's discs are. SplitError where these are in several parts, or none is,
    or where a part stays empty.
    """
    part_of_disc = dict(zip(zip(earlier["study_id"], earlier["level"], strict=True), earlier["part"], strict=True))
    parts_of_study = {study: sorted(set(rows["part"])) for study, rows in earlier.groupby("study_id")}
    parts = []
    for study_id, level in zip(discs["study_id"], discs["level"], strict=True):
        own = part_of_disc.get((study_id, level))
        found = parts_of_study.get(study_id, []) if own is None else [own]
        if len(found) != 1:
            why = f"its other discs are in {' and '.join(found)}" if found else "and no other disc of its study"
            raise SplitError(f"split.file does not have the disc {study_id} {level}; {why}")
        parts.append(found[0])
    empty = [part.value for part in PARTS if part.value not in parts]
    if empty:
        raise SplitError(f"split.file puts none of the discs in {' and '.join(empty)}")
    split = discs.assign(part=parts)
    return swap_validation_and_test(split) if swapped else split


def swap_validation_and_test(split: pd.DataFrame) -> pd.DataFrame:
    """The same split with validation and test exchanged: the paper's second model, for its standard deviations."""
    swapped = {Part.VALIDATION.value: Part.TEST.value, Part.TEST.value: Part.VALIDATION.value}
    return split.assign(part=split["part"].replace(swapped))


def rows_of(split: pd.DataFrame, targets: Targets, part: Part) -> list[int]:
    """The rows of ``targets`` that a split puts in a part, rising."""
    at = {(s, level): row for row, (s, level) in enumerate(targets.discs[["study_id", "level"]].to_numpy())}
    of_part = split[split["part"] == part.value]
    return sorted(at[study_id, level] for study_id, level in of_part[["study_id", "level"]].to_numpy())


def count_shared(split: pd.DataFrame, patients: Mapping[str, str]) -> int:
    """How many patients have discs in more than one part; a study that ``patients`` lacks is its own."""
    patient = [patients.get(study_id, study_id) for study_id in split["study_id"]]
    return int((split.assign(patient=patient).groupby("patient")["part"].nunique() > 1).sum())


def write_split(split: pd.DataFrame, path: Path) -> None:
    """Write a split as CSV."""
    split.to_csv(path, index=False)


def read_split(path: Path) -> pd.DataFrame:
    """A split from CSV; SplitError where it is none."""
    try:
        split = pd.read_csv(path, dtype="string", keep_default_na=False)  # a study may be called NA
    except ValueError:  # of pandas and the decoder, whose messages quote the file
        raise SplitError(f"{path.name} is no table; expected columns study_id, level, part") from None
    if list(split.columns) != ["study_id", "level", "part"]:
        # Not the columns that it has: of a table without a header they are its first row.
        raise SplitError(f"{path.name} has other columns; expected study_id, level, part")
    for column, allowed in (("level", LEVELS), ("part", PARTS)):
        bad = ~split[column].isin(list(allowed))
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise SplitError(
                f"{path.name}, row {row}: {column} is {split[column].iloc[row]!r}, expected one of {', '.join(allowed)}"
            )
    return split


def check_split(split: pd.DataFrame, discs: pd.DataFrame) -> None:
    """SplitError unless the split is of these discs."""
    has, wants = (set(zip(table["study_id"], table["level"], strict=True)) for table in (split, discs))
    if has != wants:
        raise SplitError(
            f"the split has {len(has - wants)} discs that are not in the data and lacks {len(wants - has)} that are; "
            "was the run made from other labels or volumes?"
        )
