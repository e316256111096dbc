import pytest

from reportparse.archive.columns import find_columns
from reportparse.archive.record import ColumnError


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["study_id", "text"], (0, 1)),
        (["Report Text", "Accession Number"], (1, 0)),
        (["patient_id", "note"], (0, 1)),
        (["patient_id", "study_id", "findings", "report_text"], (1, 3)),
        (["id", "site", "REPORT"], (0, 2)),
    ],
)
def test_customary_names_are_found(names: list[str], expected: tuple[int, int]) -> None:
    assert find_columns(names) == expected


def test_a_named_column_wins_over_a_customary_one() -> None:
    assert find_columns(["id", "text", "dictation"], text_column="dictation") == (0, 2)


def test_a_named_column_may_differ_in_case() -> None:
    assert find_columns(["ID", "Text"], text_column="text", id_column="id") == (0, 1)


def test_a_wrong_column_is_answered_with_the_columns_there_are() -> None:
    with pytest.raises(ColumnError, match=r"no column 'txet' \(did you mean 'text'\?\); the columns are id, text"):
        find_columns(["id", "text"], text_column="txet")


def test_no_customary_column_is_answered_with_the_option_and_the_columns() -> None:
    with pytest.raises(ColumnError, match="--id-column; the columns are a, text"):
        find_columns(["a", "text"])


def test_a_name_that_two_columns_have_is_not_guessed() -> None:
    with pytest.raises(ColumnError, match="2 columns are called 'text'"):
        find_columns(["id", "text", "text"], text_column="text")


def test_one_column_cannot_be_both() -> None:
    with pytest.raises(ColumnError, match="cannot be both"):
        find_columns(["id", "text"], text_column="id", id_column="id")


def test_a_first_row_that_is_a_report_is_not_repeated() -> None:
    report = "SENTINEL is a 54-year-old man with back pain. " * 3
    with pytest.raises(ColumnError) as error:
        find_columns(["17", "SENTINEL", report])
    assert "SENTINEL" not in str(error.value)
    assert "add a header row" in str(error.value)
