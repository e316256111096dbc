"""Errors end in one line and an exit code; no line quotes a report."""

import click
import pytest
from click.testing import CliRunner, Result

from lumbar.errors import clean_errors, ExitCode
from reportparse.policy import PolicyError
from training.self_test import SelfTestError

REPORT = "Severe stenosis at L4-5 in Mrs Example."


def run(error: BaseException, show_traceback: bool = False) -> Result:
    @click.command()
    def command() -> None:
        with clean_errors(show_traceback):
            raise error

    return CliRunner().invoke(command)


def test_our_own_errors_are_repeated_in_one_line() -> None:
    result = run(PolicyError("unknown key 'minimul';\n did you mean 'minimal'?"))
    assert result.exit_code == ExitCode.FAILED
    assert result.stderr == "lumbar: unknown key 'minimul'; did you mean 'minimal'?\n"


def test_an_os_error_names_the_file_without_its_folders() -> None:
    result = run(FileNotFoundError(2, "No such file or directory", "/clinic/DOE^JANE/reports.csv"))
    assert result.exit_code == ExitCode.FAILED
    assert result.stderr == "lumbar: reports.csv: No such file or directory\n"


def test_a_device_that_computes_wrongly_is_told_what_to_do() -> None:
    result = run(SelfTestError('set precision = "32-true"'))
    assert (result.exit_code, result.stderr) == (ExitCode.FAILED, 'lumbar: set precision = "32-true"\n')


@pytest.mark.parametrize("error", [ValueError(REPORT), KeyError(REPORT), RuntimeError(REPORT), OSError(REPORT)])
def test_an_unforeseen_error_says_where_and_not_what(error: Exception) -> None:
    result = run(error)
    assert result.exit_code == ExitCode.FAILED
    assert result.stderr.startswith(f"lumbar: {type(error).__name__} at test_errors.py:")
    assert result.stderr.count("\n") == 1
    assert "L4-5" not in result.output


def test_a_traceback_is_shown_on_request() -> None:
    assert "Traceback" in run(ValueError("x"), show_traceback=True).stderr


def test_an_interruption_exits_130_with_one_line() -> None:
    result = run(KeyboardInterrupt())
    assert result.exit_code == ExitCode.INTERRUPTED
    assert result.stderr.count("\n") == 1


def test_a_command_sets_its_own_exit_code() -> None:
    assert run(click.exceptions.Exit(ExitCode.REFUSED)).exit_code == 3
    assert run(click.UsageError("x")).exit_code == 2
