"""The command's front door: quick help, lazy subcommands, version, misuse."""

import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from lumbar.main import main, Subcommand, SUBCOMMANDS

HEAVY = {"pandas", "spacy", "torch", "numpy", "matplotlib", "sklearn", "rich"}

HELP = """
import sys
from lumbar.main import main
try:
    main(["--help"], prog_name="lumbar")
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


def test_help_lists_every_subcommand_and_imports_none_of_them() -> None:
    run = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    loaded = set(run.stderr.split())
    assert not loaded & HEAVY
    assert not loaded & {subcommand.module for subcommand in SUBCOMMANDS}
    for subcommand in SUBCOMMANDS:
        assert subcommand.name in run.stdout


def test_help_answers_in_half_a_second() -> None:
    seconds = []
    for _ in range(3):  # the best of three: the machine may be busy
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", HELP], capture_output=True, check=True)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.5


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"], prog_name="lumbar")
    assert (result.exit_code, result.output.split()[:2]) == (0, ["lumbar,", "version"])


@pytest.mark.parametrize("arguments", [["prase"], ["--no-such-option"], ["parse", "--no-such-option"]])
def test_misuse_exits_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


@pytest.mark.parametrize("subcommand", SUBCOMMANDS, ids=lambda subcommand: subcommand.name)
def test_every_subcommand_has_help_with_an_example(subcommand: Subcommand) -> None:
    result = CliRunner().invoke(main, [subcommand.name, "--help"])
    assert result.exit_code == 0
    assert "lumbar " + subcommand.name in result.output
