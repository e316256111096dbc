"""The demo, small: every command runs on a phantom cohort, in a folder that can be taken up, and a page tells of it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from lumbar.main import main

STEPS = (
    "cohort", "reports", "parse", "audit", "localize", "volumes", "train", "evaluate", "truth", "explain", "preview",
    "grade",
)  # fmt: skip


def run(out: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["demo", "--out", str(out), "--studies", "4", "--quick", *more])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder and the output of a demo of four small studies."""
    torch.set_num_threads(1)  # tests run side by side, and threads that wait for each other cost more than they bring
    out = tmp_path_factory.mktemp("demo") / "new"
    result = run(out)
    assert result.exit_code == 0, result.output
    return out, result.output


class Page(HTMLParser):
    """What the tests look at: tags with their attributes, ids, and whether all that opens is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "wbr", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_step_is_told_with_its_seconds_and_its_command(demo: tuple[Path, str]) -> None:
    out, output = demo
    assert tuple(json.loads((out / "demo.json").read_text(encoding="utf-8"))["seconds"]) == STEPS
    told = re.findall(r"^\[(\d+)/(\d+)\]", output, flags=re.MULTILINE)
    assert told == [(str(number), str(len(STEPS))) for number in range(1, len(STEPS) + 1)]
    commands = re.findall(r"^\$ lumbar (\w+)", output, flags=re.MULTILINE)
    assert commands == "parse audit localize volumes train evaluate evaluate explain volumes grade".split()
    assert str(out / "index.html") in output


def test_the_page_stands_alone_and_its_links_lead_somewhere(demo: tuple[Path, str]) -> None:
    out, _ = demo
    page = Page((out / "index.html").read_text(encoding="utf-8"))
    assert not page.open
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] or "" for tag, attributes in page.tags if tag == "a"]
    assert [link for link in links if not link.startswith("#")]
    for link in links:
        assert link[1:] in ids if link.startswith("#") else (out / link).is_file(), link
    sources = [attributes["src"] or "" for tag, attributes in page.tags if tag == "img"]
    assert len(sources) > 4
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    policy = next(a["content"] or "" for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert not any(tag in ("script", "link", "iframe") for tag, _ in page.tags)


def test_the_page_shows_one_unseen_study_from_report_to_grades(demo: tuple[Path, str]) -> None:
    out, _ = demo
    (sheet,) = (out / "sheets").glob("*.png")
    split = (out / "run" / "split.csv").read_text(encoding="utf-8")
    assert f"{sheet.stem},L4-L5,test" in split
    text = (out / "index.html").read_text(encoding="utf-8")
    assert text.count(sheet.stem) > 4
    assert f'href="graded/{sheet.stem}.html"' in text
    assert "report does not speak of all six levels" in text or "by DeepSPINE" in text
    assert "Not a medical device" in text


def test_a_second_run_does_nothing_again(demo: tuple[Path, str]) -> None:
    out, _ = demo
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    result = run(out)
    assert result.exit_code == 0, result.output
    assert result.output.count("done before") == len(STEPS)
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    assert {path.name for path in after if before.get(path) != after[path]} == {"index.html", "demo.json"}


def test_a_step_whose_files_are_gone_is_done_again(demo: tuple[Path, str]) -> None:
    out, _ = demo
    (out / "report.html").unlink()
    result = run(out)
    assert result.exit_code == 0, result.output
    assert result.output.count("done before") == len(STEPS) - 1
    assert (out / "report.html").exists()


def test_other_settings_are_refused_with_what_to_do(demo: tuple[Path, str]) -> None:
    out, _ = demo
    result = run(out, "--seed", "1")
    assert result.exit_code == 1
    assert "--restart" in result.output
    assert "--out" in result.output


def test_restart_removes_what_the_demo_made_and_nothing_else(tmp_path: Path) -> None:
    from lumbar.demo.places import Places, RECORD
    from lumbar.demo.record import DemoError, read_seconds, write_seconds
    from lumbar.demo.settings import to_quick
    from lumbar.demo.steps import to_steps
    from lumbar.demo.story import clear

    places, settings = Places(tmp_path), to_quick(5, 0)
    write_seconds(tmp_path / RECORD, settings, {"cohort": 1.5})
    assert read_seconds(tmp_path / RECORD, settings) == {"cohort": 1.5}
    with pytest.raises(DemoError):
        read_seconds(tmp_path / RECORD, to_quick(6, 0))
    for name in ("run", "volumes", "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "labels.csv").touch()
    (tmp_path / "notes.txt").touch()
    clear(places, to_steps(places))
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "notes.txt"}
