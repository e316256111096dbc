import csv
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from lumbar import parse as parse_module
from lumbar.main import main
from lumbar.parse import parse_batch
from reportparse.archive import batch as batch_module
from reportparse.archive import outputs as outputs_module
from reportparse.archive import parts as parts_module
from reportparse.archive.batch import Batch
from reportparse.archive.parts import read_parts, write_part
from reportparse.archive.record import to_record
from reportparse.finding import Finding
from reportparse.label_table import read_label_table
from reportparse.pipeline import ParsedReport, ReportParser

SENTINELS = ("ZEBEDEE", "MRN4711")
LEVELS = ("L1-2", "L2/3", "L3-L4", "L4-5", "L5-S1")
WORDS = ("mild", "moderate", "severe", "no")


def a_report(rng: random.Random) -> str:
    lines = [f'{level}: {rng.choice(WORDS)} canal stenosis, "as before".\n' for level in LEVELS]
    return "MRI LUMBAR SPINE\nZEBEDEE QUILL MRN4711\nFINDINGS:\n" + "".join(lines)


def write_archive(path: Path, count: int, seed: int = 0) -> Path:
    rng = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["study_id", "text"], *([f"S{i}", a_report(rng)] for i in range(count))])
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["parse", *map(str, arguments)])


def outputs(folder: Path, stem: str = "labels") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f"{stem}.*"))}


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "BATCH_RECORDS", 10)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_an_archive_becomes_a_label_table_with_its_companions(tmp_path: Path, suffix: str) -> None:
    archive, out = write_archive(tmp_path / "a.csv", 25), tmp_path / f"labels{suffix}"
    result = run(archive, "--out", out, "--wide", "rsna", "--jobs", 1)
    assert result.exit_code == 0, result.output
    assert set(outputs(tmp_path)) == {
        f"labels{suffix}", "labels.json", f"labels.reports{suffix}", "labels.refused.csv", f"labels.wide{suffix}",
    }  # fmt: skip
    table = read_label_table(out)
    expected = [(f"S{i}", finding) for i in range(25) for finding in _findings(archive, i)]
    assert [tuple(row)[:3] for row in table.itertuples(index=False)] == [(s, f.level, f.task) for s, f in expected]
    assert table["start"].tolist() == [finding.start for _, finding in expected]
    summary = json.loads((tmp_path / "labels.json").read_text())
    assert summary["counts"] == {
        "records": 25, "reports": 25, "refused": 0, "findings": len(expected),
        "reports_with_findings": len({s for s, _ in expected}),
    }  # fmt: skip
    assert summary["input"]["name"] == "a.csv"
    assert len(_read(tmp_path / f"labels.reports{suffix}")) == len(_read(tmp_path / f"labels.wide{suffix}")) == 25
    assert not list(tmp_path.glob(".*"))


def _findings(archive: Path, row: int) -> list[Finding]:
    return ReportParser().parse(pd.read_csv(archive)["text"][row])


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, sep="\t" if path.suffix == ".tsv" else ",")


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_output_is_the_same_for_any_number_of_workers(tmp_path: Path, suffix: str) -> None:
    archive = write_archive(tmp_path / "a.csv", 75)
    for jobs in (1, 2, 3):
        folder = tmp_path / str(jobs)
        folder.mkdir()
        assert run(archive, "--out", folder / f"labels{suffix}", "--jobs", jobs, "--wide", "ours").exit_code == 0
    assert outputs(tmp_path / "1") == outputs(tmp_path / "2") == outputs(tmp_path / "3")


