"""DICOM structured reports (SR): the text items of the content tree."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from reportparse.archive.record import ColumnError, FileFault, Record, refuse, to_record

ID_KEYWORDS = ("AccessionNumber", "StudyInstanceUID", "StudyID", "SOPInstanceUID", "PatientID")
MAX_BYTES = 1 << 26

_NOT_CONTENT = ("HAS OBS CONTEXT", "HAS ACQ CONTEXT", "HAS CONCEPT MOD")


def read_dicom_sr(path: Path, text_column: str | None = None, id_column: str | None = None) -> Iterator[Record]:
    """The one record of a DICOM SR file.

    The text is the TEXT items in the order of the tree, each section (``Findings:``) headed by its concept name. The
    study id is AccessionNumber (0008,0050), else StudyInstanceUID (0020,000D); ``id_column`` may name another keyword.
    """
    if text_column is not None:
        raise ColumnError("a DICOM SR has no --text-column; its text is in ContentSequence (0040,A730)")
    if id_column not in (None, *ID_KEYWORDS):
        raise ColumnError(f"no id {id_column!r} in a DICOM SR; the columns are {', '.join(ID_KEYWORDS)}")
    if path.stat().st_size > MAX_BYTES:
        yield refuse(1, "", f"a DICOM file of more than {MAX_BYTES >> 20} MiB is no report")
        return
    content = path.read_bytes()
    with quiet_pydicom():
        try:
            record = _read(content, (id_column,) if id_column else ID_KEYWORDS[:2])
        except Exception:
            raise FileFault("the DICOM file cannot be read; it is cut off or damaged") from None
    yield record


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """A block in which pydicom neither warns nor logs: it quotes the values it finds wrong, names among them."""
    logger = logging.getLogger("pydicom")
    was_disabled = logger.disabled
    logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = was_disabled


def _read(content: bytes, id_keywords: tuple[str, ...]) -> Record:
    import pydicom

    dataset = pydicom.dcmread(BytesIO(content), stop_before_pixels=True)
    study_id = next((str(dataset.get(k)) for k in id_keywords if str(dataset.get(k) or "").strip()), None)
    modality = str(dataset.get("Modality") or "")
    if "ContentSequence" not in dataset:
        reason = "a DICOM SR without ContentSequence (0040,A730)" if modality == "SR" else "a DICOM file that is no SR"
        return to_record(1, study_id, None)._replace(refusal=reason)
    _check_whole(dataset.get_item("ContentSequence"))
    text = _tree_text(dataset)
    if not text.strip():
        return to_record(1, study_id, None)._replace(refusal="no TEXT item in the content tree")
    is_preliminary = str(dataset.get("PreliminaryFlag") or "") == "PRELIMINARY"
    return to_record(1, study_id, text, ("preliminary report",) if is_preliminary else ())


def _check_whole(element: Any) -> None:
    """FileFault for an element shorter than its length says: pydicom reads a file cut off in a text without a word."""
    content = element.value if isinstance(element.value, bytes) else None
    if content is not None and len(content) < element.length:
        raise FileFault("the file ends inside ContentSequence (0040,A730)")


def _tree_text(dataset: Any) -> str:
    """The TEXT values below a dataset, depth first, a heading line where the section or the concept changes."""
    parts: list[str] = []
    headed = ""
    stack = [("", item) for item in reversed(dataset.ContentSequence)]
    while stack:
        section, item = stack.pop()
        if item.get("RelationshipType") in _NOT_CONTENT:
            continue
        concept = _concept_name(item)
        if item.get("ValueType") == "TEXT" and item.get("TextValue"):
            heading = concept or section
            if heading and heading != headed:
                parts.append(f"{heading}:")
            headed = heading
            parts.append(str(item.TextValue).replace("\r\n", "\n").replace("\r", "\n").strip("\n"))
        section = concept if item.get("ValueType") == "CONTAINER" and concept else section
        stack.extend((section, child) for child in reversed(item.get("ContentSequence") or []))
    return "\n".join(parts)


def _concept_name(item: Any) -> str:
    names = item.get("ConceptNameCodeSequence")
    return str(names[0].get("CodeMeaning") or "").strip() if names else ""
