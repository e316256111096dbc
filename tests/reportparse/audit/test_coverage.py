"""Coverage: what counts as describing all six levels."""

import numpy as np
import pytest

from lexicons.vocabulary import LEVELS
from reportparse.audit.audit import audit

CANAL = {level: {"SCS": "0"} for level in LEVELS}
ALL_18 = {level: {"SCS": "0", "LFS": "1-2", "RFS": "3"} for level in LEVELS}


def cover(make_gold, table, studies: list[str]) -> dict[str, float]:
    found = audit(make_gold({study: {} for study in studies}), table, np.random.default_rng(0), 0)
    return {name: estimate.value for name, estimate in found.coverage.items()}


def test_facts_by_hand(make_gold, make_table) -> None:
    labels = {"five": dict(list(CANAL.items())[1:]), "six": CANAL, "all": ALL_18}
    table = make_table(labels, scope="stated")
    assert cover(make_gold, table, ["five", "six", "all", "silent"]) == {
        "any_label": 3 / 4,
        "six_levels": 2 / 4,
        "six_levels_explicit": 2 / 4,
        "deepspine_complete": 1 / 4,
    }


@pytest.mark.parametrize("scope, explicit", [("stated", 1), ("carried", 1), ("remaining", 0), ("study", 0)])
def test_only_levels_that_the_report_names_are_explicit(scope, explicit, make_gold, make_table) -> None:
    table = make_table({"a": CANAL}, scope=["stated"] * 5 + [scope])
    facts = cover(make_gold, table, ["a"])
    assert facts["six_levels"] == 1 and facts["six_levels_explicit"] == explicit


def test_without_a_scope_nobody_knows(make_gold, make_table) -> None:
    assert "six_levels_explicit" not in cover(make_gold, make_table({"a": CANAL}), ["a"])


def test_a_label_with_no_grade_is_no_target(make_gold, make_table) -> None:
    labels = {"a": {**ALL_18, "L5-S1": {"SCS": "P", "LFS": "0", "RFS": "0"}}}
    assert cover(make_gold, make_table(labels), ["a"])["deepspine_complete"] == 0


def test_open_slots_cover_nothing(make_gold, make_table) -> None:
    assert cover(make_gold, make_table({"a": {"L4-L5": {"SCS": "?"}}}), ["a"])["any_label"] == 0
