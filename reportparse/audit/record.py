"""The audit as plain data: what ``metrics.json`` holds.

Its keys are stable. A figure is ``{"value", "low", "high", "n"}``: the value, its 95 % interval, and the number of
slots (or reports) under it; null where there is nothing to measure. The figures are ``slot_f1, precision, recall,
grade_accuracy, exact_agreement, kappa, spurious_per_100, missed_per_100, coverage, reports_exact``.

    {"schema": "lumbar-audit/1", "reports", "resamples", "seed", "labels", "gold",
     "overall": {FIGURE: {...}, "confusion": [[...]]},
     "task": {"SCS": {FIGURE: {...}, "confusion"}}, "level": {"L4-L5": {...}}, "level_task": {"L4-L5 SCS": {...}},
     "stratum": {NAME: {...}}, "strata_column",
     "grade": {"0": {"precision", "recall", "f1"}, ..., "no grade": {...}},
     "rule": {RULE: {"n", "right", "precision": {...}}},
     "coverage": {"labels": {FACT: {...}}, "gold": {FACT: {...}}}, FACT as in COVERAGE_FACTS, those that can be known,
     "categories": [names of the confusion matrices' rows (gold) and columns (labels)],
     "wrong_slots": {"missed": n, "spurious": n, "wrong grade": n, "wrong range": n}, "notes": [...]}
"""

import json
import math
from collections import Counter
from typing import NamedTuple

from reportparse.audit.audit import Audit
from reportparse.audit.metrics import Estimate
from reportparse.audit.scores import GroupScore
from reportparse.audit.slots import CATEGORIES
from reportparse.audit.wrong_slots import Kind

SCHEMA = "lumbar-audit/1"


class Provenance(NamedTuple):
    """Where an audit's figures come from: file names without folders, the seed, the column of the strata."""

    labels: str
    gold: str
    seed: int
    strata_column: str | None = None


def to_record(audit: Audit, provenance: Provenance) -> dict[str, object]:
    """The audit as JSON values, keys as in the module's docstring."""
    kinds = Counter(wrong.kind for wrong in audit.wrong)
    return {
        "schema": SCHEMA,
        "labels": provenance.labels,
        "gold": provenance.gold,
        "reports": audit.n_reports,
        "resamples": audit.n_resamples,
        "seed": provenance.seed,
        "interval": "95 % percentile bootstrap, whole reports drawn",
        "overall": _to_group(audit.whole),
        "task": {group.name: _to_group(group) for group in audit.tasks},
        "level": {group.name: _to_group(group) for group in audit.levels},
        "level_task": {group.name: _to_group(group) for group in audit.cells},
        "strata_column": provenance.strata_column,
        "stratum": {group.name: _to_group(group) for group in audit.strata},
        "grade": {
            g.name: {"precision": _to_figure(g.precision), "recall": _to_figure(g.recall), "f1": _to_figure(g.f1)}
            for g in audit.grades
        },
        "rule": {r.rule: {"n": r.n, "right": r.right, "precision": _to_figure(r.precision)} for r in audit.rules},
        "coverage": {
            "labels": {name: _to_figure(figure) for name, figure in audit.coverage.items()},
            "gold": {name: _to_figure(figure) for name, figure in audit.gold_coverage.items()},
        },
        "categories": list(CATEGORIES),
        "wrong_slots": {kind.value: kinds[kind] for kind in Kind},
        "notes": list(audit.notes),
    }


def to_json(record: dict[str, object]) -> str:
    """A record as the text of ``metrics.json``."""
    return json.dumps(record, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _to_group(group: GroupScore) -> dict[str, object]:
    figures = {name: _to_figure(figure) for name, figure in group.estimates.items()}
    return {**figures, "confusion": group.confusion.tolist()}


def _to_figure(estimate: Estimate) -> dict[str, float | int | None]:
    value, low, high = (None if math.isnan(x) else round(x, 6) for x in (estimate.value, estimate.low, estimate.high))
    return {"value": value, "low": low, "high": high, "n": estimate.n}
