"""The parser on the reports written for the project: none of them may get worse."""

import json
from pathlib import Path

import numpy as np
import pytest

from reportparse.audit.audit import audit
from reportparse.audit.gold import read_gold
from reportparse.label_table import to_label_table
from reportparse.pipeline import ReportParser

GOLD = Path(__file__).parents[1] / "gold"
LOWEST_F1 = {"demo": 1.0, "e": 0.99, "b": 0.98, "f": 0.97, "g": 0.93, "h": 0.93, "k": 0.97}


@pytest.mark.parametrize("name", sorted(LOWEST_F1))
def test_slot_f1_stays_where_it_is(name: str) -> None:
    path = GOLD / f"{name}.jsonl"
    reports = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    parser = ReportParser()
    table = to_label_table((report["id"], parser.parse(report["text"])) for report in reports)
    found = audit(read_gold(path), table, np.random.default_rng(0), resamples=10)
    assert found.whole.estimates["slot_f1"].value >= LOWEST_F1[name]
