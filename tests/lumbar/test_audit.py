"""`lumbar audit` as a user meets it: terminal, files, the page, the gate, and report text that is only data."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lumbar.main import main
from lumbar.pages.audit_run import MAX_SLOTS_ON_PAGE
from reportparse.audit.gate import GATE_METRICS

EVIL = "<script>alert('x')</script> & [bold red]x[/] \x1b[31m <img src=x onerror=alert(1)>"
REPORT = f"INDICATION: {EVIL}\nL4-L5: Moderate canal stenosis. Patent foramina.\n"
WORDS = "Moderate canal stenosis"
START = REPORT.index(WORDS)
GOLD = [
    {"id": "s1", "source": "north", "text": REPORT, "labels": {"L4-L5": {"SCS": "3", "LFS": "0", "RFS": "0"}}},
    {"id": "s2", "source": "<b>south</b>", "text": "Nothing [here].", "labels": {"L4-L5": {"SCS": "1"}}},
]
TABLE = f"""study_id,level,task,grade,low,high,status,scope,section,conflict,start,end,rule
s1,L4-L5,SCS,2,2,2,graded,stated,body,True,{START},{START + len(WORDS)},graded<i>
s1,L4-L5,LFS,0,0,0,graded,stated,body,False,{START + 25},{START + 40},normal
s1,L4-L5,RFS,0,0,0,graded,stated,body,False,{START + 25},{START + 40},normal
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    labels, gold = tmp_path / "labels.csv", tmp_path / "gold.jsonl"
    labels.write_text(TABLE, encoding="utf-8")
    gold.write_text("".join(json.dumps(line) + "\n" for line in GOLD), encoding="utf-8")
    return labels, gold


@pytest.fixture
def run(files) -> Callable[..., Result]:
    def run_audit(*options: str) -> Result:
        return CliRunner().invoke(main, ["audit", *map(str, files), "--bootstrap", "20", *options])

    return run_audit


