"""`lumbar evaluate` of a localizer's run: its figures on the slices held out, written and printed, or what is wrong."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import lumbar.evaluate_localizer
from lumbar.main import main
from tests.lumbar.localizer_material import SMALL


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("localizers")
    (folder / "localizer.toml").write_text(SMALL)
    arguments = ["train", "--config", str(folder / "localizer.toml"), "--set", "run.epochs=1", "--out"]
    for name, options in {"both": (), "alone": ("--set", 'task.detectors=["s1"]')}.items():
        result = CliRunner().invoke(main, [*arguments, str(folder / name), *options])
        assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def there(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(trained / "both", tmp_path / "both")
    shutil.copytree(trained / "alone", tmp_path / "alone")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_evaluate(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["evaluate", *arguments, "--device=cpu"])


def test_a_run_is_judged_as_its_recipe_says(there: Path) -> None:
    result = run_evaluate("both")
    assert result.exit_code == 0, result.output
    text = (there / "both" / "evaluation.txt").read_text()
    assert text in result.stdout
    values = json.loads((there / "both" / "evaluation.json").read_text())
    recipe = json.loads((there / "both" / "vertebrae.json").read_text())
    assert values["figures"] == recipe["figures"]
    assert (values["best_epoch"], values["detectors"]) == (0, ["lumbar", "s1"])
    assert values["figures"]["phantom"]["slices"] == 1
    for words in ("phantom", "usable: all three hold", "94.0 %", "T12-L5: Dice (sd)", "0.79 (0.44)", "S1: error"):
        assert words in text


def test_only_what_was_held_out_is_made_again(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    make = lumbar.evaluate_localizer.make_phantoms
    monkeypatch.setattr(
        lumbar.evaluate_localizer, "make_phantoms", lambda *given: made.extend(given[1]) or make(*given)
    )
    assert run_evaluate("both", "--out", "elsewhere").exit_code == 0
    assert made == [3]
    assert sorted(path.name for path in (there / "elsewhere").iterdir()) == ["evaluation.json", "evaluation.txt"]
    assert not (there / "both" / "evaluation.txt").exists()


def test_one_detector_is_judged_by_itself(there: Path) -> None:
    result = run_evaluate("alone")
    assert result.exit_code == 0, result.output
    own = json.loads((there / "alone" / "evaluation.json").read_text())["figures"]["phantom"]
    assert "lumbar" not in own
    assert own["s1_apart"] is None
    assert "S1: Dice" in result.stdout
    assert "T12-L5" not in result.stdout
    assert "the criteria are of S1 only" in " ".join(result.stdout.split())


def test_other_slices_are_noticed(there: Path) -> None:
    slices = pd.read_csv(there / "both" / "slices.csv", dtype=str)
    slices.loc[slices["part"] == "validation", "crc32"] = "00000000"
    slices.to_csv(there / "both" / "slices.csv", index=False)
    result = run_evaluate("both")
    assert result.exit_code == 1
    assert "1 with other pixels or masks of 1" in result.output


def test_a_run_without_weights_or_slices_is_answered(there: Path) -> None:
    config = there / "both" / "config.toml"
    config.write_text(config.read_text().replace('spider = ""', 'spider = "nowhere/SPIDER"'))
    result = run_evaluate("both")
    assert result.exit_code == 1
    assert "SPIDER, which the run was made from (slices.spider), is not there" in result.output
    (there / "both" / "best.pt").unlink()
    assert "has no best.pt" in run_evaluate("both").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["both", "alone", "--out", "x"], "a localizer is evaluated by itself"),
        (["both", "--labels", "both/slices.csv"], "--labels"),
        (["both", "--part", "training"], "held-out slices"),
    ],
)
def test_misuse_is_answered(there: Path, arguments: list[str], words: str) -> None:
    result = run_evaluate(*arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())
