import warnings
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import BasicTextSRStorage, ExplicitVRLittleEndian, generate_uid

from reportparse.archive.dicom_sr import read_dicom_sr
from reportparse.archive.open import open_archive
from reportparse.archive.record import ColumnError, FileFault, Record


def item(kind: str, concept: str = "", relation: str = "CONTAINS", **members: Any) -> Dataset:
    dataset = Dataset()
    dataset.RelationshipType = relation
    dataset.ValueType = kind
    if concept:
        name = Dataset()
        name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = "1", "DCM", concept
        dataset.ConceptNameCodeSequence = [name]
    for keyword, value in members.items():
        setattr(dataset, keyword, value)
    return dataset


def write(path: Path, content: list[Dataset] | None, **members: Any) -> Path:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = BasicTextSRStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID, dataset.SOPInstanceUID = BasicTextSRStorage, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.AccessionNumber = "1.2.3", "A1"
    dataset.PatientName, dataset.PatientID, dataset.Modality = "SENTINEL^NAME", "MRNSENTINEL", "SR"
    if content is not None:
        dataset.ContentSequence = content
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword, value in members.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path, enforce_file_format=True)
    return path


def tree() -> list[Dataset]:
    findings = [item("TEXT", "Finding", TextValue="L3-4: normal."), item("TEXT", "Finding", TextValue="L4-5: mild.")]
    return [
        item("TEXT", "Observer", "HAS OBS CONTEXT", TextValue="SENTINEL"),
        item("CONTAINER", "Findings", ContentSequence=findings),
        item("CONTAINER", "Impressions", ContentSequence=[item("TEXT", TextValue="Mild\r\nstenosis.")]),
        item("CODE", "x"),
    ]


def read(path: Path, id_column: str | None = None) -> Record:
    (record,) = read_dicom_sr(path, None, id_column)
    return record


def test_text_items_are_read_in_order_under_their_headings(tmp_path: Path) -> None:
    record = read(write(tmp_path / "a.dcm", tree()))
    assert record.study_id == "A1"
    assert record.text == "Finding:\nL3-4: normal.\nL4-5: mild.\nImpressions:\nMild\nstenosis."


def test_the_id_falls_back_to_the_study_uid_and_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", tree(), AccessionNumber="")
    assert read(path).study_id == "1.2.3"
    assert read(path, "StudyInstanceUID").study_id == "1.2.3"
    assert read(path, "AccessionNumber").refusal == "no study id"
    with pytest.raises(ColumnError, match="the columns are AccessionNumber"):
        read(path, "PatientName")


def test_other_dicom_files_and_empty_trees_are_refused(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.dcm", None, Modality="MR")).refusal == "a DICOM file that is no SR"
    assert "ContentSequence" in (read(write(tmp_path / "b.dcm", None)).refusal or "")
    assert read(write(tmp_path / "c.dcm", [item("CODE", "x")])).refusal == "no TEXT item in the content tree"


def test_text_in_another_character_set_is_decoded(tmp_path: Path) -> None:
    content = [item("TEXT", "Findings", TextValue="naïve ≥")]
    path = write(tmp_path / "a.dcm", content, SpecificCharacterSet="ISO_IR 192")
    assert read(path).text == "Findings:\nnaïve ≥"


def test_a_cut_file_is_refused_at_every_length(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.dcm", tree()).read_bytes()
    text = read(tmp_path / "a.dcm").text
    for length in range(0, len(whole), 3):
        path = tmp_path / "cut.dcm"
        path.write_bytes(whole[:length])
        try:
            record = read(path)
        except FileFault:
            continue
        assert record.text in (None, text), length


def test_nothing_of_a_patient_is_warned_of_or_raised(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    recwarn: pytest.WarningsRecorder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = write(tmp_path / "a.dcm", tree(), StudyInstanceUID="SENTINEL not a uid", PatientBirthDate="SENTINEL")
    caplog.clear()
    read(path, "StudyInstanceUID")
    path.write_bytes(path.read_bytes().replace(b"CONTAINS", b"CONT\xff\x00\x01\x02"))
    read(path)
    output = capsys.readouterr()
    assert "SENTINEL" not in output.out + output.err + caplog.text + "".join(str(w.message) for w in recwarn)


def test_a_deep_tree_does_not_crash(tmp_path: Path) -> None:
    content = item("TEXT", "Findings", TextValue="deep")
    for _ in range(60):
        content = item("CONTAINER", "Section", ContentSequence=[content])
    assert read(write(tmp_path / "a.dcm", [content])).text == "Findings:\ndeep"


@pytest.mark.parametrize("content", [b"", b"x" * 200, b"\0" * 128 + b"DICM", b"\0" * 128 + b"DICM" + b"\xff" * 400])
def test_what_is_no_dicom_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(content)
    (record,) = open_archive(path)
    assert record.text is None
    assert record.refusal
