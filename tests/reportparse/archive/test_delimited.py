import csv
import gzip
import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportparse.archive.delimited import read_delimited
from reportparse.archive.record import ColumnError, FileFault, RECODED_REMARK, Record
from reportparse.archive.rows import split_rows


def read(path: Path, content: str | bytes) -> list[Record]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_delimited(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def taken(records: list[Record]) -> dict[str, str]:
    return {record.study_id: record.text for record in records if record.text is not None}


def refused(records: list[Record]) -> dict[int, str]:
    return {record.row: record.refusal for record in records if record.refusal is not None}


def test_cells_with_breaks_quotes_and_commas_are_read_untouched(path: Path) -> None:
    texts = ["L4-5: severe,\r\nL5-S1: mild", 'said "none"', "a\n\nb", "  padded  ", "a\rb"]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["study_id", "text"], *([f"S{i}", text] for i, text in enumerate(texts))])
    assert taken(read(path, buffer.getvalue())) == {f"S{i}": text for i, text in enumerate(texts)}


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1).filter(str.strip),
        max_size=6,
    )
)
def test_what_csv_writes_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "text"], *([f"S{i}", text] for i, text in enumerate(texts))])
    records = list(read_delimited(path))
    assert [record.text for record in records if record.refusal is None] == [
        text for text in texts if text.strip(" \t\r\n\f\v\ufffd")
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_the_delimiter_is_found_from_the_header(path: Path, delimiter: str) -> None:
    content = "\n".join(delimiter.join(cells) for cells in (["id", "date", "text"], ["S1", "2020", "mild"]))
    assert taken(read(path, content)) == {"S1": "mild"}


def test_excels_separator_line_is_taken(path: Path) -> None:
    assert taken(read(path, "sep=;\nid;text\nS1;a,b\n")) == {"S1": "a,b"}


def test_a_tsv_is_split_at_tabs(tmp_path: Path) -> None:
    assert taken(read(tmp_path / "a.tsv", "id\ttext\nS1\ta, b\n")) == {"S1": "a, b"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_may_end_in_any_way(path: Path, end: str) -> None:
    assert taken(read(path, end.join(["id,text", "S1,a", "S2,b"]))) == {"S1": "a", "S2": "b"}


def test_rows_of_another_width_are_refused_and_the_others_read(path: Path) -> None:
    records = read(path, "id,text,site\nS1,a,x\nS2,b, c,x\nS3\nS4,d,x\nS5,e,x,,\n,,\n\nS6,f,x\n")
    assert taken(records) == {"S1": "a", "S4": "d", "S5": "e", "S6": "f"}
    assert refused(records) == {
        2: "the row has 4 cells where the header has 3",
        3: "the row has 1 cells where the header has 3",
    }
    assert [record.row for record in records] == [1, 2, 3, 4, 5, 6]


def test_a_stray_quote_costs_one_row(path: Path) -> None:
    rows = [f"S{i},text {i}" for i in range(20)]
    rows[5] = 'S5,"never closed'
    rows[15] = 'S15,"quoted, with a comma"'
    records = read(path, "id,text\n" + "\n".join(rows) + "\n")
    assert len(taken(records)) == 19
    assert list(refused(records)) == [6]
    assert taken(records)["S15"] == "quoted, with a comma"


def test_a_quote_in_the_middle_of_a_cell_costs_one_row(path: Path) -> None:
    records = read(path, 'id,text\nS1,a\nS2,"the "canal" is patent"\nS3,c\n')
    assert taken(records) == {"S1": "a", "S3": "c"}
    assert list(refused(records)) == [2]


def test_a_file_cut_off_inside_a_report_keeps_the_rows_before(path: Path) -> None:
    report = '"FINDINGS:\nL3-4, normal.\nL4-5: mild, canal stenosis.\nL5-S1: severe, canal stenosis.\n"\n'
    whole = "study_id,text\n" + "".join(f"S{i},{report}" for i in range(50))
    for cut in range(1, len(report)):
        records = read(path, whole[:-cut])
        assert len(taken(records)) >= 49
        assert set(taken(records)) <= {f"S{i}" for i in range(50)}
        assert all(text.startswith("FINDINGS:\nL3-4, normal.") for text in list(taken(records).values())[:49])
        assert len(refused(records)) <= 1


def test_lines_of_a_report_are_not_rows_after_a_broken_quote(path: Path) -> None:
    records = read(path, 'id,text\n1001,fine\n1002,"FINDINGS:\nL4-5: severe, canal stenosis\n1003,also fine\n')
    assert taken(records) == {"1001": "fine", "1003": "also fine"}
    assert list(refused(records)) == [2]


def test_a_windows_1252_row_is_read_with_a_remark(path: Path) -> None:
    records = read(path, "id,text\nS1,mild – L4\nS2,≥ moderate\n".encode().replace("–".encode(), b"\x96"))
    assert taken(records) == {"S1": "mild – L4", "S2": "≥ moderate"}
    assert [record.remarks for record in records] == [(RECODED_REMARK,), ()]


def test_a_report_of_five_megabytes_is_refused_and_the_next_is_read(path: Path) -> None:
    lines = "L4-5: mild canal stenosis.\n" * 200_000
    records = read(path, f'id,text\nS1,"{lines}"\nS2,{"x" * 5_000_000}\nS3,fine\n')
    assert taken(records) == {"S3": "fine"}
    assert [record.study_id for record in records] == ["S1", "S2", "S3"]
    assert all("characters" in reason for reason in refused(records).values())


def test_nul_bytes_do_not_stop_the_file(path: Path) -> None:
    assert taken(read(path, "id,text\nS1,mi\0ld\nS2,b\n")) == {"S1": "mi ld", "S2": "b"}


def test_a_gzipped_csv_is_read(tmp_path: Path) -> None:
    assert taken(read(tmp_path / "a.csv.gz", gzip.compress(b"id,text\nS1,a\n"))) == {"S1": "a"}


@pytest.mark.parametrize("content", ["", "\n\n", '"id,text\nS1,a\n'])
def test_a_file_without_a_header_is_a_fault(path: Path, content: str) -> None:
    with pytest.raises(FileFault):
        read(path, content)


def test_a_wrong_column_is_answered_with_the_columns(path: Path) -> None:
    path.write_text("id,text\nS1,a\n")
    with pytest.raises(ColumnError, match="the columns are id, text"):
        list(read_delimited(path, text_column="body"))


@pytest.mark.parametrize("line", ['a,"', 'a"b,"c', '""",', '"', 'x,"y""', '"a"",""b', 'a",,"a', 'a","""'])
def test_broken_quotes_on_every_line_take_linear_time(line: str) -> None:
    started = time.perf_counter()
    rows = sum(1 for _ in split_rows((line + "\n" for _ in range(100_000)), ","))
    assert rows >= 1
    assert time.perf_counter() - started < 5
