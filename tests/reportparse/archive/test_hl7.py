import time
from pathlib import Path

import pytest

from reportparse.archive import hl7
from reportparse.archive.hl7 import read_hl7
from reportparse.archive.record import ColumnError, Record

Line = tuple[str, ...]


def obx(text: str, identifier: str = "GDT", sub_id: str = "", status: str = "F", kind: str = "TX") -> str:
    return f"OBX|1|{kind}|{identifier}|{sub_id}|{text}||||||{status}"


def oru(*segments: str, study: str = "A1", sent: str = "20200101120000", control: str = "M1") -> str:
    head = (f"MSH|^~\\&|RIS|H|X|Y|{sent}||ORU^R01|{control}|P|2.3", "PID|1||MRNSENTINEL||SENTINEL^NAME")
    return "\r".join((*head, f"OBR|1|P{study}|{study}^RIS|72148^MR LUMBAR", *segments)) + "\r"


def read(tmp_path: Path, *messages: str, id_column: str | None = None) -> list[Record]:
    path = tmp_path / "a.hl7"
    path.write_text("".join(messages), encoding="utf-8", newline="")
    return list(read_hl7(path, None, id_column))


def text_of(tmp_path: Path, *messages: str) -> str | None:
    (record,) = read(tmp_path, *messages)
    return record.text


def test_repeated_obx_are_lines_of_one_report(tmp_path: Path) -> None:
    (record,) = read(tmp_path, oru(obx("FINDINGS:"), obx("L4-5: mild"), obx(""), obx("canal stenosis.")))
    assert record == (1, "A1", "FINDINGS:\nL4-5: mild\n\ncanal stenosis.", None, ())


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_segments_may_end_in_any_way_and_messages_follow_one_another(tmp_path: Path, end: str) -> None:
    messages = oru(obx("a"), study="A1") + oru(obx("b"), study="A2")
    assert [(r.study_id, r.text) for r in read(tmp_path, messages.replace("\r", end))] == [("A1", "a"), ("A2", "b")]


def test_mllp_bytes_and_batch_headers_are_dropped(tmp_path: Path) -> None:
    framed = "".join(f"\x0b{oru(obx('a'), study=study)}\x1c\r" for study in ("A1", "A2"))
    assert [r.text for r in read(tmp_path, "FHS|^~\\&|x\rBHS|^~\\&|x\r" + framed + "BTS|2\rFTS|1\r")] == ["a", "a"]


def test_a_framed_message_without_its_end_is_refused(tmp_path: Path) -> None:
    framed = f"\x0b{oru(obx('a'))}\x1c\r\x0b{oru(obx('L4-5: no ste'), study='A2')}"
    first, second = read(tmp_path, framed)
    assert first.text == "a"
    assert second.refusal == "the message is cut off: its MLLP end byte is missing"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (r"a\.br\b\.BR\c", "a\nb\nc"),
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"a\X0D\b\X0D0A\c\XC2B5\d", "a\nb\ncµd"),
        (r"a\.sp+2\b\.sk3\c\.fi\d\H\e\N\f", "a\n\nb   cdef"),
        (r"L4\L5 and L5\S1", r"L4\L5 and L5\S1"),
        (r"L4\L5.\.br\next", "L4\\L5.\nnext"),
        ("a~b", "a\nb"),
        (r"\Zlocal\ kept", r"\Zlocal\ kept"),
        (r"\X0\ kept\.sp99999\ kept", r"\X0\ kept\.sp99999\ kept"),
    ],
)
def test_escapes_are_read(tmp_path: Path, field: str, text: str) -> None:
    assert text_of(tmp_path, oru(obx(field, kind="FT"))) == text


def test_own_delimiters_are_read_from_the_header(tmp_path: Path) -> None:
    message = "MSH$*@!%$RIS$H$X$Y$2020$$ORU*R01$M1$P$2.3\rOBR$1$P1$A1*RIS\rOBX$1$TX$GDT$$a!F!b!.br!c@d$$$$$$F\r"
    (record,) = read(tmp_path, message)
    assert (record.study_id, record.text) == ("A1", "a$b\nc\nd")


