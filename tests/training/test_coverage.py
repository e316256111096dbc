"""What labels and volumes lack is found before anything is learnt from them."""

import numpy as np
import pandas as pd
import pytest

from lexicons.vocabulary import Grade, Level, Task
from training.coverage import check_tasks, check_views, count_without_view, CoverageError, find_absent_grades, find_seen
from training.targets import Targets

INDEX = pd.DataFrame(
    [("a", "L4-L5", "axial"), ("a", "L4-L5", "sagittal"), ("a", "L5-S1", "sagittal"), ("b", "L5-S1", "axial")],
    columns=["study_id", "level", "view"],
)
BOTH = ("axial", "sagittal")


def test_discs_that_lack_a_view_are_counted() -> None:
    discs = INDEX[["study_id", "level"]].iloc[[0, 2]]
    assert count_without_view(INDEX, discs, BOTH) == {"axial": 1, "sagittal": 0}
    assert count_without_view(INDEX[INDEX["view"] == "axial"], discs, BOTH) == {"axial": 1, "sagittal": 2}


def test_a_disc_is_seen_by_a_model_of_a_view_that_it_has() -> None:
    axial, sagittal = (find_seen(INDEX, [view]) for view in BOTH)
    assert axial == {("a", Level.L4_L5), ("b", Level.L5_S1)}
    assert sagittal == {("a", Level.L4_L5), ("a", Level.L5_S1)}
    assert find_seen(INDEX, BOTH) == axial | sagittal


def test_a_view_that_no_disc_has_is_refused() -> None:
    check_views({"axial": 2, "sagittal": 0}, 3)
    with pytest.raises(CoverageError, match=r"no disc with a label has axial images: set model.views = \['sagittal'\]"):
        check_views({"axial": 3, "sagittal": 0}, 3)
    with pytest.raises(CoverageError, match=r"axial images, and model\.views asks for them"):
        check_views({"axial": 3}, 3)


def make_targets(low: list[list[int]], high: list[list[int]]) -> Targets:
    discs = pd.DataFrame({"study_id": [f"s{n}" for n in range(len(low))], "level": "L4-L5"})
    return Targets(discs, (Task.SCS, Task.LFS), np.array(low, np.int8), np.array(high, np.int8))


def test_a_task_without_a_label_is_refused() -> None:
    check_tasks(make_targets([[0, -1], [-1, 2]], [[0, -1], [-1, 2]]))
    with pytest.raises(CoverageError, match="no label teaches LFS: leave it out"):
        check_tasks(make_targets([[0, -1], [1, -1]], [[0, -1], [1, -1]]))


def test_grades_that_no_slot_may_be_are_found_among_those_that_train() -> None:
    """An interval may be any of its grades; the last slot does not train."""
    targets = make_targets([[0, 0], [1, -1], [3, 3]], [[0, 1], [2, -1], [3, 3]])
    assert dict(find_absent_grades(targets, [0, 1])) == {
        "SCS": (Grade.SEVERE,), "LFS": (Grade.MODERATE, Grade.SEVERE),
    }  # fmt: skip
    assert dict(find_absent_grades(targets, [0, 1, 2])) == {"LFS": (Grade.MODERATE,)}
