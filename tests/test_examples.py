"""The examples run as they stand, from any folder, and are short."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"

PRINTED = {
    "parse_one.py": ["L4-L5 SCS 2 'Moderate canal stenosis'", "L5-S1 RFS 3 'Severe bilateral foraminal narrowing'"],
    "parse_frame.py": ["a1 L4-L5 SCS 2 graded", "a2 L5-S1 LFS 0 graded"],
    "spacy_pipeline.py": ["L4-L5 LFS 0 'Minimal left foraminal narrowing'", "L3-L4 SCS 0 'No canal stenosis'"],
}
"""Lines of what each prints, spaces run together."""


def test_every_example_is_run() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(PRINTED)


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_prints_what_it_should(name: str, tmp_path: Path) -> None:
    path = EXAMPLES / name
    assert len(path.read_text(encoding="utf-8").splitlines()) < 30
    run = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in run.stdout.splitlines()]
    assert [line for line in PRINTED[name] if line not in lines] == []