def start(archive: Path, out: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", "from lumbar.main import main; main()", "parse", str(archive), "--out", str(out)]
    return subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def wait_for_parts(folder: Path, count: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while len(list(folder.glob("*.part"))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(("how", "jobs"), [(signal.SIGKILL, "2"), (signal.SIGKILL, "1"), (signal.SIGINT, "2")])
def test_a_run_that_is_stopped_goes_on_and_ends_the_same(tmp_path: Path, how: signal.Signals, jobs: str) -> None:
    archive, out = write_archive(tmp_path / "a.csv", 20_000), tmp_path / "cut" / "labels.csv"
    whole = tmp_path / "whole" / "labels.csv"
    for path in (out, whole):
        path.parent.mkdir()
    process = start(archive, out, "--jobs", jobs)
    work = out.parent / ".labels.csv.parts"
    wait_for_parts(work, 2, process)
    os.killpg(process.pid, how) if how == signal.SIGINT else process.kill()
    _, error = process.communicate()
    assert process.returncode == (130 if how == signal.SIGINT else -9)
    assert b"Traceback" not in error
    assert list(outputs(out.parent)) == []
    kept = {path.name: path.stat().st_mtime_ns for path in work.glob("*.part")}
    assert 2 <= len(kept) < 20
    (work / "00000019.part").write_bytes(b"half a part, as a disk that went down may leave it")
    assert run(archive, "--out", out, "--jobs", 1).exit_code == 0
    assert run(archive, "--out", whole, "--jobs", 1).exit_code == 0
    assert outputs(out.parent) == outputs(whole.parent)
    assert not work.exists()


@pytest.mark.usefixtures("small_batches")
def test_finished_parts_are_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, out = write_archive(tmp_path / "a.csv", 50), tmp_path / "labels.csv"
    made: list[int] = []

    def write_two(folder: Path, number: int, part: bytes) -> None:
        made.append(number)
        if len(made) == 3:
            raise KeyboardInterrupt
        write_part(folder, number, part)

    monkeypatch.setattr(parse_module, "write_part", write_two)
    result = run(archive, "--out", out, "--jobs", 1)
    assert result.exit_code == 130
    result = run(archive, "--out", out, "--jobs", 1)
    assert result.exit_code == 0
    assert "going on after 2 finished parts" in result.stderr
    assert made == [0, 1, 2, 2, 3, 4]


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("moved", [0, 1, 2, 3])
def test_a_run_that_is_stopped_while_its_tables_are_moved_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    archive, out = write_archive(tmp_path / "a.csv", 30), tmp_path / "labels.csv"
    assert run(archive, "--out", out, "--jobs", 1).exit_code == 0
    whole, synced = outputs(tmp_path), list[Path]()

    def sync_some(path: Path) -> None:
        if path.name.startswith(("final", "labels.json")):
            if len(synced) == moved:
                raise KeyboardInterrupt
            synced.append(path)

    with monkeypatch.context() as patch:
        patch.setattr(outputs_module, "sync", sync_some)
        patch.setattr(parts_module, "sync", sync_some)
        assert run(archive, "--out", out, "--jobs", 1, "--restart").exit_code == 130
    assert run(archive, "--out", out, "--jobs", 1).exit_code == 0
    assert outputs(tmp_path) == whole
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.usefixtures("small_batches")
def test_work_of_other_settings_is_not_mixed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, out = write_archive(tmp_path / "a.csv", 50), tmp_path / "labels.csv"
    policy = tmp_path / "policy.toml"
    policy.write_text('minimal = "normal"\n')
    with monkeypatch.context() as patch:
        patch.setattr(parse_module, "assemble", None)
        assert run(archive, "--out", out, "--jobs", 1).exit_code == 1
    result = run(archive, "--out", out, "--jobs", 1, "--policy", policy)
    assert (result.exit_code, "another policy" in result.stderr) == (2, True)
    write_archive(archive, 50, seed=1)
    result = run(archive, "--out", out, "--jobs", 1)
    assert (result.exit_code, "another input" in result.stderr) == (2, True)
    assert run(archive, "--out", out, "--jobs", 1, "--restart").exit_code == 0


def test_finished_output_is_left_alone(tmp_path: Path) -> None:
    archive, out = write_archive(tmp_path / "a.csv", 5), tmp_path / "labels.csv"
    assert run(archive, "--out", out).exit_code == 0
    before = outputs(tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("labels.*")}
    again = run(archive, "--out", out)
    assert (again.exit_code, "nothing to do" in again.stdout) == (0, True)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("labels.*")} == times
    other = run(archive, "--out", out, "--limit", 3)
    assert (other.exit_code, "another limit" in other.stderr) == (2, True)
    assert outputs(tmp_path) == before
    assert run(archive, "--out", out, "--limit", 3, "--restart").exit_code == 0
    assert json.loads((tmp_path / "labels.json").read_text())["counts"]["records"] == 3


def test_a_table_of_another_program_is_not_overwritten(tmp_path: Path) -> None:
    archive, out = write_archive(tmp_path / "a.csv", 5), tmp_path / "labels.csv"
    out.write_text("mine")
    result = run(archive, "--out", out)
    assert (result.exit_code, "not finished by lumbar" in result.stderr) == (2, True)
    assert out.read_text() == "mine"


BAD_ROWS = [
    ("fine", "L4-5: severe canal stenosis."),
    ("empty", ""),
    ("blank", " \n "),
    ("nul", "L4-5: mild\0canal stenosis."),
    ("long", "L4-5: mild canal stenosis.\n" * 200_000),
    ("fine", "L4-5: severe canal stenosis."),
    ("fine", "ZEBEDEE: another text."),
    ("", "ZEBEDEE has no id"),
    ("cervical", "MRI CERVICAL SPINE ZEBEDEE MRN4711\nC4-5: severe canal stenosis."),
    ("quotes", "''" * 1000 + '"""' * 1000),
    ("marks", "\u202e\ufeff\u2028 L4-5 \U0001f9b4 ﷽" * 100),
]


def bad_archive(folder: Path) -> Path:
    rows = [("study_id", "patient", "text"), *((study_id, "ZEBEDEE", text) for study_id, text in BAD_ROWS)]
    path = folder / "bad.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    with path.open("ab") as file:
        file.write("cp1252,ZEBEDEE,L4-5: 5 mm – mild canal stenosis.\r\n".encode("cp1252"))
        file.write(b"short,ZEBEDEE MRN4711\r\nwide,ZEBEDEE,MRN4711,x\r\n")
        file.write(b'cut,ZEBEDEE,"MRI LUMBAR SPINE MRN4711\r\nL4-5: severe, ZEBEDEE, canal sten')
    return path


def test_bad_input_is_refused_with_reasons_and_the_rest_is_read(tmp_path: Path) -> None:
    result = run(bad_archive(tmp_path), "--out", tmp_path / "labels.csv", "--wide", "rsna")
    assert result.exit_code == 3, result.output
    refused = pd.read_csv(tmp_path / "labels.refused.csv", dtype=str, keep_default_na=False)
    reasons = dict(zip(refused["row"], refused["reason"], strict=True))
    assert reasons == {
        "2": "empty text",
        "3": "empty text",
        "5": "the text has 5400000 characters, at most 1000000 are read",
        "6": "identical duplicate of row 1",
        "7": "duplicate of row 1, with another text",
        "8": "no study id",
        "13": "the row has 2 cells where the header has 3",
        "14": "the row has 4 cells where the header has 3",
        "15": "a quote is not closed, or stands in the middle of a cell",
    }
    with (tmp_path / "labels.reports.csv").open(newline="", encoding="utf-8") as file:
        reports = {report["row"]: report for report in csv.DictReader(file)}
    assert len(reports) == len(BAD_ROWS) + 4
    assert reports["4"]["remarks"].startswith("NUL characters read as spaces")
    assert reports["12"]["remarks"].startswith("not UTF-8: read as Windows-1252")
    assert reports["9"]["findings"] == "0"
    labelled = set(read_label_table(tmp_path / "labels.csv")["study_id"])
    assert {"fine", "nul", "cp1252"} <= labelled <= {"fine", "nul", "cp1252", "marks"}


def test_no_word_of_a_patient_leaves_the_label_table(tmp_path: Path) -> None:
    results = [run(bad_archive(tmp_path), "--out", tmp_path / "labels.csv", "--wide", "ours")]
    results.append(run(tmp_path / "bad.csv", "--out", tmp_path / "labels.csv", "--limit", 2))
    results.append(run(tmp_path / "bad.csv", "--out", tmp_path / "other.csv", "--text-column", "nowhere"))
    headless = tmp_path / "headless.csv"
    headless.write_text(f"MRN4711,ZEBEDEE,{a_report(random.Random(0))!r}\n")
    results.append(run(headless, "--out", tmp_path / "other.csv"))
    said = "".join(result.output for result in results).encode() + b"".join(outputs(tmp_path).values())
    assert [result.exit_code for result in results] == [3, 2, 2, 2]
    for word in SENTINELS:
        assert word.encode() not in said


class FailingParser:
    """A parser that fails on one report, as no parser should."""

    def read(self, text: str) -> ParsedReport:
        if "ZEBEDEE" in text:
            raise ValueError(text)
        return ParsedReport([], ("no statement",))


def test_a_report_that_breaks_the_parser_is_refused_without_its_words(tmp_path: Path) -> None:
    records = [to_record(1, "S1", "ZEBEDEE"), to_record(2, "S2", "fine")]
    write_part(tmp_path, 0, parse_batch(FailingParser(), ".csv", None, Batch(0, records)).part)
    (share,) = read_parts(tmp_path)
    assert share.counts["refused"] == 1
    assert share.contents[".refused"].startswith(b"1,S1,the parser failed: ValueError at test_parse.py:")
    assert share.contents[".reports"].splitlines()[1] == b"2,S2,0,no statement,"
    assert b"ZEBEDEE" not in b"".join(share.contents.values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--text-column", "nowhere"], "no column 'nowhere'; the columns are study_id, text"),
        (["--id-column", "nowhere"], "the columns are study_id, text"),
        (["--out", "labels.xlsx"], "expected .parquet, .csv, .tsv"),
        (["--out", "nowhere/labels.csv"], "the folder of --out does not exist"),
        (["--out", "a.csv"], "written over or into the archive"),
        (["--jobs", "0"], "--jobs"),
        (["--wide", "other"], "--wide"),
        (["--lexicon", "nowhere"], "nowhere"),
    ],
)
def test_misuse_is_answered_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_archive(tmp_path / "a.csv", 3)
    given = arguments if "--out" in arguments else ["--out", "labels.csv", *arguments]
    result = run("a.csv", *given)
    assert result.exit_code == 2
    assert words in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_output_into_the_archive_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("L4-5: mild canal stenosis.")
    assert run(tmp_path, "--out", tmp_path / "labels.csv").exit_code == 2


def test_an_archive_with_nothing_in_it_gives_empty_tables(tmp_path: Path) -> None:
    archive = tmp_path / "a.csv"
    archive.write_text("study_id,text\n")
    for suffix in (".csv", ".parquet"):
        out = tmp_path / f"labels{suffix}"
        assert run(archive, "--out", out, "--wide", "ours", "--restart").exit_code == 0
        assert len(read_label_table(out)) == 0
        assert len(_read(tmp_path / f"labels.wide{suffix}")) == 0


@pytest.mark.parametrize("content", [b"", b"PAR1"])
def test_a_file_that_cannot_be_read_is_a_refusal(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "a.parquet"
    archive.write_bytes(content)
    assert run(archive, "--out", tmp_path / "labels.csv").exit_code == 3
    assert "footer" in (tmp_path / "labels.refused.csv").read_text()


def test_a_cut_gzip_archive_keeps_what_is_before_the_cut(tmp_path: Path) -> None:
    plain = write_archive(tmp_path / "a.csv", 2000)
    archive = tmp_path / "a.csv.gz"
    archive.write_bytes(gzip.compress(plain.read_bytes())[:-5000])
    assert run(archive, "--out", tmp_path / "labels.csv", "--jobs", 1).exit_code == 3
    summary: dict[str, Any] = json.loads((tmp_path / "labels.json").read_text())
    assert summary["counts"]["refused"] == 1
    assert 1000 < summary["counts"]["reports"] < 2000


def test_help_has_an_example() -> None:
    assert "Example:" in run("--help").output
