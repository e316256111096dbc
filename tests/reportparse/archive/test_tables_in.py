"""Parquet and Excel."""

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reportparse.archive.open import open_archive
from reportparse.archive.parquet import read_parquet
from reportparse.archive.record import ColumnError, RECODED_REMARK, Record
from reportparse.archive.xlsx import read_xlsx


def taken(records: list[Record]) -> dict[str, str]:
    return {record.study_id: record.text for record in records if record.text is not None}


def write_parquet(path: Path, ids: Any, texts: Any, rows_in_group: int = 1000) -> Path:
    table = pa.table({"site": pa.array(["s"] * len(ids)), "study_id": ids, "text": texts})
    pq.write_table(table, path, row_group_size=rows_in_group, compression="none", use_dictionary=False)
    return path


def test_parquet_rows_are_read_with_nulls_refused(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", pa.array([1, 2, None, 4]), pa.array(["a\nb", None, "c", ""]), 3)
    records = list(read_parquet(path))
    assert taken(records) == {"1": "a\nb"}
    assert [record.refusal for record in records] == [None, "no text (null)", "no study id", "empty text"]
    assert [record.row for record in records] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.binary(), pa.string_view()]
)
def test_any_type_of_string_is_read(tmp_path: Path, kind: Any) -> None:
    path = write_parquet(tmp_path / "a.parquet", pa.array(["S1"]), pa.array(["a"], pa.string()).cast(kind))
    assert taken(list(read_parquet(path))) == {"S1": "a"}


def test_parquet_text_that_is_not_utf_8_is_read_as_windows_1252(tmp_path: Path) -> None:
    wrong = pa.array([b"mild \x96 L4", b"b"]).view(pa.string())
    records = list(read_parquet(write_parquet(tmp_path / "a.parquet", pa.array(["S1", "S2"]), wrong)))
    assert taken(records) == {"S1": "mild – L4", "S2": "b"}
    assert records[0].remarks == (RECODED_REMARK,)


def test_a_damaged_row_group_costs_its_rows(tmp_path: Path) -> None:
    texts = [f"text number {i} of the archive" for i in range(300)]
    path = write_parquet(tmp_path / "a.parquet", pa.array([f"S{i}" for i in range(300)]), pa.array(texts), 100)
    content = bytearray(path.read_bytes())
    offset = pq.ParquetFile(path).metadata.row_group(1).column(2).data_page_offset
    content[offset : offset + 60] = b"\xff" * 60
    path.write_bytes(content)
    records = list(read_parquet(path))
    assert taken(records) == {f"S{i}": text for i, text in enumerate(texts) if not 100 <= i < 200}
    assert records[100] == (101, "", None, "the file is damaged: rows 101 to 200 cannot be read", ())
    assert records[101].row == 201


def test_a_cut_parquet_file_is_one_refusal(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", pa.array(["S1"]), pa.array(["a"]))
    path.write_bytes(path.read_bytes()[:-5])
    (record,) = open_archive(path)
    assert "footer is missing" in (record.refusal or "")


def test_a_wrong_parquet_column_is_answered(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", pa.array(["S1"]), pa.array(["a"]))
    with pytest.raises(ColumnError, match="the columns are site, study_id, text"):
        list(read_parquet(path, text_column="body"))


def write_xlsx(path: Path, *sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_excel_rows_are_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Accession", "Date", "Report"],
        [12, datetime.date(2020, 1, 1), "a\nb"],
        [13.0, None, "c_x000D_d"],
        [None, None, None],
        ["S4", None, None],
        ["S5"],
        ["S6", None, 7],
    ]
    records = list(read_xlsx(write_xlsx(tmp_path / "a.xlsx", rows)))
    assert taken(records) == {"12": "a\nb", "13": "c\rd"}
    assert [record.refusal for record in records[2:]] == [
        "no text (null)",
        "no text (null)",
        "the text is of type int, not words",
    ]


def test_the_sheet_with_the_columns_is_found(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx", [["about"], ["x"]], [["id", "text"], ["S1", "a"]], [["nr", "body"], [2, "b"]]
    )
    assert taken(list(read_xlsx(path))) == {"S1": "a"}
    assert taken(list(read_xlsx(path, "body", "nr"))) == {"2": "b"}
    with pytest.raises(ColumnError, match="the columns are about"):
        list(read_xlsx(path, "nowhere"))


def test_a_cut_workbook_is_one_refusal(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["id", "text"], ["S1", "a"]])
    whole = path.read_bytes()
    for length in (len(whole) // 2, len(whole) - 10, 100):
        path.write_bytes(whole[:length])
        (record,) = open_archive(path)
        assert "workbook" in (record.refusal or "")


def test_a_damaged_sheet_keeps_the_rows_before(tmp_path: Path) -> None:
    import zipfile

    path = write_xlsx(tmp_path / "a.xlsx", [["id", "text"], ["S1", "a"], ["S2", "b"]])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name in members if name.endswith("sheet1.xml"))
    members[sheet] = members[sheet][: members[sheet].index(b"</row>", members[sheet].index(b'r="2"')) + 12]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    records = list(open_archive(path))
    assert taken(records) == {"S1": "a"}
    assert "damaged" in (records[-1].refusal or "")


def test_an_old_or_locked_workbook_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    (record,) = open_archive(path)
    assert "save it as .xlsx" in (record.refusal or "")