def test_lines_broken_by_bare_newlines_go_on(tmp_path: Path) -> None:
    message = oru("OBX|1|TX|GDT||L3-4: normal.\nL4-5: severe.\n\nEnd.||||||F").replace("\r", "\n")
    assert text_of(tmp_path, message) == "L3-4: normal.\nL4-5: severe.\n\nEnd."


def test_a_correction_replaces_the_lines_with_its_identifier_and_sub_id(tmp_path: Path) -> None:
    message = oru(
        obx("mild", "FIND", "1"), obx("at L4-5", "FIND", "1"), obx("kept", "IMPRESSION", "2"),
        obx("severe", "FIND", "1", "C"), obx("at L5-S1", "FIND", "1", "C"),
    )  # fmt: skip
    assert text_of(tmp_path, message) == "severe\nat L5-S1\n\nIMPRESSION:\nkept"


def test_a_correction_in_a_later_message_replaces_the_report(tmp_path: Path) -> None:
    first = oru(obx("mild"), obx("stenosis"), study="A1", sent="20200101")
    other = oru(obx("other"), study="A2", sent="20200102")
    later = oru(obx("severe", status="C"), study="A1", sent="20200103")
    records = read(tmp_path, first, other, later)
    assert [(r.row, r.study_id, r.text) for r in records] == [(1, "A2", "other"), (2, "A1", "severe")]


def test_messages_of_a_study_are_taken_in_the_order_they_were_sent(tmp_path: Path) -> None:
    later, first = oru(obx("severe", status="C"), sent="20200103"), oru(obx("mild"), sent="20200101")
    assert text_of(tmp_path, later, first) == "severe"


def test_a_final_report_replaces_a_preliminary_one_and_not_the_other_way(tmp_path: Path) -> None:
    preliminary, final = oru(obx("mild", status="P"), sent="1"), oru(obx("severe"), sent="2")
    assert text_of(tmp_path, preliminary, final) == "severe"
    assert text_of(tmp_path, preliminary.replace("|1||ORU", "|3||ORU"), final) == "severe"
    (record,) = read(tmp_path, preliminary)
    assert (record.text, record.remarks) == ("mild", ("preliminary report",))


@pytest.mark.parametrize("status", ["D", "W", "X"])
def test_withdrawn_text_is_gone(tmp_path: Path, status: str) -> None:
    assert text_of(tmp_path, oru(obx("kept", "A"), obx("wrong", "B"), obx("", "B", status=status))) == "kept"
    (record,) = read(tmp_path, oru(obx("wrong"), sent="1"), oru(obx("", status=status), sent="2"))
    assert record.refusal == "no text in OBX-5, or all of it withdrawn"


def test_an_addendum_is_appended_under_its_heading(tmp_path: Path) -> None:
    by_status = oru(obx("mild"), obx("Now severe.", status="A"))
    by_identifier = oru(obx("ADDENDUM 1: Now severe.", "72148&ADT^X"), obx("mild"))
    assert text_of(tmp_path, by_status) == "mild\n\nADDENDUM:\nNow severe."
    assert text_of(tmp_path, by_identifier) == "mild\n\nADDENDUM 1: Now severe."


def test_an_addendum_in_a_later_message_is_appended_once(tmp_path: Path) -> None:
    first = oru(obx("mild"), sent="1")
    added = oru(obx("Now severe.", status="A"), sent="2")
    again = oru(obx("mild"), obx("Now severe.", status="A"), sent="3")
    assert text_of(tmp_path, first, added, again) == "mild\n\nADDENDUM:\nNow severe."


def test_sections_named_by_the_identifier_are_headed(tmp_path: Path) -> None:
    message = oru(
        obx("Back pain.", "11329-0^HISTORY^LN"), obx("L4-5: mild.", "59776-5^FINDINGS^LN"),
        obx("IMPRESSION: Mild.", "19005-8^IMPRESSION^LN"),
    )  # fmt: skip
    assert text_of(tmp_path, message) == "HISTORY:\nBack pain.\n\nFINDINGS:\nL4-5: mild.\n\nIMPRESSION: Mild."