class Page(HTMLParser):
    """The tags of a page, its text, and the marked text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.marked, self.open = "", [], []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self.open:
            self.marked.append(data)


def test_the_terminal_shows_figures_and_no_report_text(run) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    # 3 labels, 4 gold labels, 2 exactly right
    assert re.search(r"Slot F1 +0\.571", result.output)
    assert "s1" in result.output and "wrong grade" in result.output
    assert "Moderate canal" not in result.output and "alert" not in result.output


def test_terminal_takes_names_literally(run) -> None:
    assert "<b>south</b>" in run("--strata", "source").output
    assert "graded<i>" in run().output


def test_number_of_errors_listed(run) -> None:
    assert "first 1 of 2" in run("--errors", "1").output
    assert "Wrong slots" not in run("--errors", "0").output


def test_files(run, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    result = run("--out", str(out), "--strata", "source", "--seed", "3")
    assert result.exit_code == 0 and "holds report text" in result.output
    assert sorted(path.name for path in out.iterdir()) == ["audit.html", "metrics.json", "wrong_slots.tsv"]
    record = json.loads((out / "metrics.json").read_text())
    assert record["overall"]["slot_f1"]["value"] == pytest.approx(4 / 7, abs=1e-6) and record["seed"] == 3
    assert set(record["stratum"]) == {"north", "<b>south</b>"}
    rows = (out / "wrong_slots.tsv").read_text().splitlines()
    assert rows[1].split("\t")[:4] == ["s1", "L4-L5", "SCS", "wrong grade"] and len(rows) == 3
    for name in ("metrics.json", "wrong_slots.tsv"):
        assert "INDICATION" not in (out / name).read_text()


def test_the_same_seed_writes_the_same_files(run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run("--out", str(tmp_path / name))
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_report_text_on_the_page_is_data(run, tmp_path: Path) -> None:
    run("--out", str(tmp_path / "out"), "--strata", "source")
    html = (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    page = Page(html)
    assert html.count("<script") == 1 and "<img" not in html and "<b>" not in html and "<i>" not in html
    assert "<script>alert('x')</script>" in page.text and "\x1b" not in html
    names = {name for _, attributes in page.tags for name in attributes}
    assert not {name for name in names if name.startswith("on")} and not names & {"src", "style", "action"}
    assert all(str(a["href"]).startswith("#") for _, a in page.tags if "href" in a)
    assert not re.search(r"https?://|url\(|@import", html)


def test_the_policy_allows_its_own_style_and_script_only(run, tmp_path: Path) -> None:
    import base64
    import hashlib

    run("--out", str(tmp_path / "out"))
    html = (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    policy = next(a["content"] for tag, a in Page(html).tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy and policy.startswith("default-src 'none'") and "unsafe" not in policy
    for element in ("style", "script"):
        source = re.search(f"<{element}>(.*?)</{element}>", html, re.S)
        assert source
        digest = base64.b64encode(hashlib.sha256(source[1].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


def test_wrong_slots_have_their_evidence_marked(run, tmp_path: Path) -> None:
    run("--out", str(tmp_path / "out"))
    page = Page((tmp_path / "out" / "audit.html").read_text(encoding="utf-8"))
    assert page.marked == [WORDS, "Patent foramina"]
    kinds = [attributes["class"] for tag, attributes in page.tags if tag == "mark"]
    assert kinds == ["wrong", "right"]
    rows = [a for tag, a in page.tags if tag == "tr" and "data-task" in a]
    assert [(r["data-task"], r["data-level"], r["data-kind"], r["data-rule"]) for r in rows] == [
        ("SCS", "L4-L5", "wrong grade", "graded<i>"),
        ("SCS", "L4-L5", "missed", "no rule fired"),
    ]
    anchors = [a["id"] for _, a in page.tags if "id" in a]
    assert len(anchors) == len(set(anchors))
    assert all(str(a["href"])[1:] in anchors for _, a in page.tags if "href" in a)


def test_no_text_leaves_every_report_out(run, tmp_path: Path) -> None:
    result = run("--out", str(tmp_path / "out"), "--no-text")
    html = (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    assert "Moderate canal" not in html and "INDICATION" not in html and "alert" not in html
    assert "Report text was left out" in html and "holds report text" not in result.output


def test_texts_come_from_an_archive_where_the_gold_has_none(files, tmp_path: Path) -> None:
    archive = tmp_path / "reports.jsonl"
    archive.write_text("".join(json.dumps({"study_id": g["id"], "text": g["text"]}) + "\n" for g in GOLD))
    labels, _ = files
    gold = tmp_path / "other.csv"
    gold.write_text(TABLE.replace("SCS,2,2,2", "SCS,3,3,3"))
    arguments = ["audit", str(labels), str(gold), "--out", str(tmp_path / "out"), "--bootstrap", "0"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert "No report text was at hand" in (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    result = CliRunner().invoke(main, [*arguments, "--reports", str(archive)])
    assert result.exit_code == 0, result.output
    page = Page((tmp_path / "out" / "audit.html").read_text(encoding="utf-8"))
    assert WORDS in page.marked


def test_the_page_says_what_it_leaves_out(tmp_path: Path) -> None:
    labels, gold = tmp_path / "labels.csv", tmp_path / "gold.jsonl"
    labels.write_text(TABLE)
    n = MAX_SLOTS_ON_PAGE + 50
    lines = ({"id": f"t{i}", "text": "Words.", "labels": {"L4-L5": {"SCS": "1"}}} for i in range(n))
    gold.write_text("".join(json.dumps(line) + "\n" for line in lines))
    out = tmp_path / "out"
    CliRunner().invoke(main, ["audit", str(labels), str(gold), "--out", str(out), "--bootstrap", "0"])
    html = (out / "audit.html").read_text(encoding="utf-8")
    assert f"first {MAX_SLOTS_ON_PAGE} of {n} wrong slots" in html
    assert html.count("data-task=") == MAX_SLOTS_ON_PAGE
    assert len((out / "wrong_slots.tsv").read_text().splitlines()) == n + 1


@pytest.mark.parametrize(
    "options, code",
    [
        (["--require", "slot_f1=0.5"], 0),
        (["--require", "slot_f1=0.97"], 1),
        (["--require", "slot_f1=0.5", "--require", "missed_per_100=10"], 1),
        (["--require", "spurious_per_100=0"], 0),
        (["--require", "slot_f9=0.97"], 2),
        (["--require", "slot_f1=97"], 2),
        (["--strata-table", "."], 2),
        (["--strata", "nowhere"], 1),
    ],
)
def test_exit_codes(options, code, run) -> None:
    assert run(*options).exit_code == code


def test_a_failing_gate_names_metric_value_and_bound_and_still_writes(run, tmp_path: Path) -> None:
    result = run("--require", "slot_f1=0.97", "--out", str(tmp_path / "out"))
    assert "gate: slot_f1 is 0.5714, required at least 0.97" in result.stderr
    assert (tmp_path / "out" / "metrics.json").exists()


def test_an_unknown_metric_lists_the_known(run) -> None:
    assert all(name in " ".join(run("--require", "f1=1").output.split()) for name in GATE_METRICS)


def test_help_names_every_metric() -> None:
    text = CliRunner().invoke(main, ["audit", "--help"]).output
    assert all(name in text for name in GATE_METRICS)


def test_files_the_wrong_way_round(files) -> None:
    labels, gold = files
    result = CliRunner().invoke(main, ["audit", str(gold), str(labels)])
    assert result.exit_code == 2 and "GOLD comes second" in result.output


def test_a_strata_table_needs_its_column(run, files) -> None:
    assert run("--strata-table", str(files[0])).exit_code == 2
