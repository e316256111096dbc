"""metrics.json: keys that stay, and JSON where there is nothing to measure."""

import json

import numpy as np

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.audit.audit import audit
from reportparse.audit.gate import GATE_METRICS
from reportparse.audit.record import Provenance, to_json, to_record


def test_keys_and_nulls(make_gold, make_table) -> None:
    labels = {"a": {"L4-L5": {"SCS": "2"}}}
    found = audit(make_gold(labels), make_table(labels, rule="r"), np.random.default_rng(0), 10, ["north"])
    record = json.loads(to_json(to_record(found, Provenance("l.csv", "g.jsonl", 0, "site"))))
    assert record["schema"] == "lumbar-audit/1" and record["reports"] == 1 and record["strata_column"] == "site"
    assert set(record["overall"]) == {*GATE_METRICS, "confusion"}
    assert record["overall"]["slot_f1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert record["task"]["LFS"]["slot_f1"] == {"value": None, "low": None, "high": None, "n": 0}
    assert list(record["task"]) == list(TASKS) and list(record["level"]) == list(LEVELS)
    assert record["level_task"]["L4-L5 SCS"]["kappa"]["value"] == 1.0
    assert list(record["stratum"]) == ["north"]
    assert record["rule"]["r"]["right"] == 1 and set(record["grade"]["2"]) == {"precision", "recall", "f1"}
    assert record["coverage"]["labels"]["any_label"]["n"] == 1
    assert len(record["categories"]) == len(record["overall"]["confusion"]) == 6
