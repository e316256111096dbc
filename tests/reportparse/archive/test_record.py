import math

import pytest

from reportparse.archive.record import MAX_CHARACTERS, NUL_REMARK, SURROGATE_REMARK, to_record


def test_a_record_keeps_its_text_untouched() -> None:
    text = "  L4-5: severe.\r\n\n"
    assert to_record(3, "S1", text) == (3, "S1", text, None, ())


@pytest.mark.parametrize("text", ["", " \n\t", "\0\0", "\ufffd \ufffd"])
def test_a_text_without_a_character_is_refused(text: str) -> None:
    record = to_record(1, "S1", text)
    assert record.text is None
    assert record.refusal in ("empty text", "no readable character in the text")


@pytest.mark.parametrize("text", [None, math.nan])
def test_a_null_text_is_refused(text: object) -> None:
    assert to_record(1, "S1", text).refusal == "no text (null)"


@pytest.mark.parametrize("text", [7, 7.5, ["a"], {"a": 1}, True])
def test_a_text_that_is_no_text_is_refused_by_type(text: object) -> None:
    assert to_record(1, "S1", text).refusal == f"the text is of type {type(text).__name__}, not words"


def test_the_longest_text_is_taken_and_one_longer_is_refused() -> None:
    assert to_record(1, "S1", "x" * MAX_CHARACTERS).refusal is None
    refused = to_record(1, "S1", "x" * (MAX_CHARACTERS + 1))
    assert refused.text is None
    assert "1000001 characters" in (refused.refusal or "")


def test_nul_characters_become_spaces_one_for_one() -> None:
    record = to_record(1, "S1", "L4-5:\0severe")
    assert record.text == "L4-5: severe"
    assert record.remarks == (NUL_REMARK,)


def test_lone_surrogates_are_replaced_one_for_one() -> None:
    record = to_record(1, "S\ud800", "mild \ud83d stenosis ≥ 2")
    assert record.text == "mild \ufffd stenosis ≥ 2"
    assert record.study_id == "S\ufffd"
    assert record.remarks == (SURROGATE_REMARK,)


@pytest.mark.parametrize(
    ("given", "study_id"), [(12, "12"), (12.0, "12"), (" 007 ", "007"), (1.5, "1.5"), (10**30, "1" + "0" * 30)]
)
def test_ids_are_text(given: object, study_id: str) -> None:
    assert to_record(1, given, "text").study_id == study_id


@pytest.mark.parametrize("given", [None, "", "  ", math.nan])
def test_a_report_without_an_id_is_refused(given: object) -> None:
    assert to_record(1, given, "text") == (1, "", None, "no study id", ())


def test_report_text_in_the_id_column_is_not_repeated() -> None:
    record = to_record(1, "SENTINEL " * 100, "text")
    assert record.study_id == ""
    assert "SENTINEL" not in (record.refusal or "")
