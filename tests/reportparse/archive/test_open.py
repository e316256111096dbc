"""Choosing a reader, folders, and duplicates."""

import json
from pathlib import Path

import pytest

from reportparse.archive import seen
from reportparse.archive.folder import walk
from reportparse.archive.open import open_archive
from reportparse.archive.record import ArchiveError, ColumnError, RECODED_REMARK, Record, to_record
from reportparse.archive.seen import refuse_duplicates

HL7 = "MSH|^~\\&|R|H|X|Y|1||ORU^R01|M1|P|2.3\rOBR|1|P1|A1\rOBX|1|TX|A||hl7||||||F\r"
FHIR = {"resourceType": "DiagnosticReport", "id": "F1", "conclusion": "fhir"}


def taken(records: list[Record]) -> dict[str, str]:
    return {record.study_id: record.text for record in records if record.text is not None}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "id,text\nS1,csv\n", {"S1": "csv"}),
        ("A.CSV", "id,text\nS1,csv\n", {"S1": "csv"}),
        ("a.tsv", "id\ttext\nS1\ttsv\n", {"S1": "tsv"}),
        ("a.jsonl", '{"id": "S1", "text": "jsonl"}\n', {"S1": "jsonl"}),
        ("a.json", '[{"id": "S1", "text": "json"}]', {"S1": "json"}),
        ("a.json", json.dumps(FHIR), {"F1": "IMPRESSION:\nfhir"}),
        ("a.ndjson", json.dumps(FHIR), {"F1": "IMPRESSION:\nfhir"}),
        ("a.hl7", HL7, {"A1": "hl7"}),
        ("messages.txt", HL7, {"A1": "hl7"}),
        ("noending", "\x0b" + HL7 + "\x1c\r", {"A1": "hl7"}),
        ("report 7.txt", "L4-5: mild.", {"report 7": "L4-5: mild."}),
    ],
)
def test_the_reader_is_chosen_by_ending_and_content(
    tmp_path: Path, name: str, content: str, expected: dict[str, str]
) -> None:
    path = tmp_path / name
    path.write_text(content, newline="")
    assert taken(list(open_archive(path))) == expected


def test_an_unknown_kind_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_text("x")
    with pytest.raises(ArchiveError, match=r"a\.docx is of no known kind; expected CSV"):
        list(open_archive(path))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.parquet", "a.xlsx", "a.hl7", "a.dcm", "a.txt"])
def test_an_empty_file_is_one_refusal(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    (record,) = open_archive(path)
    assert record.text is None
    assert record.refusal


def test_a_folder_is_read_in_order_with_each_file_by_its_kind(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    files: dict[str, str | bytes] = {
        "b.txt": "b",
        "a.txt": "a",
        "sub/c.txt": "c",
        ".hidden.txt": "no",
        "z.txt": "  \n",
        "f.json": json.dumps(FHIR),
        "t.csv": "id,text\nS1,csv\n",
        "m.hl7": HL7,
        "x.md": "# SENTINEL",
        "w.txt": "mild \x96 L4".encode("latin-1"),
        "u.txt": "utf-16 ≥".encode("utf-16"),
        "big.txt": "x" * 4_000_001,
        "bin.txt": bytes(range(1, 32)) * 100,
        "n.csv": "name,value\nSENTINEL,1\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    records = list(open_archive(tmp_path))
    assert taken(records) == {
        "a": "a", "b": "b", "F1": "IMPRESSION:\nfhir", "sub/c": "c", "S1": "csv", "A1": "hl7", "w": "mild – L4",
        "u": "utf-16 ≥",
    }  # fmt: skip
    assert [record.row for record in records] == list(range(1, len(records) + 1))
    reasons = {record.study_id: record.refusal for record in records if record.refusal}
    assert reasons["z"] == "empty text"
    assert reasons["bin"] == "the file holds binary data, not text"
    assert "4000001 bytes" in (reasons["big"] or "")
    assert next(record for record in records if record.study_id == "w").remarks == (RECODED_REMARK,)
    assert "SENTINEL" not in str([r for r in records if r.refusal])


def test_messages_in_several_files_are_one_stream(tmp_path: Path) -> None:
    (tmp_path / "2.hl7").write_text(HL7.replace("||hl7|", "||second|").replace("|F\r", "|C\r"), newline="")
    (tmp_path / "1.hl7").write_text(HL7, newline="")
    assert taken(list(open_archive(tmp_path))) == {"A1": "second"}


def test_a_cut_file_in_a_folder_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 cut")
    (tmp_path / "b.txt").write_text("b")
    records = list(open_archive(tmp_path))
    assert taken(records) == {"b": "b"}
    assert len(records) == 2


def test_a_wrong_column_for_a_folder_is_answered(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,text\nS1,csv\n")
    with pytest.raises(ColumnError):
        list(open_archive(tmp_path, text_column="body"))


def test_an_empty_folder_is_answered(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="holds no files"):
        list(open_archive(tmp_path))


def test_links_to_folders_and_devices_are_not_followed(tmp_path: Path) -> None:
    import os

    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe.txt")
    assert [path.name for path in walk(tmp_path)] == ["a.txt"]


def test_the_second_of_an_id_is_refused_with_the_row_of_the_first() -> None:
    records = [to_record(1, "A", ""), to_record(2, "A", "x"), to_record(3, "B", "x"), to_record(4, "A", "x")]
    records += [to_record(5, "A", "y"), to_record(6, "", "x")]
    assert [record.refusal for record in refuse_duplicates(records)] == [
        "empty text",
        None,
        None,
        "identical duplicate of row 2",
        "duplicate of row 2, with another text",
        "no study id",
    ]


def test_duplicates_are_found_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "RECENT", 500)
    ids = [str(i * 7919 % 3000) for i in range(9000)]
    first = {study_id: row for row, study_id in reversed(list(enumerate(ids, 1)))}
    for record in refuse_duplicates(to_record(row, study_id, "x") for row, study_id in enumerate(ids, 1)):
        expected = (
            None if first[record.study_id] == record.row else f"identical duplicate of row {first[record.study_id]}"
        )
        assert record.refusal == expected
