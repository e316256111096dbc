"""The landmarks table: what is read is what was written, and a bad row is named."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imaging.landmark_table import parse_landmarks, read_landmark_table, read_landmarks, write_landmarks
from imaging.landmarks import are_neighbours, check_landmarks, DiscLandmark, LandmarkError, Landmarks, to_nodes, to_rank
from imaging.table_file import TableFileError
from imaging.vertebrae import VERTEBRAE
from lexicons.vocabulary import Level

NAMES = tuple(name for name in VERTEBRAE if name != "L6")


def make_landmarks(study_id: str = "007") -> Landmarks:
    z = np.array([100.0, 68, 34, 0, -35, -70, -103, -132])
    points = np.column_stack([np.full(8, 3.25), 10 * np.sin(z / 60), z])
    disc = DiscLandmark(Level.L5_S1, np.array([3.0, -8.0, -117.0]), np.array([0.0, -0.6, 0.8]), 0.9)
    return Landmarks(study_id, NAMES, points, np.linspace(0.5, 1, 8), (disc,))


def make_table(study_id: str = "007") -> pd.DataFrame:
    own = make_landmarks(study_id)
    table = pd.DataFrame({"study_id": study_id, "structure": NAMES, "confidence": 1.0})
    table[["x", "y", "z"]] = own.points
    return table


def change(**cells: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """The table with other values in its fourth row, which is L2's."""

    def changed(table: pd.DataFrame) -> pd.DataFrame:
        table = table.astype(object)
        for column, value in cells.items():
            table.loc[3, column] = value
        return table

    return changed


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
def test_what_is_written_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"landmarks.{ending}"
    written = make_landmarks()
    write_landmarks(path, [written, replace(written, study_id="8", discs=())])
    read = read_landmarks(path)
    assert list(read) == ["007", "8"]
    assert read["007"].structures == written.structures
    np.testing.assert_array_equal(read["007"].points, written.points)
    np.testing.assert_array_equal(read["007"].confidence, written.confidence)
    assert read["8"].discs == ()
    (disc,) = read["007"].discs
    assert (disc.level, disc.confidence) == (Level.L5_S1, 0.9)
    assert disc.normal is not None
    np.testing.assert_allclose(disc.normal, [0, -0.6, 0.8])
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_normals_have_columns_only_where_a_disc_has_one(tmp_path: Path) -> None:
    write_landmarks(tmp_path / "a.csv", [replace(make_landmarks(), discs=())])
    assert "nx" not in (tmp_path / "a.csv").read_text().splitlines()[0]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableFileError, match=r"not '\.xls'"):
        write_landmarks(tmp_path / "landmarks.xls", [make_landmarks()])
    with pytest.raises(TableFileError, match=r"not '\.xls'"):
        read_landmarks(tmp_path / "landmarks.xls")


def test_rows_may_stand_in_any_order() -> None:
    shuffled = make_table().sample(frac=1, random_state=1)
    np.testing.assert_array_equal(parse_landmarks(shuffled).landmarks["007"].points, make_landmarks().points)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(LandmarkError, match="no column 'confidence'"):
        parse_landmarks(make_table().drop(columns="confidence"))
    with pytest.raises(LandmarkError, match="no column 'ny'"):
        parse_landmarks(make_table().assign(nx=0.0))


def test_a_first_line_of_values_is_not_repeated() -> None:
    with pytest.raises(LandmarkError, match="no column 'study_id' in the first line; found none") as error:
        parse_landmarks(pd.DataFrame(columns=["DOE JOHN", "12-3-1999"]))
    assert "DOE" not in str(error.value) and "1999" not in str(error.value)


def test_an_unknown_column_is_named_with_the_nearest() -> None:
    with pytest.raises(LandmarkError, match="unknown column 'confidance'; the nearest known is 'confidence'"):
        parse_landmarks(make_table().assign(confidance=1))


