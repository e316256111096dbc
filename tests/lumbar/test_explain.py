"""`lumbar explain`: where the report comes from, and evidence in the terminal and on the page."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from lexicons.vocabulary import Level, Task
from lumbar.main import main
from lumbar.pages.explain_page import to_explain_page
from lumbar.pages.explain_terminal import print_explained
from lumbar.pages.explained import Explained, to_explained
from reportparse.finding import Finding, Scope, Section, Status
from reportparse.pipeline import ParsedReport

TEXT = (
    "INDICATION: <script>alert(1)</script> [red]x[/red] \x1b[2J\n"
    "L4-L5: Moderate right and mild left foraminal narrowing. Severe canal stenosis.\n"
)


def finding(task: Task, grade: int | None, words: str, **changes: object) -> Finding:
    start = TEXT.index(words)
    plain = Finding(
        Level.L4_L5, task, grade, grade, grade, Status.GRADED, Scope.STATED, Section.BODY, False, start,
        start + len(words), f"rule.{task.lower()}",
    )  # fmt: skip
    return plain._replace(**changes)  # type: ignore[arg-type]


FINDINGS = [
    finding(Task.SCS, 3, "Severe canal stenosis", conflict=True),
    finding(Task.RFS, 2, "Moderate right and mild left foraminal narrowing"),
    finding(Task.LFS, 1, "mild left foraminal narrowing"),
    finding(Task.LSS, None, "Severe", low=1, high=3, status=Status.UNGRADED, scope=Scope.STUDY),
    finding(Task.RSS, None, "Severe", low=None, high=None, status=Status.OPEN, start=500, end=600),
]


@pytest.fixture
def explained() -> Explained:
    return to_explained("study [1]", TEXT, ParsedReport(FINDINGS, ("a <b>remark</b>",)))


def show(explained: Explained, color: str | None, width: int = 120) -> str:
    stream = io.StringIO()
    terminal = color is not None
    print_explained(explained, Console(file=stream, width=width, force_terminal=terminal, color_system=color))  # type: ignore[arg-type]
    return stream.getvalue()


def test_plain_terminal_marks_evidence_in_quotes_with_numbers(explained) -> None:
    shown = show(explained, None)
    assert "«Moderate right and «mild left foraminal narrowing»[2]»[1]" in shown
    assert "««Severe»[3] canal stenosis»[4]" in shown
    assert "<script>alert(1)</script> [red]x[/red] ␛[2J" in shown


def test_grid_has_labels_rules_conflicts_and_numbers(explained) -> None:
    row = show(explained, None).split("L4-L5  ")[1]
    for words in (
        "3 severe [4] !conflict",
        "2 moderate [1]",
        "1 mild [2]",
        "present, 1-3 [3]",
        "left open",
        "rule.scs",
    ):
        assert words in row
    assert "whole study" in row
    assert "remark: a <b>remark</b>" in row


def test_colours_are_ours_and_nothing_of_the_report_reaches_the_terminal(explained) -> None:
    shown = show(explained, "256")
    assert "\x1b[2J" not in shown and "[red]x[/red]" in shown
    assert "\x1b[1;4;31m canal stenosis" in shown and "\x1b[4;35mSevere" in shown


def test_only_tasks_that_matter_have_a_column() -> None:
    bare = to_explained("r", TEXT, ParsedReport(FINDINGS[:3], ()))
    assert "RFS" in show(bare, None) and "LSS" not in show(bare, None)


def test_page_escapes_and_links_both_ways(explained) -> None:
    html = to_explain_page(explained)
    assert "<script" not in html and "&lt;script&gt;alert(1)" in html and "\x1b" not in html
    assert "a &lt;b&gt;remark&lt;/b&gt;" in html and "script-src" not in html
    for number in range(1, 5):
        assert html.count(f'id="e{number}"') == 1 and html.count(f'id="c{number}"') == 1
        assert f'href="#e{number}"' in html and f'href="#c{number}"' in html
    assert 'class="g3 c4"' in html and 'class="gx c3"' in html and 'class="go c0"' in html
    assert "conflict</strong>" in html and "rule.<wbr>scs" in html


def test_words_inside_words_have_their_own_colour(explained) -> None:
    html = to_explain_page(explained)
    assert '<mark class="g2 e1"><mark id="e2" class="g1 e2">mild left foraminal narrowing</mark></mark>' in html
    assert "\x1b[4;33mmild left foraminal narrowing" in show(explained, "256")


def test_the_strongest_finding_colours_shared_words() -> None:
    shared = [FINDINGS[0], finding(Task.LFS, 1, "Severe canal stenosis")]
    assert '<mark id="e1" class="g3 e1">' in to_explain_page(to_explained("r", TEXT, ParsedReport(shared, ())))


def run(*arguments: str, stdin: bytes | None = None):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(main, ["explain", *arguments], input=stdin)


def test_a_report_from_a_file_from_stdin_and_from_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes("L4-L5: Narrowing [red] of 4–5 mm.".encode("cp1252"))
    for result in (run(str(path)), run("-", stdin=path.read_bytes()), run("--text", "Narrowing [red] of 4–5 mm.")):
        assert result.exit_code == 0, result.output
        assert "[red] of 4–5 mm" in result.output


def test_a_report_from_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "reports.jsonl"
    lines = [{"study_id": "1", "text": "First report."}, {"study_id": "2", "text": "Second report."}, {"study_id": "3"}]
    archive.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = run("--archive", str(archive), "--study", "2")
    assert result.exit_code == 0 and "Second report." in result.output and "First" not in result.output
    for study, says in (("9", "no study '9' among the 3 records"), ("3", "row 3")):
        result = run("--archive", str(archive), "--study", study)
        assert result.exit_code == 1 and says in result.output


def test_writes_the_page_and_warns_of_its_text(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = run("--text", "<script>x</script> stenosis", "--page", str(page))
    assert result.exit_code == 0 and "holds the report's text" in result.stderr
    html = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;x" in html and "<script" not in html


def test_policy_and_lexicon_are_read(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('minimal = "normal"\n')
    assert run("--text", "x", "--policy", str(policy)).exit_code == 0
    policy.write_text("minimum = 1\n")
    result = run("--text", "x", "--policy", str(policy))
    assert result.exit_code == 1 and "did you mean 'minimal'" in result.output
    assert run("--text", "x", "--lexicon", str(tmp_path)).exit_code == 1


@pytest.mark.parametrize("arguments", [[], ["--study", "1"], ["--archive", "."], ["--text", "x", "--study", "1"]])
def test_misuse(arguments) -> None:
    assert run(*arguments).exit_code == 2


def test_an_archive_is_no_report(tmp_path: Path) -> None:
    archive = tmp_path / "reports.csv"
    archive.write_text("study_id,text\n1,First report.\n")
    result = run(str(archive))
    assert result.exit_code == 2 and "--study ID" in result.output
