"""FHIR DiagnosticReport archives: one resource, a Bundle, a JSON array, or lines of resources (NDJSON)."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from reportparse.archive.encoding import decode, sniff_codec
from reportparse.archive.html_text import html_to_text
from reportparse.archive.json_stream import stream_items
from reportparse.archive.jsonl import json_lines
from reportparse.archive.record import ColumnError, FileFault, Record, refuse, to_record

_UNUSABLE = ("entered-in-error", "cancelled", "registered")
_PRELIMINARY = ("partial", "preliminary")
_PLAIN = ("text/plain", "text/markdown")
_HTML = ("text/html", "text/xhtml", "application/xhtml+xml")
_ID_NAMES = ("accession", "identifier", "id")


def read_fhir(path: Path, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The records of a FHIR file, one per DiagnosticReport; resources of other types are passed over.

    The study id is the identifier of type ACSN (accession), else the first identifier, else the resource's ``id``;
    ``id_column`` may be ``accession``, ``identifier`` or ``id`` to take only that one.
    """
    if text_column is not None:
        raise ColumnError("a DiagnosticReport has no --text-column: text is read from presentedForm, text, conclusion")
    if id_column not in (None, *_ID_NAMES):
        raise ColumnError(f"no id {id_column!r} in a DiagnosticReport; the columns are {', '.join(_ID_NAMES)}")
    is_lines = path.name.lower().removesuffix(".gz").endswith((".ndjson", ".jsonl"))
    items = (item for item, _ in json_lines(path)) if is_lines else stream_items(path)
    row = 0
    for row, resource in enumerate(_reports(items), 1):
        yield _read_report(row, resource, id_column)
    if row == 0:
        raise FileFault("no DiagnosticReport in the file")


def _reports(items: Iterable[object]) -> Iterator[dict[str, object] | None]:
    """The DiagnosticReports among resources and entries, None for what is no JSON object."""
    for item in items:
        if not isinstance(item, dict):
            yield None
        elif item.get("resourceType") == "DiagnosticReport":
            yield item
        elif item.get("resourceType") == "Bundle":
            yield from _reports(_objects(item.get("entry")))
        elif isinstance(resource := item.get("resource"), dict):
            yield from _reports([resource])


def _read_report(row: int, resource: dict[str, object] | None, id_name: str | None) -> Record:
    if resource is None:
        return refuse(row, "", "not a JSON object, or cut off")
    study_id = _study_id(resource, id_name)
    if resource.get("status") in _UNUSABLE:
        return to_record(row, study_id, None)._replace(refusal=f"the status is {resource['status']}")
    text = _report_text(resource)
    if not text.strip():
        return to_record(row, study_id, None)._replace(refusal=_why_no_text(resource))
    return to_record(row, study_id, text, ("preliminary report",) if resource.get("status") in _PRELIMINARY else ())


def _study_id(resource: dict[str, object], id_name: str | None) -> object:
    identifiers = _objects(resource.get("identifier"))
    accession = [i.get("value") for i in identifiers if _is_accession(i)]
    found = {
        "accession": accession[:1],
        "identifier": [i.get("value") for i in identifiers][:1],
        "id": [resource.get("id")],
    }
    return next((value for name in _ID_NAMES if id_name in (None, name) for value in found[name] if value), None)


def _is_accession(identifier: dict[str, object]) -> bool:
    kind = identifier.get("type")
    codings = _objects(kind.get("coding")) if isinstance(kind, dict) else []
    return any(coding.get("code") == "ACSN" for coding in codings)


def _report_text(resource: dict[str, object]) -> str:
    """The attached plain text, else HTML, else the narrative; then the conclusion where it is not in them."""
    narrative = resource.get("text")
    div = narrative.get("div") if isinstance(narrative, dict) else None
    forms = _objects(resource.get("presentedForm"))
    text = (
        _attached_text(forms, _PLAIN)
        or html_to_text(_attached_text(forms, _HTML))
        or (html_to_text(div) if isinstance(div, str) else "")
    )
    conclusion = resource.get("conclusion")
    if not isinstance(conclusion, str) or not conclusion.strip() or _words(conclusion) in _words(text):
        return text
    return f"{text}\n\nIMPRESSION:\n{conclusion}" if text else f"IMPRESSION:\n{conclusion}"


def _attached_text(forms: Iterable[dict[str, object]], kinds: tuple[str, ...]) -> str:
    """The attachments of these types that are in the resource itself, one after the other."""
    return "\n\n".join(text for form in forms if _content_type(form) in kinds and (text := _decoded(form.get("data"))))


def _content_type(form: dict[str, object]) -> str:
    return str(form.get("contentType") or _PLAIN[0]).partition(";")[0].strip().lower()


def _decoded(data: object) -> str:
    """The text of base64 data; empty where it is none."""
    if not isinstance(data, str):
        return ""
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    codec = sniff_codec(content)
    return decode(content)[0] if codec == "utf-8" else content.decode(codec, "replace")


def _why_no_text(resource: dict[str, object]) -> str:
    forms = _objects(resource.get("presentedForm"))
    if any(form.get("data") for form in forms):
        return "the attachment is not text, or its base64 is broken"
    if any(form.get("url") for form in forms):
        return "the report is attached as a link, which is not followed"
    return "no text: neither presentedForm nor text nor conclusion"


def _objects(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
