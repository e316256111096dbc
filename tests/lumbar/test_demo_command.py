"""The demo: the real parse and audit on the embedded archive, in a folder of the user's choice."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from lumbar.main import main
from reportparse.label_table import read_label_table


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder and the output of a demo that ran over an earlier one."""
    out = tmp_path_factory.mktemp("demo") / "new" / "folder"
    for _ in range(2):
        result = CliRunner().invoke(main, ["demo", "--out", str(out)])
        assert result.exit_code == 0, result.output
    return out, result.stdout


def test_the_demo_writes_a_label_table_figures_and_a_page(demo: tuple[Path, str]) -> None:
    out, _ = demo
    assert len(read_label_table(out / "labels.csv")) > 400
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert "<html" in (out / "audit.html").read_text(encoding="utf-8")


def test_the_demo_says_where_they_are_and_how_well_it_went(demo: tuple[Path, str]) -> None:
    out, output = demo
    for name in ("labels.csv", "metrics.json", "audit.html"):
        assert str(out / name) in output
    assert "Slot F1" in output
    assert "1 more refused" in output


def test_the_demo_prints_no_report(demo: tuple[Path, str]) -> None:
    gold = (files("lumbar") / "demo" / "gold.jsonl").read_text(encoding="utf-8")
    lines = [line for record in gold.splitlines() for line in json.loads(record)["text"].splitlines() if len(line) > 25]
    assert lines
    assert not [line for line in lines if line in demo[1]]
