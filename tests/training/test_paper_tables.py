"""The tables read as the paper's do."""

import numpy as np

from lexicons.vocabulary import LEVELS
from training.paper_tables import to_mean_text, to_table_1, to_table_2, to_table_3
from training.scored import Scored


def make_model(shares: tuple[float, float, float, float], rows: int = 600) -> Scored:
    """A model that names a share of each grade's slots right, and calls the others the grade above, or mild."""
    tasks, levels = np.array(["SCS", "LFS", "RFS"]), np.array([level.value for level in LEVELS])
    number = np.arange(rows * 12)
    grade = number % 4
    right = (number // 12 % 100) < np.array(shares)[grade] * 100
    called = np.where(right, grade, np.array([1, 2, 3, 1])[grade])
    study = np.array([f"s{n // 72}" for n in number])
    return Scored(np.eye(4)[called], grade, study, study, levels[number // 12 % 6], tasks[number // 4 % 3])


ONE, OTHER = make_model((0.8, 0.6, 0.6, 0.9)), make_model((0.7, 0.5, 0.6, 0.8))

TABLE_1 = """\
Table 1: Class accuracy for stenosis grading (%, mean ± std).

Spinal Canal Stenosis
Normal       Mild         Mod.         Severe       Class Avg.
75.0 ± 7.1   55.0 ± 7.1   60.0 ± 0.0   85.0 ± 7.1   68.8 ± 5.3
Normal       Mild / Moderate           Severe       Class Avg.
75.0 ± 7.1   80.0 ± 0.0                85.0 ± 7.1   80.0 ± 4.7

Foraminal Stenosis
"""


def test_table_1() -> None:
    text = to_table_1([ONE, OTHER])
    assert text.startswith(TABLE_1)
    assert text.count("Class Avg.") == 4


def test_table_2_merges_mild_and_moderate() -> None:
    lines = to_table_2([ONE], [], [ONE, OTHER]).splitlines()
    assert lines[3].split("  ")[-1].strip() == "Axial + Sagittal"
    assert lines[4].split() == ["Spinal", "Canal", "Stenosis", "83.3", "-", "80.0", "±", "4.7"]


def test_table_3_is_of_the_three_lowest_levels() -> None:
    lines = to_table_3([ONE, OTHER], "Two runs").splitlines()
    assert lines[3].split("  ")[-1].strip() == "Two runs"
    assert [line.split()[0] for line in lines if line.startswith("  L")] == ["L3-L4", "L4-L5", "L5-S1"] * 2
    assert lines[6].split()[:4] == ["L3-L4", "87.2", "±", "3.2"]
    # A tenth or two of the severe are missed, four tenths of the moderate are called severe; each is a quarter.
    assert 80 < float(lines[6].split()[5]) < 95


def test_a_figure_alone_has_no_deviation_and_none_is_a_dash() -> None:
    assert to_mean_text([0.7064]) == "70.6"
    assert to_mean_text([0.5, float("nan")]) == "50.0"
    assert to_mean_text([0.5, 0.7]) == "60.0 ± 14.1"
    assert to_mean_text([]) == "-"
