import pandas as pd
import pytest

from reportparse.archive.record import ColumnError
from reportparse.frames import parse_frame, read_frame
from reportparse.label_table import check_label_table
from reportparse.pipeline import ReportParser

TEXT = "L4-5: Moderate canal stenosis."


def test_a_frame_becomes_a_label_table_and_its_bad_rows_are_listed() -> None:
    frame = pd.DataFrame({"accession": [1, 2, 2, 3], "report": [TEXT, TEXT, TEXT, None]})
    table = check_label_table(parse_frame(frame))
    expected = ReportParser().parse(TEXT)
    assert table["study_id"].tolist() == ["1"] * len(expected) + ["2"] * len(expected)
    assert table.attrs["refused"] == [(3, "2", "identical duplicate of row 2"), (4, "3", "no text (null)")]


@pytest.mark.parametrize("null", [None, float("nan"), pd.NA, pd.NaT])
@pytest.mark.parametrize("dtype", ["object", "string"])
def test_nulls_of_every_kind_are_refused(null: object, dtype: str) -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "text": pd.Series([null, "x"], dtype=dtype)})
    first, second = read_frame(frame)
    assert (first.refusal, second.text) == ("no text (null)", "x")


def test_columns_are_named_or_answered() -> None:
    frame = pd.DataFrame({"nr": ["a"], "body2": ["x"]})
    assert [record.text for record in read_frame(frame, "body2", "nr")] == ["x"]
    with pytest.raises(ColumnError, match="the columns are nr, body2"):
        read_frame(frame)
