"""Labels and volumes joined: the discs that have both, and why the others were dropped."""

from collections.abc import Collection, Mapping
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
NO_VIEW = "no image of a view that the model takes"


class JoinError(ValueError):
    """Labels and volumes that leave no disc to learn from; the message says what differs."""


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
        raise JoinError(_explain(labelled, volumes, reasons))
    return Joined(take(targets, np.flatnonzero(learnt)), _to_table(reasons))


def drop_unseen(joined: Joined, seen: Collection[tuple[str, Level]]) -> Joined:
    """Without the discs that are not among ``seen``: what a model cannot see it neither learns from nor grades."""
    discs = [(study_id, Level(level)) for study_id, level in joined.targets.discs.to_numpy()]
    keep = np.array([disc in seen for disc in discs])
    if keep.all():
        return joined
    unseen = _to_table({disc: NO_VIEW for disc, kept in zip(discs, keep, strict=True) if not kept})
    return Joined(take(joined.targets, np.flatnonzero(keep)), pd.concat([joined.dropped, unseen], ignore_index=True))


def _explain(
    labelled: Collection[tuple[str, Level]],
    volumes: Collection[tuple[str, Level]],
    reasons: Mapping[tuple[str, Level], str],
) -> str:
    """Why no disc is left: what labels and volumes have of studies, and where these do not meet a study of each."""
    of_labels, of_volumes = ({study_id for study_id, _ in discs} for discs in (labelled, volumes))
    head = f"labels of {len(of_labels)} studies and volumes of {len(of_volumes)} leave no disc to learn from"
    if of_labels and of_volumes and not of_labels & of_volumes:
        return (
            f"{head}: they have no study in common; the first study_id of the labels is {min(of_labels)}, of the "
            f"volumes {min(of_volumes)} (--study-id-from of `lumbar volumes build` says where study ids come from)"
        )
    most = pd.Series(list(reasons.values())).mode()[0] if reasons else "both are empty"
    return f"{head}; they have {len(of_labels & of_volumes)} studies in common; most often: {most}"


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