BAD_ROWS = {
    "unknown structure": (change(structure="L7"), "unknown-structure", "row 4", "nearest known is 'L"),
    "no structure": (change(structure=None), "unknown-structure", "row 4", "nearest known"),
    "no number": (change(z="low"), "landmark-not-finite", "row 4", "three finite numbers"),
    "infinite": (change(x=np.inf), "landmark-not-finite", "row 4", "three finite numbers"),
    "empty": (change(y=np.nan), "landmark-not-finite", "row 4", "three finite numbers"),
    "confidence": (change(confidence=1.5), "landmark-confidence", "row 4", "0 to 1"),
    "no confidence": (change(confidence=np.nan), "landmark-confidence", "row 4", "0 to 1"),
    "vertebra's normal": (change(nx=0, ny=0, nz=1), "landmark-normal", "row 4", "rows of discs"),
    "twice": (change(structure="L3"), "landmark-twice", "rows 1 to 8", "rows 4 and 5"),
    "too near": (change(structure="L2", z=30.0, y=5.0), "landmark-distance", "rows 1 to 8", "L1 and L2 lie"),
    "upside down": (lambda table: table.assign(z=-table.z), "landmarks-upside-down", "rows 1 to 8", "T11 lies below"),
    "far apart": (lambda table: table.assign(z=table.z * 2), "landmark-distance", "rows 1 to 8", "expected 15 to 65"),
    "out of order": (change(structure="L2", z=-60.0), "landmark-order", "rows 1 to 8", "L2 lies below L3"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_study_is_refused_with_its_rows_and_the_others_stay(name: str) -> None:
    spoil, code, source, words = BAD_ROWS[name]
    spoilt = spoil(make_table("bad")).assign(study_id="bad")
    columns = [*make_table().columns, *(["nx", "ny", "nz"] if "nx" in spoilt else [])]
    table = pd.concat([spoilt, make_table("good")])[columns]
    result = parse_landmarks(table)
    assert list(result.landmarks) == ["good"]
    (refusal,) = result.refusals
    assert (refusal.study_id, refusal.code, refusal.source) == ("bad", code, source)
    assert words in refusal.reason


def test_a_row_without_a_study_is_refused() -> None:
    result = parse_landmarks(pd.concat([make_table(), make_table().assign(study_id=None).iloc[:1]]))
    assert list(result.landmarks) == ["007"]
    assert [(row.code, row.source) for row in result.refusals] == [("no-study-id", "row 9")]


@pytest.mark.parametrize("normal", [(0, 0, 2.0), (0, 0, -1.0), (0, np.nan, 1.0), (0, np.inf, 1.0)])
def test_a_normal_that_is_none_is_refused(normal: tuple[float, ...]) -> None:
    table = make_table().assign(nx=np.nan, ny=np.nan, nz=np.nan)
    disc = dict(zip(["nx", "ny", "nz"], normal, strict=True))
    row = pd.DataFrame([{"study_id": "007", "structure": "L4-L5", "x": 3, "y": -9, "z": -86, "confidence": 1, **disc}])
    (refusal,) = parse_landmarks(pd.concat([table, row])).refusals
    assert (refusal.code, refusal.source) == ("landmark-normal", "row 9")


def test_reading_strictly_names_the_row(tmp_path: Path) -> None:
    change(z="low")(make_table()).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(LandmarkError, match="study 007, row 4: L2: x, y, z"):
        read_landmarks(tmp_path / "a.csv")
    assert not read_landmark_table(tmp_path / "a.csv").landmarks


def test_neighbours_and_ranks() -> None:
    assert are_neighbours("L5", "S1") and are_neighbours("L5", "L6") and not are_neighbours("L4", "S1")
    assert to_rank("L4") < to_rank("L4-L5") < to_rank("L5") < to_rank("L5-S1") < to_rank("S1")


def test_a_missing_vertebra_doubles_the_distance() -> None:
    own = make_landmarks()
    keep = [index for index, name in enumerate(NAMES) if name != "L3"]
    check_landmarks(
        replace(own, structures=tuple(NAMES[k] for k in keep), points=own.points[keep], confidence=own.confidence[keep])
    )
    with pytest.raises(LandmarkError, match=r"L1 and L3 lie 3\d\.\d mm apart|L1 and L3"):
        check_landmarks(Landmarks("a", ("L1", "L3"), np.array([[0.0, 0, 0], [0, 0, -25]]), np.ones(2)))


def test_l5_and_s1_are_neighbours_where_there_is_no_l6() -> None:
    with pytest.raises(LandmarkError, match=r"L5 and S1 lie 80\.0 mm apart, expected 15 to 65"):
        check_landmarks(Landmarks("a", ("L5", "S1"), np.array([[0.0, 0, 0], [0, 0, -80]]), np.ones(2)))


def test_an_order_other_than_head_to_foot_is_refused() -> None:
    with pytest.raises(LandmarkError, match="from head to foot"):
        check_landmarks(Landmarks("a", ("L2", "L1"), np.array([[0.0, 0, 0], [0, 0, -35]]), np.ones(2)))


def test_a_disc_far_from_its_vertebra_is_refused() -> None:
    far = DiscLandmark(Level.L4_L5, np.array([0.0, 0, -120]), None, 1.0)
    with pytest.raises(LandmarkError, match="L4-L5 and L4"):
        check_landmarks(replace(make_landmarks(), discs=(far,)))


def test_a_disc_that_is_no_number_is_refused() -> None:
    lost = DiscLandmark(Level.L4_L5, np.array([0.0, np.nan, -86]), None, 1.0)
    with pytest.raises(LandmarkError, match="no finite number"):
        check_landmarks(replace(make_landmarks(), discs=(lost,)))


def test_nodes_stand_from_head_to_foot() -> None:
    nodes = to_nodes(make_landmarks())
    assert nodes.structures[-3:] == ("L5", "L5-S1", "S1")
    np.testing.assert_array_equal(nodes.points[-2], [3, -8, -117])
