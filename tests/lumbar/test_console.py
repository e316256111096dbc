"""Progress away from a terminal: few plain lines, the last one however the run ends."""

import pytest

from lumbar import console


def test_the_last_line_has_the_count(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress(5, "reports") as counter:
        counter.advance()
        counter.advance(3)
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("reports: 4 of 5, ") and output.err.count("\n") == 1


def test_an_unknown_total_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress(None, "reports") as counter:
        counter.advance(2)
    assert capsys.readouterr().err.startswith("reports: 2, ")


def test_the_last_line_is_written_when_the_run_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="stop"), console.progress(5, "reports") as counter:
        counter.advance()
        raise ValueError("stop")
    assert capsys.readouterr().err.startswith("reports: 1 of 5, ")


def test_lines_come_at_intervals(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "SECONDS_BETWEEN_LINES", 0.0)
    with console.progress(2, "reports") as counter:
        counter.advance()
        counter.advance()
    assert capsys.readouterr().err.count("\n") == 3


def test_a_bar_is_drawn_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with console.progress(2, "reports") as counter:
        counter.advance(2)
    assert "2/2" in capsys.readouterr().err
