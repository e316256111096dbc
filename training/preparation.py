"""What a run learns from: label table and volume store read, joined and split. No torch here."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from imaging.store.reader import VolumeStore
from reportparse.label_table import read_label_table
from training.config import Config, DataConfig, SplitConfig
from training.coverage import check_tasks, check_views, count_without_view, find_seen
from training.join import drop_unseen, join_discs, Joined
from training.patients import read_patients
from training.phantoms import find_phantoms, to_word
from training.split import Part, read_split, rows_of, split_as, split_discs
from training.targets import Targets


class Prepared(NamedTuple):
    """A run's discs: their reader, their targets and what was dropped, the part of each, the patient of a study."""

    reader: VolumeStore
    joined: Joined
    split: pd.DataFrame
    patients: Mapping[str, str]

    def rows(self, part: Part) -> list[int]:
        """The rows of the targets that are in a part."""
        return rows_of(self.split, self.joined.targets, part)

    @property
    def phantom(self) -> str:
        """How many of the discs are of phantoms, a word of ``training.phantoms``."""
        phantoms = find_phantoms(self.reader.index)
        return to_word(phantoms[study_id] for study_id in self.joined.targets.discs["study_id"])


def prepare(config: Config) -> Prepared:
    """Read, join and split what ``config.data`` names."""
    reader = VolumeStore(Path(config.data.volumes))
    labels = read_label_table(Path(config.data.labels))
    patients = patients_of(config.data)
    joined = join_discs(labels, reader.discs, config.targets)
    discs = joined.targets.discs
    check_views(count_without_view(reader.index, discs, config.model.views), len(discs))
    joined = drop_unseen(joined, find_seen(reader.index, config.model.views))
    check_tasks(joined.targets)
    return Prepared(reader, joined, _split(joined.targets, config.split, patients), patients)


def _split(targets: Targets, config: SplitConfig, patients: Mapping[str, str]) -> pd.DataFrame:
    if config.file:
        return split_as(read_split(Path(config.file)), targets.discs, config.swapped)
    return split_discs(targets, config, patients)


def patients_of(data: DataConfig) -> Mapping[str, str]:
    """The patient of each study; empty where no table is named, and every study is another patient."""
    return read_patients(Path(data.patients)) if data.patients else {}


def count_dropped(dropped: pd.DataFrame) -> dict[str, int]:
    """How many discs were dropped for each reason, the most frequent first."""
    return {str(reason): int(count) for reason, count in dropped["reason"].value_counts().items()}


def count_parts(split: pd.DataFrame, patients: Mapping[str, str]) -> pd.DataFrame:
    """A row for each part: discs, studies, patients."""
    patient = [patients.get(study_id, study_id) for study_id in split["study_id"]]
    parts = split.assign(patient=patient).groupby("part")
    counts = parts.agg(discs=("level", "size"), studies=("study_id", "nunique"), patients=("patient", "nunique"))
    return counts.reindex([part.value for part in Part], fill_value=0)
