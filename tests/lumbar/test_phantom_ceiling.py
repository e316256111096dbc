"""What is printed below the tables where the discs tested are of phantoms."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from imaging.phantom.grades import to_ceiling
from lumbar.phantom_ceiling import to_phantom_note
from training.config import Config, DataConfig

DISCS = [("a", "training", "no"), ("b", "validation", "yes"), ("c", "test", "yes"), ("d", "test", "no")]


def make_run(folder: Path, discs: list[tuple[str, str, str]] = DISCS) -> dict[Path, Config]:
    table = pd.DataFrame(discs, columns=["study_id", "part", "phantom"]).assign(level="L4-L5")
    table[["study_id", "level", "part"]].to_csv(folder / "split.csv", index=False)
    table[["study_id", "level", "phantom"]].to_csv(folder / "discs.csv", index=False)
    return {folder: replace(Config(), data=DataConfig(labels=str(folder / "labels.csv")))}


@pytest.mark.parametrize(
    ("part", "start"),
    [("training", ""), ("validation", "The discs are of phantoms"), ("test", "Some of the discs are of phantoms")],
)
def test_only_the_part_that_is_tested_counts(tmp_path: Path, part: str, start: str) -> None:
    note = to_phantom_note(make_run(tmp_path), part, None)
    assert note.strip().startswith(start) and bool(note) == bool(start)


def test_tables_have_no_run_to_ask() -> None:
    assert to_phantom_note({}, "test", Path("labels.csv")) == ""


@pytest.mark.parametrize(
    ("content", "overlap", "words"),
    [
        ('{"reader_overlap": 0.5}', 0.5, "0.5 of a grade (cohort.json says)"),
        ('{"reader_overlap": -1}', 0.2, "the default, for no cohort.json"),
        ('{"reader_overlap": NaN}', 0.2, "the default"),
        ("[]", 0.2, "the default"),
        (None, 0.2, "0.2 of a grade (the default, for no cohort.json lies beside the labels)"),
    ],
)
def test_the_ceiling_is_that_of_the_cohort(tmp_path: Path, content: str | None, overlap: float, words: str) -> None:
    """Its file lies beside the labels that the run is held against: those given, else the run's own."""
    elsewhere = tmp_path / "cohort"
    elsewhere.mkdir()
    if content is not None:
        (elsewhere / "cohort.json").write_text(content)
    note = to_phantom_note(make_run(tmp_path), "test", elsewhere / "grades.csv")
    assert words in note
    assert f"{100 * to_ceiling(overlap, 4):.1f} % over four classes" in note
    assert f"{100 * to_ceiling(overlap, 3):.1f} % over three\n(with as many mild as moderate slots)" in note
    assert "by chance a test set of finite size may give more" in note
    (tmp_path / "cohort.json").write_text('{"reader_overlap": 0.1}')
    assert "0.1 of a grade" in to_phantom_note(make_run(tmp_path), "test", None)
