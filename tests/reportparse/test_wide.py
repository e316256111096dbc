from pathlib import Path

import pandas as pd
import pytest

from lexicons.vocabulary import Level, Task
from reportparse.finding import Finding, Scope, Section, Status
from reportparse.label_table import to_label_table
from reportparse.wide import Grading, rsna_severity, to_wide, wide_columns, wide_row


def finding(level: Level, task: Task, grade: int | None, low: int | None, high: int | None) -> Finding:
    return Finding(
        level, task, grade, low, high, Status.GRADED, Scope.STATED, Section.BODY, False, 0, 1, "a rule"
    )  # fmt: skip


_BESIDE = Path("shared", "data", "rsna2024", "train.csv")
RSNA_2024 = next((p / _BESIDE for p in Path(__file__).resolve().parents if (p / _BESIDE).exists()), _BESIDE)


def test_rsna_columns_are_those_of_the_competition() -> None:
    columns = list(wide_columns("rsna"))
    assert columns[:6] == [
        "spinal_canal_stenosis_l1_l2", "spinal_canal_stenosis_l2_l3", "spinal_canal_stenosis_l3_l4",
        "spinal_canal_stenosis_l4_l5", "spinal_canal_stenosis_l5_s1", "left_neural_foraminal_narrowing_l1_l2",
    ]  # fmt: skip
    assert columns[10] == "right_neural_foraminal_narrowing_l1_l2"
    assert columns[15] == "left_subarticular_stenosis_l1_l2"
    assert columns[-1] == "right_subarticular_stenosis_l5_s1"
    assert len(columns) == 25


@pytest.mark.skipif(not RSNA_2024.exists(), reason="the RSNA 2024 tables are not here")
def test_rsna_columns_are_in_the_order_of_its_table() -> None:
    assert list(pd.read_csv(RSNA_2024, nrows=0).columns) == ["study_id", *wide_columns("rsna")]


def test_left_stays_left() -> None:
    columns = wide_columns("rsna")
    for name, (_, task) in columns.items():
        side = {Task.LFS: "left", Task.LSS: "left", Task.RFS: "right", Task.RSS: "right", Task.SCS: "spinal"}[task]
        assert name.startswith(side)


def test_our_columns_are_every_slot() -> None:
    assert list(wide_columns("ours"))[:6] == [
        "T12-L1_SCS",
        "T12-L1_LFS",
        "T12-L1_RFS",
        "T12-L1_LSS",
        "T12-L1_RSS",
        "L1-L2_SCS",
    ]
    assert len(wide_columns("ours")) == 30


@pytest.mark.parametrize(
    ("grading", "severity"),
    [
        (Grading(0, 0, 0), "Normal/Mild"),
        (Grading(1, 1, 1), "Normal/Mild"),
        (Grading(2, 1, 2), "Moderate"),
        (Grading(3, 2, 3), "Severe"),
        (Grading(None, 0, 1), "Normal/Mild"),
        (Grading(None, 0, 2), None),
        (Grading(None, 1, 3), None),
        (Grading(None, 3, 3), "Severe"),
        (Grading(None, None, None), None),
    ],
)
def test_a_severity_is_given_where_the_words_leave_one(grading: Grading, severity: str | None) -> None:
    assert rsna_severity(grading) == severity


def test_a_row_has_a_cell_per_column_and_none_for_silence() -> None:
    row = wide_row({(Level.L4_L5, Task.SCS): Grading(2, 2, 2)}, "ours")
    assert [cell for cell in row if cell is not None] == [2]
    assert row[list(wide_columns("ours")).index("L4-L5_SCS")] == 2


def test_a_table_becomes_one_row_a_study() -> None:
    table = to_label_table(
        [
            ("S2", [finding(Level.L4_L5, Task.LFS, 3, 3, 3), finding(Level.L5_S1, Task.SCS, None, 1, 3)]),
            ("S1", [finding(Level.T12_L1, Task.SCS, 0, 0, 0), finding(Level.L1_L2, Task.RSS, None, None, None)]),
        ]
    )
    ours, rsna = to_wide(table, "ours"), to_wide(table, "rsna", ["S1", "S3", "S2"])
    assert ours["study_id"].tolist() == ["S2", "S1"]
    assert ours.loc[0, "L4-L5_LFS"] == 3
    assert ours.loc[1, "T12-L1_SCS"] == 0
    assert ours.notna().sum().sum() == 2 + 2
    assert rsna["study_id"].tolist() == ["S1", "S3", "S2"]
    assert rsna.loc[2, "left_neural_foraminal_narrowing_l4_l5"] == "Severe"
    assert rsna.notna().sum().sum() == 3 + 1
