"""The gate: bounds that are met, missed, unknown and out of range."""

import math

import pytest

from reportparse.audit.gate import describe_miss, GATE_METRICS, is_met, parse_requirement, Requirement, RequirementError
from reportparse.audit.metrics import Estimate


def estimates(**values: float) -> dict[str, Estimate]:
    return {name: Estimate(value, 0, 1, 10) for name, value in values.items()}


@pytest.mark.parametrize(
    "text, value, met",
    [
        ("slot_f1=0.97", 0.97, True),
        ("slot_f1=0.97", 0.9699, False),
        ("kappa = -0.5", 0.1, True),
        ("spurious_per_100=2", 1.5, True),
        ("spurious_per_100=2", 2.5, False),
        ("missed_per_100=50", 60, False),
        ("slot_f1=0", math.nan, False),
        ("spurious_per_100=100", math.nan, False),
    ],
)
def test_bounds(text, value, met) -> None:
    requirement = parse_requirement(text)
    assert is_met(requirement, estimates(**{requirement.metric: value})) is met


@pytest.mark.parametrize("text", ["slot_f1", "slot_f1=", "slot_f1=high", "slot_f1=97", "kappa=-2", "recall=nan", "=1"])
def test_what_is_no_requirement(text) -> None:
    with pytest.raises(RequirementError):
        parse_requirement(text)


def test_an_unknown_metric_names_the_nearest_and_all() -> None:
    with pytest.raises(RequirementError, match="did you mean slot_f1") as error:
        parse_requirement("slot_fl=0.9")
    assert all(name in str(error.value) for name in GATE_METRICS)


def test_a_miss_in_one_line() -> None:
    found = estimates(slot_f1=0.9, spurious_per_100=3.25, kappa=math.nan)
    assert describe_miss(Requirement("slot_f1", 0.97), found) == "gate: slot_f1 is 0.9000, required at least 0.97"
    assert describe_miss(Requirement("spurious_per_100", 2), found).endswith("is 3.2500, required at most 2")
    assert "has nothing to measure" in describe_miss(Requirement("kappa", 0.5), found)
