import json
import time
from pathlib import Path

import pytest

from reportparse.archive import encoding
from reportparse.archive.json_stream import stream_items
from reportparse.archive.jsonl import read_json_array, read_jsonl
from reportparse.archive.record import ColumnError, FileFault, RECODED_REMARK, Record, SURROGATE_REMARK


def taken(records: list[Record]) -> dict[str, str]:
    return {record.study_id: record.text for record in records if record.text is not None}


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.jsonl"


def test_each_line_is_a_report_and_a_broken_one_is_refused(path: Path) -> None:
    lines = [
        '{"site": 1}',
        '{"id": 1, "text": "a\\nb"}',
        "",
        "{broken",
        '["a"]',
        '{"id": 2, "text": null}',
        '{"id": 3}',
        '{"id": 4, "text": 5}',
        '{"id": 5, "text": "c"}',
        '{"id": 6, "text": "cut o',
    ]
    records = list(read_jsonl(write(path, "\n".join(lines))))
    assert taken(records) == {"1": "a\nb", "5": "c"}
    assert [record.refusal for record in records if record.refusal] == [
        "no study id",
        "not a JSON object, or cut off",
        "not a JSON object, or cut off",
        "no text (null)",
        "no text (null)",
        "the text is of type int, not words",
        "not a JSON object, or cut off",
    ]


def test_a_windows_1252_line_and_a_lone_surrogate_are_remarked(path: Path) -> None:
    content = '{"id": 1, "text": "a – b"}\n'.encode("cp1252") + b'{"id": 2, "text": "a \\ud83d b"}\n'
    first, second = read_jsonl(write(path, content))
    assert (first.text, first.remarks) == ("a – b", (RECODED_REMARK,))
    assert (second.text, second.remarks) == ("a \ufffd b", (SURROGATE_REMARK,))


def test_columns_are_the_keys_of_the_first_objects(path: Path) -> None:
    write(path, '{"id": 1}\n{"id": 2, "body": "x", "other": 1}\n')
    with pytest.raises(ColumnError, match="the columns are id, body, other"):
        list(read_jsonl(path, text_column="text"))
    assert taken(list(read_jsonl(path))) == {"2": "x"}


@pytest.mark.parametrize("content", ["", "\n", "not json\n", "[1, 2]\n"])
def test_a_file_without_an_object_is_a_fault(path: Path, content: str) -> None:
    with pytest.raises(FileFault):
        list(read_jsonl(write(path, content)))


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000, "9" * 10_000])
def test_hostile_json_is_refused(path: Path, deep: str) -> None:
    records = list(read_jsonl(write(path, '{"id": 1, "text": "a"}\n' + deep + '\n{"id": 2, "text": "b"}\n')))
    assert taken(records) == {"1": "a", "2": "b"}
    assert len(records) == 3


def test_an_array_is_read_like_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", json.dumps([{"id": 1, "text": "a"}, {"id": 2, "text": "b"}], indent=1))
    assert taken(list(read_json_array(path))) == {"1": "a", "2": "b"}


ITEMS = [{"a": [1, {"b": "]}"}]}, 'x\u2028"y', 12.5, None, {"entry": 3}]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 20])
@pytest.mark.parametrize("indent", [None, 2])
def test_items_do_not_depend_on_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, indent: int | None
) -> None:
    monkeypatch.setattr(encoding, "BLOCK_BYTES", size)
    array = write(tmp_path / "a.json", json.dumps(ITEMS, indent=indent))
    bundle = write(tmp_path / "b.json", json.dumps({"id": "x", "entry": ITEMS, "n": 1}, indent=indent))
    lines = write(tmp_path / "c.json", "\n".join(json.dumps(item) for item in ITEMS if isinstance(item, dict)))
    assert list(stream_items(array)) == ITEMS
    assert list(stream_items(bundle)) == ITEMS
    assert list(stream_items(lines)) == [item for item in ITEMS if isinstance(item, dict)]


def test_a_cut_array_gives_the_items_before_the_cut(tmp_path: Path) -> None:
    items = [{"id": i, "text": "x" * i} for i in range(30)]
    whole = json.dumps({"entry": items}).encode()
    for cut in range(1, len(whole) - 12, 7):
        read: list[object] = []
        stream = stream_items(write(tmp_path / "a.json", whole[:-cut]))
        with pytest.raises(FileFault):
            while True:
                read.append(next(stream))
        assert read == items[: len(read)]
    assert read == []


@pytest.mark.parametrize("content", ["[", "[" * 200_000, '{"a":', "[1,,2]", '{"entry": [1 2]}', "{1: 2}", "]", "nope"])
def test_broken_json_is_a_fault(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileFault):
        list(stream_items(write(tmp_path / "a.json", content)))


def test_a_large_value_takes_linear_time(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", json.dumps([{"data": "x" * 20_000_000}, {"id": 2}]))
    started = time.perf_counter()
    assert len(list(stream_items(path))) == 2
    assert time.perf_counter() - started < 5
