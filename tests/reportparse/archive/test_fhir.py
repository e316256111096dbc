import base64
import json
from pathlib import Path
from typing import Any

import pytest

from reportparse.archive.fhir import read_fhir
from reportparse.archive.open import open_archive
from reportparse.archive.record import ColumnError, FileFault, Record


def attachment(text: str, kind: str = "text/plain") -> dict[str, str]:
    return {"contentType": kind, "data": base64.b64encode(text.encode()).decode()}


def report(**members: Any) -> dict[str, Any]:
    return {"resourceType": "DiagnosticReport", "id": "r1", "status": "final"} | members


def read(tmp_path: Path, content: object, name: str = "a.json", id_column: str | None = None) -> list[Record]:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return list(read_fhir(path, None, id_column))


def test_attached_text_is_read(tmp_path: Path) -> None:
    (record,) = read(tmp_path, report(presentedForm=[attachment("L4-5: ≥ mild\nL5-S1: none")]))
    assert record == (1, "r1", "L4-5: ≥ mild\nL5-S1: none", None, ())


def test_attached_html_is_stripped_and_plain_text_goes_before_it(tmp_path: Path) -> None:
    both = [attachment("<p>html</p>", "text/html; charset=utf-8"), attachment("plain")]
    assert read(tmp_path, report(presentedForm=both))[0].text == "plain"
    assert read(tmp_path, report(presentedForm=both[:1]))[0].text == "html"


def test_a_windows_1252_attachment_is_decoded(tmp_path: Path) -> None:
    form = {"contentType": "text/plain", "data": base64.b64encode("5 mm – mild".encode("cp1252")).decode()}
    assert read(tmp_path, report(presentedForm=[form]))[0].text == "5 mm – mild"


def test_the_narrative_and_the_conclusion_are_read(tmp_path: Path) -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>L4-5: mild.</p></div>'
    (record,) = read(tmp_path, report(text={"status": "generated", "div": div}, conclusion="Severe at L5-S1."))
    assert record.text == "L4-5: mild.\n\nIMPRESSION:\nSevere at L5-S1."
    assert read(tmp_path, report(conclusion="Normal."))[0].text == "IMPRESSION:\nNormal."


def test_a_conclusion_that_the_text_has_is_not_repeated(tmp_path: Path) -> None:
    members = {
        "presentedForm": [attachment("IMPRESSION: Severe\n canal stenosis.")],
        "conclusion": "severe canal stenosis.",
    }
    assert read(tmp_path, report(**members))[0].text == "IMPRESSION: Severe\n canal stenosis."


def test_the_accession_number_is_the_study_id(tmp_path: Path) -> None:
    accession = {"type": {"coding": [{"system": "http://x", "code": "ACSN"}]}, "value": "A7"}
    resource = report(identifier=[{"value": "first"}, accession], conclusion="x")
    assert read(tmp_path, resource)[0].study_id == "A7"
    assert read(tmp_path, resource, id_column="identifier")[0].study_id == "first"
    assert read(tmp_path, resource, id_column="id")[0].study_id == "r1"
    assert read(tmp_path, report(conclusion="x", identifier=[{"value": "first"}]))[0].study_id == "first"
    assert read(tmp_path, report(conclusion="x"), id_column="accession")[0].refusal == "no study id"


def test_a_bundle_gives_its_reports_and_passes_over_the_rest(tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "p", "name": [{"family": "SENTINEL"}]}},
            {"fullUrl": "u", "resource": report(id="a", conclusion="x")},
            {"fullUrl": "u"},
            {"resource": report(id="b", conclusion="y")},
        ],
    }
    assert [record.study_id for record in read(tmp_path, bundle)] == ["a", "b"]
    lines = "\n".join(json.dumps(item) for item in (bundle, report(id="c", conclusion="z")))
    assert [record.study_id for record in read(tmp_path, lines, "a.ndjson")] == ["a", "b", "c"]
    assert [record.study_id for record in read(tmp_path, [report(id="d", conclusion="z")])] == ["d"]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"status": "entered-in-error", "conclusion": "x"}, "the status is entered-in-error"),
        ({}, "no text: neither presentedForm nor text nor conclusion"),
        ({"presentedForm": [{"contentType": "application/pdf", "data": "JVBERi0="}]}, "the attachment is not text"),
        ({"presentedForm": [{"contentType": "text/plain", "data": "%%%"}]}, "base64 is broken"),
        ({"presentedForm": [{"url": "http://SENTINEL/1"}]}, "attached as a link, which is not followed"),
        ({"presentedForm": "SENTINEL", "text": 5, "conclusion": ["SENTINEL"], "identifier": {}}, "no text"),
    ],
)
def test_a_report_without_readable_text_is_refused(tmp_path: Path, members: dict[str, Any], reason: str) -> None:
    (record,) = read(tmp_path, report(**members))
    assert (record.study_id, record.text) == ("r1", None)
    assert reason in (record.refusal or "")
    assert "SENTINEL" not in (record.refusal or "")


def test_a_preliminary_report_is_remarked(tmp_path: Path) -> None:
    assert read(tmp_path, report(status="preliminary", conclusion="x"))[0].remarks == ("preliminary report",)


def test_a_cut_bundle_keeps_the_reports_before_the_cut(tmp_path: Path) -> None:
    entries = [{"resource": report(id=f"r{i}", conclusion="x")} for i in range(5)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "entry": entries})[:-40])
    records = list(open_archive(path))
    assert [record.study_id for record in records] == ["r0", "r1", "r2", "r3", ""]
    assert "cut off" in (records[-1].refusal or "")


def test_a_file_of_other_resources_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="no DiagnosticReport"):
        read(tmp_path, {"resourceType": "Patient"})


def test_wrong_columns_are_answered(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="accession, identifier, id"):
        read(tmp_path, report(), id_column="mrn")
    with pytest.raises(ColumnError, match="presentedForm"):
        list(read_fhir(tmp_path / "a.json", "text"))
