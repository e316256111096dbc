"""What the README shows runs as it stands."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from imaging.landmark_table import write_landmarks
from lumbar.errors import ExitCode
from lumbar.main import main
from reportparse.audit.gold import GOLD_CODES, parse_gold
from reportparse.audit.slots import SILENT
from tests.imaging.small_study import to_landmarks, to_study_id, write_small_study
from tests.lumbar.run_material import small_models, write_material

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
REPORT = "FINDINGS: L4-L5: Moderate canal stenosis. Mild left foraminal narrowing."


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


def test_the_python_example_prints_findings(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(blocks("python")[0], "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [["L4-L5", "SCS", "2"], ["L4-L5", "LFS", "1"]]


def test_the_calls_run_in_order_on_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reports.csv").write_text(f'study_id,report\n1234,"{REPORT}"\n', encoding="utf-8")
    gold = {"id": "1234", "text": REPORT, "labels": {"L4-L5": {"SCS": "2", "LFS": "1"}}}
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    calls = find_calls()
    assert [call.split()[1] for call in calls[:3]] == ["parse", "explain", "audit"]
    for call in calls[:3]:
        result = CliRunner().invoke(main, shlex.split(call)[1:])
        assert result.exit_code == ExitCode.DONE, f"{call}: {result.output}"
    written = {path.name for path in tmp_path.iterdir()}
    named = {"labels.parquet", "labels.json", "labels.reports.parquet", "labels.refused.csv"}
    assert named <= written
    assert all(name in README for name in named)


def test_the_calls_run_in_order_on_studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = write_small_study(tmp_path / "studies" / "a", "A")
    monkeypatch.chdir(tmp_path)
    calls = find_calls()[3:7]
    assert [call.split()[1:3] for call in calls[::3]] == [["volumes", "inspect"], ["volumes", "build"]]
    for call in calls:
        result = CliRunner().invoke(main, shlex.split(call)[1:])
        assert result.exit_code in (ExitCode.DONE, ExitCode.REFUSED), f"{call}: {result.output}"
        if "localize" in call:  # these studies show no spine
            write_landmarks(tmp_path / "landmarks.csv", [to_landmarks(scene, to_study_id("A"))])
    assert len(list((tmp_path / "sheets").iterdir())) == 1
    variables: dict[str, np.ndarray] = {}
    exec(compile(blocks("python")[1], "README.md", "exec"), variables)
    assert variables["values"].shape == variables["mask"].shape == (8, 360, 360)


def test_the_calls_run_in_order_on_a_grader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_material(tmp_path)
    pd.read_csv(tmp_path / "labels.csv").to_parquet(tmp_path / "labels.parquet", index=False)
    write_small_study(tmp_path / "study", "A")
    monkeypatch.chdir(tmp_path)
    train, evaluate, grade = find_calls()[7:]
    assert [call.split()[1] for call in (train, evaluate, grade)] == ["train", "evaluate", "grade"]
    with small_models():
        for call in (f"{train} --config run.toml", evaluate, grade):
            result = CliRunner().invoke(main, shlex.split(call)[1:])
            # The study shows no spine for the localizer to find.
            allowed = (ExitCode.REFUSED,) if call is grade else (ExitCode.DONE,)
            assert result.exit_code in allowed, f"{call}: {result.output}"
    assert all((tmp_path / "graded" / name).exists() for name in ("predictions.csv", "grades.json"))


def find_calls() -> list[str]:
    return [line for block in blocks("") for line in block.splitlines() if line.startswith("lumbar ")]


def test_the_make_targets_are_there() -> None:
    makefile = (Path(__file__).parent.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


def test_the_gold_example_is_gold_and_every_code_is_named() -> None:
    (line,) = [line for block in blocks("") for line in block.splitlines() if line.startswith('{"id"')]
    gold = parse_gold([line])
    assert gold.slots.studies == ("1234",)
    assert (gold.slots.values != SILENT).sum() == 3
    assert all(f"`{code}`" in README for code in GOLD_CODES if code not in "12")
