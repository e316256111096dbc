"""What ``lumbar audit`` and ``lumbar demo`` run: files in, an audit out, files written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lumbar.pages.audit_page import to_audit_page
from lumbar.pages.error_browser import to_wrong_reports, WrongReport
from reportparse.audit.audit import Audit, audit
from reportparse.audit.gold import read_gold
from reportparse.audit.record import Provenance, to_json, to_record
from reportparse.audit.strata import read_strata_table, to_strata
from reportparse.audit.wrong_slots import list_evidence, to_wrong_table
from reportparse.label_table import read_label_table

MAX_SLOTS_ON_PAGE = 500


@dataclass(frozen=True)
class AuditInputs:
    """The files of an audit and what to do with them.

    strata_column is a field of the gold, or of ``strata_table`` where there is one. reports is an archive whose texts
    go before those of the gold; text_column and id_column name its columns where they are not found by themselves.
    """

    labels: Path
    gold: Path
    strata_column: str | None = None
    strata_table: Path | None = None
    reports: Path | None = None
    text_column: str | None = None
    id_column: str | None = None
    resamples: int = 1000
    seed: int = 0


class Audited(NamedTuple):
    """An audit, where it comes from, and its reports with wrong slots, in the gold's order."""

    audit: Audit
    provenance: Provenance
    reports: list[WrongReport]


def audit_files(inputs: AuditInputs) -> Audited:
    """The audit of a label table file against a gold file."""
    table, gold = read_label_table(inputs.labels), read_gold(inputs.gold)
    strata = None
    if inputs.strata_column is not None:
        beside = read_strata_table(inputs.strata_table) if inputs.strata_table else None
        strata = to_strata(gold, inputs.strata_column, beside)
    found = audit(gold, table, np.random.default_rng(inputs.seed), inputs.resamples, strata)
    provenance = Provenance(inputs.labels.name, inputs.gold.name, inputs.seed, inputs.strata_column)
    studies = {slot.study_id for slot in found.wrong}
    texts = {**gold.texts, **_read_texts(inputs, studies)}
    return Audited(found, provenance, to_wrong_reports(found.wrong, texts, list_evidence(table, studies)))


def write_audit(audited: Audited, folder: Path, with_text: bool = True) -> None:
    """Write ``metrics.json``, ``wrong_slots.tsv`` and ``audit.html`` into the folder, made where there is none.

    The page holds the text of the reports with wrong slots unless ``with_text`` is false; the others hold none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = to_record(audited.audit, audited.provenance)
    _write(folder / "metrics.json", to_json(record))
    _write(
        folder / "wrong_slots.tsv",
        to_wrong_table(audited.audit.wrong).to_csv(sep="\t", index=False, lineterminator="\n"),
    )
    reports = _first_reports(audited.reports, MAX_SLOTS_ON_PAGE)
    if not with_text:
        reports = [report._replace(text=None) for report in reports]
    _write(folder / "audit.html", to_audit_page(audited.audit, audited.provenance, reports, with_text))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _first_reports(reports: list[WrongReport], max_slots: int) -> list[WrongReport]:
    """The first reports that have no more than so many wrong slots between them, one at least."""
    shown: list[WrongReport] = []
    slots = 0
    for report in reports:
        slots += len(report.wrong)
        if shown and slots > max_slots:
            break
        shown.append(report)
    return shown


def _read_texts(inputs: AuditInputs, studies: Collection[str]) -> Mapping[str, str]:
    """The texts of some studies in the archive of reports, none where no archive is named."""
    if inputs.reports is None:
        return {}
    from reportparse.archive.open import open_archive

    records = open_archive(inputs.reports, inputs.text_column, inputs.id_column)
    return {record.study_id: record.text for record in records if record.text and record.study_id in studies}
