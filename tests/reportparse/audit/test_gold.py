"""Gold files: what they say, and what is refused without a word of the report."""

import json
from pathlib import Path

import pytest

from reportparse.audit.gold import GOLD_CODES, GoldError, parse_gold, read_gold
from reportparse.audit.slots import decode_label, describe_label, encode_label, OPEN, SILENT
from reportparse.label_table import write_label_table

LINE = {"id": "a", "source": "north", "text": "Secret words.", "labels": {"L4-L5": {"SCS": "1-2", "LFS": "?"}}}


def test_labels_texts_and_fields() -> None:
    gold = parse_gold([json.dumps(LINE), "", json.dumps({**LINE, "id": "b", "labels": {}})])
    assert gold.slots.studies == ("a", "b")
    assert gold.slots.values[0, 4, :3].tolist() == [encode_label(1, 2, 2), OPEN, SILENT]
    assert (gold.slots.values[1] == SILENT).all()
    assert gold.texts == {"a": "Secret words.", "b": "Secret words."}
    assert gold.fields["source"].to_dict() == {"a": "north", "b": "north"}


@pytest.mark.parametrize(
    "code, label",
    [
        ("0", (0, 0, 0)),
        ("3", (3, 3, 3)),
        ("1-2", (1, 2, 2)),
        ("2-3", (2, 3, 3)),
        ("P", (1, 3, None)),
        ("0-2u", (0, 2, None)),
    ],
)
def test_codes_mean_what_labels_md_says(code, label) -> None:
    assert decode_label(GOLD_CODES[code]) == label


def test_every_code_is_a_label_of_its_own() -> None:
    assert len(set(GOLD_CODES.values())) == len(GOLD_CODES)


@pytest.mark.parametrize(
    "code, words",
    [
        ("2", "2 moderate"),
        ("1-2", "2 moderate (1-2)"),
        ("P", "present, 1-3"),
        ("0-1u", "0-1, no grade"),
        ("?", "left open"),
    ],
)
def test_labels_in_words(code, words) -> None:
    assert describe_label(GOLD_CODES[code]) == words


@pytest.mark.parametrize(
    "change, says",
    [
        ({"labels": {"L6-S1": {}}}, "line 2: level 'L6-S1'"),
        ({"labels": {"L4-L5": {"XXX": "1"}}}, "line 2: task 'XXX'"),
        ({"labels": {"L4-L5": {"SCS": "4"}}}, "line 2: code '4'"),
        ({"labels": {"L4-L5": {"SCS": 2}}}, "line 2: code 2; expected one of '0', '1'"),
        ({"labels": {"L4-L5": "2"}}, "line 2: L4-L5 holds no object"),
        ({"labels": None}, "line 2: expected an object"),
        ({"id": "a"}, "line 2: id 'a' a second time"),
    ],
)
def test_faults_name_the_line_and_quote_no_report(change, says) -> None:
    with pytest.raises(GoldError) as error:
        parse_gold([json.dumps(LINE), json.dumps({**LINE, "id": "b", **change})])
    assert says in str(error.value) and "Secret" not in str(error.value)


def test_broken_json_and_encoding(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="line 1 is not JSON"):
        parse_gold(['{"id": "Secret'])
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b'{"id": "\xff"}')
    with pytest.raises(GoldError, match=r"gold\.jsonl is not UTF-8"):
        read_gold(path)


def test_a_mark_and_line_separators_in_a_text_are_no_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    record = json.dumps({**LINE, "text": "a\u2028b\x85c"}, ensure_ascii=False)
    path.write_text("\ufeff" + record + "\r\n", encoding="utf-8")
    assert read_gold(path).texts == {"a": "a\u2028b\x85c"}


def test_a_label_table_as_gold_keeps_its_further_columns(tmp_path: Path, make_table) -> None:
    path = tmp_path / "gold.csv"
    write_label_table(make_table({"a": {"L4-L5": {"SCS": "2", "LFS": "?"}}}, site="north"), path)
    gold = read_gold(path)
    assert gold.slots.values[0, 4, :2].tolist() == [encode_label(2, 2, 2), OPEN]
    assert list(gold.fields.columns) == ["site"] and gold.texts == {}
