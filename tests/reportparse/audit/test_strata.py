"""Strata: from the gold's fields, from a table beside it, and what is refused."""

import json
from pathlib import Path

import pytest

from reportparse.audit.gold import Gold, parse_gold
from reportparse.audit.strata import read_strata_table, StrataError, to_strata
from reportparse.table_file import TableFileError


@pytest.fixture
def gold() -> Gold:
    return parse_gold(json.dumps({"id": f"s{i}", "labels": {}, **({"site": i % 2} if i else {})}) for i in range(3))


def test_from_a_field_of_the_gold(gold) -> None:
    assert to_strata(gold, "site") == ["(none)", "1", "0"]


def test_from_a_table_beside_it(gold, tmp_path: Path) -> None:
    path = tmp_path / "sites.tsv"
    path.write_text("study_id\tfield\ns2\t3T\ns0\t1.5T\nother\t3T\n")
    assert to_strata(gold, "field", read_strata_table(path)) == ["1.5T", "(none)", "3T"]


def test_numbers_as_study_ids_meet(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("study_id,field\n007,3T\n")
    gold = parse_gold(['{"id": "007", "labels": {}}'])
    assert to_strata(gold, "field", read_strata_table(path)) == ["3T"]


def test_refusals_say_what_there_is(gold, tmp_path: Path) -> None:
    with pytest.raises(StrataError, match="no column 'sight' for strata; the columns are: site"):
        to_strata(gold, "sight")
    path = tmp_path / "sites.csv"
    path.write_text("id,field\n1,3T\n")
    with pytest.raises(StrataError, match="no column 'study_id'; the columns are id, field"):
        read_strata_table(path)
    path.write_text("study_id,field\ns1,3T\ns1,1T\n")
    with pytest.raises(StrataError, match="row 1: a second row"):
        read_strata_table(path)
    with pytest.raises(TableFileError, match=r"not '\.txt'"):
        read_strata_table(tmp_path / "sites.txt")


def test_too_many_values_are_no_strata() -> None:
    gold = parse_gold(json.dumps({"id": f"s{i}", "labels": {}, "age": f"{i} years"}) for i in range(60))
    with pytest.raises(StrataError, match="60 values; expected at most 50"):
        to_strata(gold, "age")
