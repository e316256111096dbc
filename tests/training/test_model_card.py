"""What a model card says of the split: how it was made, and whether a patient is on both sides."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from training.config import Config, DataConfig, SplitConfig
from training.model_card import read_card_facts, to_model_card
from training.run_record import write_environment, write_record

DATA = DataConfig("labels.csv", "volumes")
BY_PATIENT = ("training", "training", "validation", "test")
BY_DISC = ("training", "test", "validation", "test")


def make_run(folder: Path, parts: tuple[str, ...], split: SplitConfig) -> tuple[Path, Config]:
    """A run's record of four discs: two of the study a, one each of b and c."""
    folder.mkdir()
    discs = pd.DataFrame({"study_id": ["a", "a", "b", "c"], "level": ["L3-L4", "L4-L5", "L4-L5", "L4-L5"]})
    config = Config(data=DATA, split=split)
    write_record(folder, config, discs, discs.assign(part=parts), pd.DataFrame(columns=["study_id", "level", "reason"]))
    write_environment(folder, {"ranks": 1, "device": "cpu", "lumbar": "1", "torch": "2"})
    return folder, config


def to_card(*runs: tuple[Path, Config]) -> str:
    return to_model_card(read_card_facts(dict(runs), "test", "labels.csv", 10), "tables", "text", [])


def test_a_split_that_was_drawn_is_told_with_its_seed(tmp_path: Path) -> None:
    card = to_card(make_run(tmp_path / "run", BY_PATIENT, SplitConfig(seed=3)))
    assert "- split by patient, 0.7 / 0.15 / 0.15, seed 3\n" in card
    assert "Patients with discs on both sides" not in card


def test_another_runs_split_is_named_without_keys_that_have_no_say(tmp_path: Path) -> None:
    as_first = SplitConfig(seed=3, file="/data/jane/first.csv")
    card = to_card(make_run(tmp_path / "run", BY_PATIENT, replace(as_first, swapped=True)))
    assert "- split as in `first.csv`, another run's; validation and test swapped in run\n" in card
    assert "split by" not in card and "seed 3" not in card and "jane" not in card
    both = to_card(
        make_run(tmp_path / "one", BY_PATIENT, SplitConfig(seed=4)), make_run(tmp_path / "two", BY_PATIENT, as_first)
    )
    assert "- split by patient, 0.7 / 0.15 / 0.15, seed 4; as in `first.csv`, another run's\n" in both


def test_a_patient_on_both_sides_is_told_of_the_split_itself(tmp_path: Path) -> None:
    """Whatever the config says: the split may be another run's, which was by disc."""
    card = to_card(make_run(tmp_path / "run", BY_DISC, SplitConfig(file="first.csv")))
    assert "Patients with discs on both sides of the split: 1; the figures are too good." in card
