"""What a label table teaches, slot by slot, by each choice."""

import numpy as np
import pandas as pd
import pytest

from lexicons.vocabulary import Task
from reportparse.label_table import check_label_table
from training.config import TargetConfig
from training.targets import labelled_discs, take, to_targets

ROWS = [
    # study, level, task, grade, low, high, status
    ("a", "L4-L5", "SCS", 2, 1, 2, "graded"),
    ("a", "L4-L5", "LFS", None, 1, 3, "ungraded"),
    ("a", "L4-L5", "RFS", None, 0, 2, "bounded"),
    ("a", "L5-S1", "SCS", None, None, None, "open"),
    ("a", "L5-S1", "LFS", None, 0, 3, "uncertain"),
    ("a", "L5-S1", "RFS", None, 0, 1, "uncertain"),
    ("b", "L4-L5", "SCS", 0, 0, 0, "graded"),
    ("b", "L4-L5", "LSS", 3, 3, 3, "graded"),
]
COLUMNS = ["study_id", "level", "task", "grade", "low", "high", "status"]
TABLE = check_label_table(pd.DataFrame(ROWS, columns=COLUMNS))
DISCS = pd.DataFrame({"study_id": ["b", "a", "a", "c"], "level": ["L4-L5", "L4-L5", "L5-S1", "L1-L2"]})

M = (-1, -1)


def intervals_of(config: TargetConfig, table: pd.DataFrame = TABLE) -> list[list[tuple[int, int]]]:
    targets = to_targets(table, DISCS, config)
    return [
        list(zip(map(int, low), map(int, high), strict=True))
        for low, high in zip(targets.low, targets.high, strict=True)
    ]


def test_intervals_as_the_words_leave_them() -> None:
    b, a4, a5, c = intervals_of(TargetConfig())
    assert b == [(0, 0), M, M]
    assert a4 == [(1, 2), (1, 3), (0, 2)]
    assert a5 == [M, M, (0, 1)]
    assert c == [M, M, M]


def test_hard_labels_are_grades_a_range_as_its_higher() -> None:
    b, a4, a5, c = intervals_of(TargetConfig(hard_labels=True))
    assert b == [(0, 0), M, M]
    assert a4 == [(2, 2), M, M]
    assert a5 == c == [M, M, M]


def test_hedged_slots_can_be_left_out() -> None:
    assert intervals_of(TargetConfig(uncertain="leave_out"))[2] == [M, M, M]


def test_a_hedged_grade_is_no_hard_label() -> None:
    table = TABLE.assign(status="uncertain", grade=TABLE["low"])
    assert all(slot == M for disc in intervals_of(TargetConfig(hard_labels=True), table) for slot in disc)


def test_a_table_without_status_is_taken_by_its_intervals() -> None:
    table = TABLE.drop(columns="status")
    assert intervals_of(TargetConfig(), table) == intervals_of(TargetConfig())
    assert intervals_of(TargetConfig(hard_labels=True), table) == intervals_of(TargetConfig(hard_labels=True))


def test_tasks_stand_in_the_order_asked_for() -> None:
    targets = to_targets(TABLE, DISCS, TargetConfig(tasks=("LSS", "SCS")))
    assert targets.tasks == (Task.LSS, Task.SCS)
    assert targets.low[0].tolist() == [3, 0]


def test_labelled_discs_go_head_to_foot() -> None:
    shuffled = TABLE.iloc[::-1]
    assert labelled_discs(shuffled).to_numpy().tolist() == [["a", "L4-L5"], ["a", "L5-S1"], ["b", "L4-L5"]]


@pytest.mark.parametrize("rows", [[2, 0], []])
def test_some_of_the_discs(rows: list[int]) -> None:
    targets = to_targets(TABLE, DISCS, TargetConfig())
    some = take(targets, np.array(rows, np.int64))
    assert some.low.tolist() == [targets.low[row].tolist() for row in rows]
    assert some.discs["level"].tolist() == [DISCS["level"][row] for row in rows]
