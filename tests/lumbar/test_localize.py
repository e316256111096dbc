from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from imaging.foreign_files import to_stem
from imaging.landmark_table import read_landmarks
from lumbar.main import main
from tests.imaging.small_study import to_study_id, write_small_study

NAMES = ["L1", "L2", "L3", "L4", "L5"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["localize", *map(str, arguments)])


def write_mask(path: Path, count: int = 5) -> Path:
    """Boxes 20 mm high every 35 mm, label 1 the lowest, in LPS at x 5, y 30."""
    import nibabel

    voxels = np.zeros((12, 40, 100), dtype=np.uint8)  # i: right to left, j: anterior to posterior, k: feet to head
    for number in range(count):
        low = 5 + 17 * number
        voxels[2:10, 5:25, low : low + 10] = number + 1
    affine = np.diag([-4.0, -1.5, 2.0, 1.0])
    affine[:3, 3] = (-5 + 4 * 5.5, -30 + 1.5 * 14.5, -500.0)
    nibabel.save(nibabel.Nifti1Image(voxels, affine), path)
    return path


def write_table(path: Path, *studies: str, names: "list[str]" = NAMES) -> Path:
    rows = [
        {"study_id": study, "structure": name, "x": 1.0, "y": 2.0, "z": -35.0 * n, "confidence": 1.0}
        for study in studies
        for n, name in enumerate(names)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet"])
def test_a_mask_becomes_a_landmarks_table(tmp_path: Path, ending: str) -> None:
    mask, out = write_mask(tmp_path / "case 7.nii.gz"), tmp_path / f"landmarks{ending}"
    result = run("--mask", mask, "--mask-labels", "from lowest=L5", "--out", out)
    assert (result.exit_code, result.stdout) == (0, f"landmarks{ending}: studies 1, vertebrae 5, discs 4\n")
    found = read_landmarks(out)["case 7"]
    assert found.structures == tuple(NAMES)
    np.testing.assert_allclose(found.points[:, 0], 5, atol=1e-3)
    np.testing.assert_allclose(found.points[:, 1], 30, atol=1e-3)
    np.testing.assert_allclose(np.diff(found.points[:, 2]), -34, atol=1e-3)


def test_the_study_and_labels_may_be_given(tmp_path: Path) -> None:
    mask, out = write_mask(tmp_path / "mask.nii"), tmp_path / "out.csv"
    assert run("--mask", mask, "--mask-labels", "2=L4,1=L5", "--study-id", "1.2.3", "--out", out).exit_code == 0
    assert read_landmarks(out)["1.2.3"].structures == ("L4", "L5")


def test_a_mask_without_labels_is_marked_ambiguous(tmp_path: Path) -> None:
    result = run("--mask", write_mask(tmp_path / "m.nii"), "--out", tmp_path / "out.csv")
    assert (result.exit_code, "study m: ambiguous-numbering" in result.stderr) == (0, True)
    assert read_landmarks(tmp_path / "out.csv")["m"].remarks == ("ambiguous-numbering",)


def test_a_folder_of_masks_with_a_bad_one(tmp_path: Path) -> None:
    folder, out = tmp_path / "masks", tmp_path / "out.csv"
    folder.mkdir()
    write_mask(folder / "b.nii.gz")
    write_mask(folder / "a.nii.gz", count=0)
    (folder / "c.nii.gz").write_bytes(b"ZEBEDEE")
    (folder / "notes.txt").write_text("")
    result = run("--mask", folder, "--mask-labels", "spider", "--out", out)
    assert result.exit_code == 3
    assert "2 refused: out.refused.csv" in result.stderr
    assert list(read_landmarks(out)) == ["b"]
    refused = pd.read_csv(tmp_path / "out.refused.csv")
    assert refused["study_id"].tolist() == ["a", "c"]
    assert refused["source"].tolist() == ["mask 1", "mask 3"]
    (folder / "a.nii.gz").unlink()
    (folder / "c.nii.gz").unlink()
    assert run("--mask", folder, "--mask-labels", "spider", "--out", out).exit_code == 0
    assert not (tmp_path / "out.refused.csv").exists()


def test_a_table_is_checked_and_written_anew(tmp_path: Path) -> None:
    table, out = write_table(tmp_path / "mine.csv", "1.2", "1.3"), tmp_path / "out.parquet"
    with table.open("a") as file:
        file.write("1.4,L4,1,2,zebedee,1\n")
    result = run("--landmarks", table, "--out", out)
    assert result.exit_code == 3
    assert list(read_landmarks(out)) == ["1.2", "1.3"]
    refused = pd.read_csv(tmp_path / "out.refused.csv", dtype=str)
    assert refused[["study_id", "source", "code"]].to_numpy().tolist() == [["1.4", "row 11", "landmark-not-finite"]]
    assert "zebedee" not in (tmp_path / "out.refused.csv").read_text() + result.output


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("study_id,structure,x,y,zz,confidence\n")
    result = run("--landmarks", table, "--out", tmp_path / "out.csv")
    assert (result.exit_code, "no column 'z'" in result.stderr) == (1, True)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet"])
def test_what_is_no_table_is_said_without_its_content(tmp_path: Path, ending: str) -> None:
    table = tmp_path / f"mine{ending}"
    table.write_bytes(b'\xff\xfe"ZEBEDEE,\n1,2,3,4\n' * 9)
    result = run("--landmarks", table, "--out", tmp_path / "out.csv")
    assert (result.exit_code, f"ends in {ending}, but its content is no such table" in result.stderr) == (1, True)
    assert "ZEBEDEE" not in result.output


def test_an_anchor_numbers_anew(tmp_path: Path) -> None:
    table, out = write_table(tmp_path / "mine.csv", "1.2"), tmp_path / "out.csv"
    assert run("--landmarks", table, "--anchor", "S1=3,0,-138", "--out", out).exit_code == 0
    assert read_landmarks(out)["1.2"].structures == ("L2", "L3", "L4", "L5", "S1")
    result = run("--landmarks", table, "--anchor", "S1=3,0,-180", "--out", out)
    assert (result.exit_code, len(read_landmarks(out))) == (3, 0)
    assert "no centroid within 20 mm" in (tmp_path / "out.refused.csv").read_text()
    marked = run("--mask", write_mask(tmp_path / "m.nii"), "--anchor", "L5=5,30,-480", "--out", out)
    assert (marked.exit_code, "ambiguous" in marked.stderr) == (0, False)


def test_an_anchor_is_of_one_study(tmp_path: Path) -> None:
    table = write_table(tmp_path / "mine.csv", "1.2", "1.3")
    result = run("--landmarks", table, "--anchor", "S1=3,0,-138", "--out", tmp_path / "out.csv")
    assert (result.exit_code, "there are 2" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "o.csv"], "give one of them, not none"),
        (["{folder}", "--landmarks", "{table}", "--out", "o.csv"], "give one of them, not several"),
        (["--mask", "{mask}", "--landmarks", "{table}", "--out", "o.csv"], "give one of them, not several"),
        (["--landmarks", "{table}", "--mask-labels", "spider", "--out", "o.csv"], "go with --mask"),
        (["--mask", "{folder}", "--study-id", "1", "--out", "o.csv"], "goes with one mask"),
        (["--mask", "{empty}", "--out", "o.csv"], "holds no .nii"),
        (["--mask", "{mask}", "--mask", "{folder}", "--out", "o.csv"], "two masks are of study m"),
        (["--landmarks", "{table}", "--out", "o.xlsx"], "--out ends in"),
        (["--landmarks", "{table}", "--out", "none/o.csv"], "folder for --out does not exist"),
        (["--landmarks", "{table}", "--anchor", "S9=1,2,3", "--out", "o.csv"], "an anchor names one of"),
        (["--landmarks", "missing.csv", "--out", "o.csv"], "does not exist"),
    ],
)
def test_misuse_is_answered_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "masks").mkdir()
    places = {
        "folder": tmp_path / "masks",
        "empty": tmp_path / "empty",
        "mask": write_mask(tmp_path / "masks" / "m.nii"),
        "table": write_table(tmp_path / "t.csv", "1.2"),
    }
    result = run(*(argument.format(**places) for argument in arguments))
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())
    assert not list(tmp_path.glob("o.*"))


def test_names_of_files_to_study_ids() -> None:
    names = ["a.nii.gz", "a.nii", "1.2.3.mha", "x y.nrrd", "plain"]
    assert [to_stem(Path(name)) for name in names] == ["a", "a", "1.2.3", "x y", "plain"]


def test_studies_that_show_no_spine_are_refused_and_the_run_goes_on(tmp_path: Path) -> None:
    for name in ("A", "B"):
        write_small_study(tmp_path / "in" / name, name)
    (tmp_path / "in" / "notes.txt").write_text("no image")
    result = CliRunner().invoke(
        main, ["localize", str(tmp_path / "in"), "--out", str(tmp_path / "l.csv"), "--jobs", "1"]
    )
    assert result.exit_code == 3, result.output
    refused = pd.read_csv(tmp_path / "l.refused.csv", dtype=str)
    assert sorted(refused["code"]) == ["not-dicom", "not-located", "not-located"]
    assert set(refused["study_id"].dropna()) == {to_study_id("A"), to_study_id("B")}
