"""Builders of small gold files and label tables for the tests of the audit."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.audit.gold import Gold, GOLD_CODES, parse_gold
from reportparse.audit.slots import decode_label
from reportparse.label_table import check_label_table

Labels = dict[str, dict[str, dict[str, str]]]
"""Codes of docs/labels.md by study, level and task."""


def to_gold(labels: Labels) -> Gold:
    return parse_gold(json.dumps({"id": study, "labels": levels}) for study, levels in labels.items())


def to_table(labels: Labels, **columns: object) -> pd.DataFrame:
    """A checked label table of the codes; ``columns`` are added with one value or one for each row."""
    rows = []
    for study, levels in labels.items():
        for level, tasks in levels.items():
            for task, code in tasks.items():
                value = GOLD_CODES[code]
                low, high, grade = (None, None, None) if value < 0 else decode_label(value)
                rows.append((study, level, task, grade, low, high))
    table = pd.DataFrame(rows, columns=["study_id", "level", "task", "grade", "low", "high"])
    return check_label_table(table.assign(**columns))


def draw_labels(generator: np.random.Generator, n_studies: int) -> Labels:
    """Random codes; about half of the slots are silent."""
    codes = list(GOLD_CODES)
    return {
        f"s{i}": {
            level: {task: str(generator.choice(codes)) for task in TASKS if generator.random() < 0.5}
            for level in LEVELS
        }
        for i in range(n_studies)
    }


def disturb_labels(generator: np.random.Generator, labels: Labels) -> Labels:
    """The labels with some slots changed, dropped and added."""
    other = draw_labels(generator, len(labels))
    return {
        study: {
            level: {
                task: code
                for task in TASKS
                if (code := (other if generator.random() < 0.2 else labels)[study][level].get(task)) is not None
            }
            for level in LEVELS
        }
        for study in labels
    }


@pytest.fixture
def make_gold() -> Callable[[Labels], Gold]:
    return to_gold


@pytest.fixture
def make_table() -> Callable[..., pd.DataFrame]:
    return to_table


@pytest.fixture
def draw_pair() -> Callable[[int, int], tuple[Labels, Labels]]:
    """Random gold codes and disturbed ones, from a seed and a number of studies."""

    def draw(seed: int, n_studies: int) -> tuple[Labels, Labels]:
        generator = np.random.default_rng(seed)
        labels = draw_labels(generator, n_studies)
        return labels, disturb_labels(generator, labels)

    return draw
