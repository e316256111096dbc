"""`lumbar evaluate` as a user meets it: runs and tables, what is written, what does not match."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from PIL import Image

import training.run_predictions
from lumbar.main import main
from tests.lumbar.run_material import small_models, write_material, write_store
from tests.training.disc_makers import make_cohort
from training.predictions import PROBABILITIES, read_predictions

WRITTEN = {
    "MODEL_CARD.md", "evaluation.json", "evaluation.txt",
    "confusion.png", "reliability.png", "roc.png", "training_curves.png",
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with labels, volumes and three runs of one step or two: both views, each alone."""
    folder = tmp_path_factory.mktemp("trained")
    write_material(folder, studies=6)
    with small_models(), pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, options in RUNS.items():
            places = ["--labels", "labels.csv", "--store", "volumes", "--config", "run.toml", "--out", name]
            settings = [f"--set={option}" for option in ("run.epochs=1", "run.batch_size=8", *options)]
            result = CliRunner().invoke(main, ["train", *places, *settings])
            assert result.exit_code == 0, result.output
    return folder


RUNS = {
    "both": [],
    "axial": ["model.views=['axial']", "model.view_dropout=0.0"],
    "sagittal": ["model.views=['sagittal']", "model.view_dropout=0.0"],
}


@pytest.fixture(autouse=True)
def there(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(trained)
    with small_models():
        yield trained


def run_evaluate(*arguments: str, draws: int = 2) -> Result:
    return CliRunner().invoke(main, ["evaluate", *arguments, f"--bootstrap={draws}", "--device=cpu"])


def test_a_run(there: Path) -> None:
    result = run_evaluate("both")
    assert result.exit_code == 0, result.output
    for words in ("Table 1:", "Table 2:", "Table 3:", "severe AUC", "RSNA 2024 weighted log loss", "ECE"):
        assert words in result.output
    split = pd.read_csv("both/split.csv")
    tested = split[split["part"] == "test"]
    predictions = read_predictions(Path("both/predictions_test.csv"))
    assert set(predictions["study_id"]) == set(tested["study_id"])
    assert len(predictions) == 3 * len(tested)
    assert {path.name for path in Path("both").iterdir()} >= WRITTEN
    text = Path("both/evaluation.txt").read_text()
    assert text in result.output
    figures = json.loads(Path("both/evaluation.json").read_text())
    assert figures[0]["kinds"]["Foramina"]["slots"] == 2 * len(tested)
    for name in ("confusion", "roc", "reliability", "training_curves"):
        with Image.open(f"both/{name}.png") as image:
            assert np.asarray(image.convert("L")).std() > 5


def test_the_model_card_says_what_it_must(there: Path) -> None:
    run_evaluate("both")
    card = Path("both/MODEL_CARD.md").read_text()
    assert "Not a medical device" in card
    assert "| test | 3 | 1 | 1 |" in card
    assert "split by patient, 0.7 / 0.15 / 0.15, seed 0" in card
    assert "adamw, learning rate 0.001, constant; seed 0" in card
    assert "Labels `labels.csv`, volumes `volumes`" in card
    assert "No table of patients was given" in card
    assert "Images: none of a phantom." in card
    assert "trained on phantoms" not in card
    assert "lumbar train --config both/config.toml --out both\nlumbar evaluate both --part test --bootstrap 2\n" in card
    assert str(there) not in card
    assert all(f"]({name})" in card for name in WRITTEN if name.endswith(".png"))
    assert Path("both/evaluation.txt").read_text().split("\n\n", 1)[1].strip() in card


def test_phantoms_are_told_beside_the_tables_and_in_the_card(there: Path) -> None:
    discs = Path("both/discs.csv")
    before = discs.read_text()
    try:
        pd.read_csv(discs, dtype="string").assign(phantom="yes").to_csv(discs, index=False)
        result = run_evaluate("both")
    finally:
        discs.write_text(before)
    assert result.exit_code == 0, result.output
    card = Path("both/MODEL_CARD.md").read_text()
    for text in (result.output, Path("both/evaluation.txt").read_text(), card):
        assert "a class average above 88.0 % over four classes, 92.7 % over three\n" in text
    assert "Images: phantoms, drawn from seeds." in card
    assert "- The run was trained on phantoms: on a patient its grades mean nothing." in card
    assert "no grader can be expected" not in run_evaluate("both").output


def test_predictions_are_kept_until_the_weights_change(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run_evaluate("axial")
    calls = []
    grade = training.run_predictions.predict_discs

    def count(*arguments):
        calls.append(arguments)
        return grade(*arguments)

    monkeypatch.setattr(training.run_predictions, "predict_discs", count)
    again = run_evaluate("axial")
    assert (again.stdout, len(calls)) == (first.stdout, 0)
    made_from = Path("axial/predictions_test.json")
    made_from.write_text('{"best_crc32": 1}')
    assert run_evaluate("axial").stdout == first.stdout
    assert len(calls) == 1


def test_runs_of_one_view_go_into_table_2(there: Path) -> None:
    result = run_evaluate("both", "axial", "sagittal", "--out", "compared")
    assert result.exit_code == 0, result.output
    row = next(line for line in result.output.splitlines() if line.startswith("Spinal Canal Stenosis  "))
    assert "-" not in row
    assert "±" not in row, "one model a column"
    alone = run_evaluate("axial", "--out", "alone").output
    row = next(line for line in alone.splitlines() if line.startswith("Spinal Canal Stenosis  "))
    assert row.split()[4:] == ["-", "-"]
    scan = next(line for line in alone.splitlines() if line.startswith("Type of Scan"))
    assert scan.split()[3:] == ["Axial", "Sagittal", "Axial"]
    assert (
        "lumbar evaluate both axial sagittal --part test --bootstrap 2 --out"
        in Path("compared/MODEL_CARD.md").read_text()
    )


def test_another_part_goes_into_a_folder_of_its_own(there: Path) -> None:
    result = run_evaluate("both", "--part", "validation")
    assert result.exit_code == 0, result.output
    assert {path.name for path in Path("both/validation").iterdir()} >= WRITTEN
    assert "the checkpoint or the weights were chosen by it" in Path("both/validation/MODEL_CARD.md").read_text()


def test_labels_against_labels(there: Path) -> None:
    """A parser's table against a radiologist's: grades count as certain, nothing is written unless asked for."""
    before = set(there.iterdir())
    table = pd.read_csv("labels.csv")
    wrong = table["task"] == "SCS"
    table.loc[wrong, ["grade", "low", "high"]] = 0
    table.to_csv(there / "both" / "parsed.csv", index=False)
    result = run_evaluate("both/parsed.csv", "--labels", "labels.csv")
    assert result.exit_code == 0, result.output
    canal, foramina = (
        next(line for line in result.output.splitlines() if line.startswith(kind))
        for kind in ("Spinal canal  ", "Foramina  ")
    )
    assert foramina.split()[1] == "36", "slots"
    assert foramina.count("1.000") >= 2
    assert "25.0 " in canal
    assert "none, for there are no probabilities" in result.output
    assert set(there.iterdir()) == before


def test_a_table_of_predictions(there: Path) -> None:
    of_run = run_evaluate("both").output
    of_table = run_evaluate("both/predictions_test.csv", "--labels", "labels.csv", "--out", "of_table").output
    rows = [[line for line in text.splitlines() if line.startswith("Foramina  ")] for text in (of_run, of_table)]
    assert rows[0] == rows[1]
    assert {path.name for path in Path("of_table").iterdir()} == WRITTEN - {"MODEL_CARD.md", "training_curves.png"}
    assert "MODEL_CARD" not in of_table


def test_patients_widen_the_intervals(there: Path) -> None:
    """Labels of one patient are drawn together: of a single patient there is nothing to draw."""
    table = pd.read_csv("labels.csv")
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(4), len(table))
    guessed = table.assign(**{name: p[:, n] for n, name in enumerate(PROBABILITIES)})
    guessed.assign(grade=0, low=0, high=3).to_csv("guessed.csv", index=False)
    pd.DataFrame({"study_id": table["study_id"].unique(), "patient_id": "one"}).to_csv("patients.csv", index=False)
    given = ["guessed.csv", "--labels", "labels.csv", "--out"]
    assert run_evaluate(*given, "many", draws=20).exit_code == 0
    assert run_evaluate(*given, "single", "--patients", "patients.csv", draws=20).exit_code == 0
    spans = []
    for folder in ("many", "single"):
        kinds = json.loads(Path(folder, "evaluation.json").read_text())[0]["kinds"]
        auc = kinds["Foramina"]["severe_auc"]
        spans.append(auc["high"] - auc["low"])
    assert spans[0] > 0.02
    assert spans[1] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["labels.csv"], "labels.csv is a table: --labels says what to hold it against"),
        (["both", "axial"], "give --out FOLDER"),
        (["both", "both", "--out", "x"], "two of RUN have the same name"),
        (["nothing"], "Path 'nothing' does not exist"),
        ([], "Missing argument 'RUN...'"),
        (["both", "--part", "all"], "'all' is not one of"),
    ],
)
def test_misuse(arguments: list[str], message: str) -> None:
    result = run_evaluate(*arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_what_is_no_run_or_not_trained(there: Path) -> None:
    result = run_evaluate("volumes")
    assert (result.exit_code, "volumes has no config.toml: it is no run folder" in result.output) == (1, True)
    Path("untrained").mkdir(exist_ok=True)
    Path("untrained/config.toml").write_text(Path("both/config.toml").read_text())
    result = run_evaluate("untrained")
    assert (result.exit_code, "untrained has no best.pt" in result.output) == (1, True)


def test_labels_of_other_studies(there: Path) -> None:
    table = pd.read_csv("labels.csv")
    table.assign(study_id="t" + table["study_id"]).to_csv("others.csv", index=False)
    result = run_evaluate("both", "--labels", "others.csv")
    assert result.exit_code == 1
    assert "the first of the labels ts0" in result.output


def test_a_store_that_does_not_match(there: Path, tmp_path: Path) -> None:
    split = pd.read_csv("sagittal/split.csv")
    first = split[split["part"] == "test"].iloc[0]
    memory, _ = make_cohort(6, 0)
    write_store(tmp_path / "few", {key: disc for key, disc in memory.discs.items() if key[0] != first["study_id"]})
    Path("sagittal/predictions_test.json").unlink(missing_ok=True)
    result = run_evaluate("sagittal", "--store", str(tmp_path / "few"))
    assert result.exit_code == 1
    assert f"lacks 3 of 3 discs of the run; first {first['study_id']} {first['level']}" in result.output
    other, _ = make_cohort(6, 1)
    write_store(tmp_path / "other", other.discs)
    result = run_evaluate("sagittal", "--store", str(tmp_path / "other"))
    assert result.exit_code == 1
    assert "has other voxels of 3 of 3 discs" in result.output


def test_data_that_were_moved(there: Path) -> None:
    moved = Path("labels.csv").rename("moved.csv")
    try:
        result = run_evaluate("both")
        assert result.exit_code == 1
        assert "labels.csv, which the run was made from, is not there: give --labels" in result.output
        assert run_evaluate("both", "--labels", "moved.csv").exit_code == 0
        assert "--bootstrap 2 --labels moved.csv\n" in Path("both/MODEL_CARD.md").read_text()
    finally:
        moved.rename("labels.csv")
