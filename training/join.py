"""Labels and volumes joined: the discs that have both, and why the others were dropped."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd

from lexicons.vocabulary import Level, LEVELS
from training.config import TargetConfig
from training.targets import labelled_discs, MISSING, take, Targets, to_targets

LOWER_FIVE: tuple[Level, ...] = LEVELS[1:]

NO_VOLUME = "no volume"
NO_LABEL = "no label"
NOT_ALL_LEVELS = "report does not speak of all six levels"
NOT_ALL_DISCS = "not all of the lower five discs have volumes"
NOTHING_LEARNT = "no slot of the tasks teaches anything"


class JoinError(ValueError):
    """Labels and volumes that have no disc in common; the message says how many each has."""


class Joined(NamedTuple):
    """The targets of the discs that are used; ``dropped``: study_id, level, reason of those that are not."""

    targets: Targets
    dropped: pd.DataFrame


def join_discs(labels: pd.DataFrame, volumes: Collection[tuple[str, Level]], config: TargetConfig) -> Joined:
    """The targets of every disc with a volume and a label, and the rest with a reason each.

    With ``deepspine_filters`` only studies are used whose report speaks of all six levels, not only of the study as a
    whole, and which have volumes of the lower five discs (Lu et al. 2018, section 2). JoinError where nothing is left.
    """
    labelled = [(study_id, Level(level)) for study_id, level in labelled_discs(labels).to_numpy()]
    there = set(volumes)
    both = [disc for disc in labelled if disc in there]
    reasons = dict.fromkeys(there.difference(labelled), NO_LABEL)
    reasons |= {disc: NO_VOLUME for disc in labelled if disc not in there}
    if config.deepspine_filters:
        reasons |= _filter(both, labels, there)
        both = [disc for disc in both if disc not in reasons]
    targets = to_targets(labels, pd.DataFrame(both, columns=["study_id", "level"], dtype="string"), config)
    learnt = (targets.low != MISSING).any(axis=1)
    reasons |= {disc: NOTHING_LEARNT for disc, kept in zip(both, learnt, strict=True) if not kept}
    if not learnt.any():
        studies = len({study_id for study_id, _ in labelled}), len({study_id for study_id, _ in volumes})
        raise JoinError(
            f"labels of {studies[0]} studies and volumes of {studies[1]} leave no disc to learn from; "
            f"most often: {pd.Series(list(reasons.values())).mode()[0] if reasons else 'both are empty'}"
        )
    return Joined(take(targets, np.flatnonzero(learnt)), _to_table(reasons))


def _filter(
    both: list[tuple[str, Level]], labels: pd.DataFrame, volumes: set[tuple[str, Level]]
) -> dict[tuple[str, Level], str]:
    told = labels[labels["low"].notna()]
    if "scope" in told:
        told = told[told["scope"] != "study"]
    levels = told.groupby("study_id")["level"].nunique()
    whole_report = set(levels.index[levels == len(LEVELS)])
    reasons = {}
    for study_id, level in both:
        if study_id not in whole_report:
            reasons[study_id, level] = NOT_ALL_LEVELS
        elif not all((study_id, lower) in volumes for lower in LOWER_FIVE):
            reasons[study_id, level] = NOT_ALL_DISCS
    return reasons


def _to_table(reasons: dict[tuple[str, Level], str]) -> pd.DataFrame:
    rows = sorted((study_id, LEVELS.index(level), reason) for (study_id, level), reason in reasons.items())
    table = pd.DataFrame(rows, columns=["study_id", "level", "reason"])
    return table.assign(level=[LEVELS[number].value for number in table["level"]])