def test_observations_that_are_no_text_are_passed_over(tmp_path: Path) -> None:
    message = oru(obx("42", kind="NM"), obx("JVBERi0", kind="ED"), obx("text", kind="ST"))
    assert text_of(tmp_path, message) == "text"


def test_each_order_of_a_message_is_a_study(tmp_path: Path) -> None:
    message = oru(obx("a"), "ORC|RE|P2|A2", "OBR|2|P2|A2", obx("b"), "OBR|3||", obx("c"))
    records = read(tmp_path, message)
    assert [(r.study_id, r.text) for r in records] == [("A1", "a"), ("A2", "b"), ("M1", "c")]


@pytest.mark.parametrize(
    ("header", "study_id"), [("OBR|1|P1|A1", "A1"), ("OBR|1|P1", "P1"), ("ORC|RE|PO|FO\rOBR|1", "FO"), ("OBR|1", "M1")]
)
def test_the_study_id_is_the_first_filled_field(tmp_path: Path, header: str, study_id: str) -> None:
    message = f"MSH|^~\\&|R|H|X|Y|1||ORU^R01|M1|P|2.3\r{header}\r{obx('a')}\r"
    assert [record.study_id for record in read(tmp_path, message)] == [study_id]


def test_the_study_id_may_be_a_named_field(tmp_path: Path) -> None:
    assert read(tmp_path, oru(obx("a")), id_column="OBR-2")[0].study_id == "PA1"
    assert read(tmp_path, oru(obx("a")), id_column="OBR-18")[0].refusal == "no study id in OBR-18"
    with pytest.raises(ColumnError, match="the columns are OBR-3, OBR-2"):
        read(tmp_path, oru(obx("a")), id_column="accession")


def test_other_messages_are_refused_with_a_reason(tmp_path: Path) -> None:
    adt = "MSH|^~\\&|R|H|X|Y|1||ADT^A01|M1|P|2.3\rPID|1||MRNSENTINEL\r"
    empty = "MSH|^~\\&|R|H|X|Y|1||ORU^R01|M1|P|2.3\rPID|1||MRNSENTINEL\r"
    records = read(tmp_path, adt, empty, oru(), oru(obx("a"), study="A2"))
    assert [r.refusal for r in records] == [
        "not an ORU^R01 message", "no OBR segment in the message", "no text in OBX-5, or all of it withdrawn", None,
    ]  # fmt: skip
    assert "SENTINEL" not in str(records)


@pytest.mark.parametrize("content", ["", "hello", "MSH", "MSH|", "MSH|^", "MSH|^~\\&", "OBX|1|TX|||a\r"])
def test_what_is_no_message_is_refused(tmp_path: Path, content: str) -> None:
    (record,) = read(tmp_path, content)
    assert record.text is None
    assert record.refusal


def test_studies_waiting_for_later_messages_are_held_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hl7, "MAX_HELD_CHARACTERS", 15)
    messages = [oru(obx(f"text {i}"), study=f"A{i}", sent="1") for i in range(5)]
    later = oru(obx("text 9", status="C"), study="A4", sent="2"), oru(obx("again"), study="A0", sent="2")
    records = read(tmp_path, *messages, *later)
    assert [(r.study_id, r.text) for r in records] == [
        ("A1", "text 1"), ("A2", "text 2"), ("A3", "text 3"), ("A4", "text 9"), ("A0", "again"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "segment",
    [
        "ORC|1\r",
        "OBR|1\r",
        "OBX|1|TX|A||x||||||F\rOBX|1|TX|B||x||||||F\r",
        "OBX|1|TX|A||x||||||A\rOBX|1|TX|B||y||||||C\r",
        "plain line\r",
        "OBX|1|TX|A||" + "\\.br" * 50 + "\r",
        "OBX|1|TX|A||" + "a~" * 50 + "\r",
    ],
)
def test_a_message_of_many_segments_takes_linear_time(tmp_path: Path, segment: str) -> None:
    started = time.perf_counter()
    read(tmp_path, oru() + segment * 20_000)
    assert time.perf_counter() - started < 5
