import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, islice
from operator import neg
from pathlib import Path
from typing import cast

import pytest

import reportparse
from lexicons.vocabulary import Task
from reportparse.finding import Finding
from reportparse.parallel import AHEAD, map_ordered, parse_reports, ReportError, WorkerError, WorkerGoneError
from reportparse.pipeline import ParsedReport, ReportParser
from reportparse.policy import Policy

ROOT = Path(__file__).parents[2]
LEVELS = ["L1-2", "L2-3", "L3-4", "L4-5", "L5-S1"]
GRADES = ["Mild", "Moderate", "Severe"]
NEGATIVE = partial(partial, neg)
"""A maker of a function, both importable in a worker."""
SLEEPING = partial(partial, time.sleep)
Start = Callable[[str], subprocess.Popen[str]]


def report(number: int) -> tuple[str, str]:
    return str(number), f"{LEVELS[number % 5]}: {GRADES[number % 3]} canal stenosis. Minimal left foraminal narrowing."


def failing_after(reports: int) -> Iterator[tuple[str, str]]:
    yield from map(report, range(reports))
    raise OSError("the archive ends here")


def workers() -> int:
    return len(multiprocessing.active_children())


def taken_until_error(results: Iterator[tuple[str, ParsedReport]], error: type[Exception]) -> tuple[list[str], str]:
    studies = []
    with pytest.raises(error) as raised:
        for study_id, _ in results:
            studies.append(study_id)
    return studies, str(raised.value)


def test_any_number_of_jobs_gives_the_same_in_the_same_order() -> None:
    reports = [report(number) for number in range(50)]
    alone = list(parse_reports(reports))
    assert [study_id for study_id, _ in alone] == [study_id for study_id, _ in reports]
    assert all(parsed.findings for _, parsed in alone)
    assert list(parse_reports(reports, jobs=2, batch=3)) == alone
    assert list(parse_reports(iter(reports), jobs=3, batch=20)) == alone
    assert workers() == 0


def test_enumerations_come_back_as_such() -> None:
    first: Finding = next(iter(parse_reports(map(report, range(4)), jobs=2, batch=2)))[1].findings[0]
    assert [type(field) for field in first] == [type(field) for field in ReportParser().parse(report(0)[1])[0]]


@pytest.mark.parametrize("jobs", [1, 2])
def test_policy_and_lexicon_reach_the_workers(jobs: int, tmp_path: Path) -> None:
    (tmp_path / "site.tsv").write_text("phrase\tconcept\tvalue\texample\nhumongous\tgrade\t3-3-3\t\n", encoding="utf-8")
    reports = [report(0), ("own", "L4-5: Humongous canal stenosis.")]
    normal = Policy(minimal="normal")
    results = dict(parse_reports(reports, jobs, policy=normal, lexicon_folder=tmp_path, batch=1))
    assert {f.task: f.grade for f in results["0"].findings}[Task.LFS] == 0
    assert [f.grade for f in results["own"].findings] == [3]


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_reports_give_no_results(jobs: int) -> None:
    assert list(parse_reports([], jobs)) == []


def test_one_batch_starts_no_worker() -> None:
    results = parse_reports(map(report, range(5)), jobs=2, batch=5)
    next(results)
    assert workers() == 0


def test_alone_reports_are_read_as_they_are_asked_for() -> None:
    reports = map(report, count())
    list(islice(parse_reports(reports), 3))
    assert next(reports)[0] == "3"


def test_a_slow_item_holds_up_the_taking_of_others() -> None:
    items = count()
    results = map_ordered(SLEEPING, (0.5 if number == 0 else 0 for number in items), 2)
    next(results)
    assert next(items) <= 2 * AHEAD + 2
    results.close()


def test_a_slow_consumer_holds_up_the_taking_of_items() -> None:
    reports = map(report, count())
    results = parse_reports(reports, jobs=2, batch=10)
    list(islice(results, 25))
    assert int(next(reports)[0]) <= 10 * (3 + 2 * AHEAD + 1)
    results.close()  # type: ignore[attr-defined]


def test_a_result_does_not_wait_for_a_later_one() -> None:
    begun = time.monotonic()
    results = map_ordered(SLEEPING, [0.2, 0, 30], 2)
    assert list(islice(results, 2)) == [None, None]
    results.close()
    assert time.monotonic() - begun < 25


def test_closing_ends_the_workers() -> None:
    results = parse_reports(map(report, count()), jobs=2, batch=10)
    next(results)
    assert workers() == 2
    results.close()  # type: ignore[attr-defined]
    assert workers() == 0


def test_an_error_of_the_input_is_raised_as_it_is_after_the_results_before_it() -> None:
    alone = taken_until_error(parse_reports(failing_after(25)), OSError)
    assert alone == ([str(number) for number in range(25)], "the archive ends here")
    assert taken_until_error(parse_reports(failing_after(25), jobs=2, batch=10), OSError) == alone
    assert workers() == 0


def test_a_report_that_is_no_text_is_named_by_its_study() -> None:
    reports = [report(0), report(1), ("77", cast(str, float("nan"))), report(2)]
    alone = taken_until_error(parse_reports(reports), ReportError)
    assert alone == (["0", "1"], "study_id 77: the report is of type float, expected str")
    assert taken_until_error(parse_reports(reports, jobs=2, batch=2), ReportError) == alone
    assert workers() == 0


def test_a_fault_of_the_parser_is_named_by_study_and_place_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: ReportParser, text: str) -> ParsedReport:
        raise KeyError(text)

    monkeypatch.setattr(ReportParser, "read", read)
    _, message = taken_until_error(parse_reports([report(0)]), ReportError)
    assert message.startswith("study_id 0: the parser failed: KeyError at test_parallel.py:")


@pytest.mark.parametrize(("jobs", "batch"), [(0, 500), (2, 0)])
def test_settings_are_checked_at_the_call(jobs: int, batch: int) -> None:
    with pytest.raises(ValueError, match=f"jobs is {jobs} and batch is {batch}"):
        parse_reports([], jobs=jobs, batch=batch)


def test_a_worker_that_is_killed_is_an_error_and_not_a_hang() -> None:
    results = parse_reports(map(report, count()), jobs=2, batch=10)
    next(results)
    for worker in multiprocessing.active_children():
        worker.kill()
    with pytest.raises(WorkerGoneError, match="gone"):
        list(results)
    assert workers() == 0


def test_the_map_keeps_the_order() -> None:
    assert list(map_ordered(NEGATIVE, range(200), 3)) == [-number for number in range(200)]


def test_a_result_that_cannot_be_sent_is_an_error() -> None:
    make = partial(partial, memoryview)  # type: ignore[arg-type]
    with pytest.raises(WorkerError, match=r"a worker failed: TypeError at "):
        list(map_ordered(make, [b"1", b"2"], 2))


def test_an_error_of_the_system_says_its_reason_and_not_the_file() -> None:
    make = partial(partial, os.listdir)
    with pytest.raises(
        WorkerError, match=r"a worker failed: FileNotFoundError \(No such file or directory\) at "
    ) as error:
        list(map_ordered(make, ["/no such place/Doe"] * 2, 2))
    assert "Doe" not in str(error.value)


SCRIPT = """
import sys
import time
from reportparse import parse_reports

def say(word):
    sys.stdout.write(f"{word}\\n")
    sys.stdout.flush()

def run():
    reports = ((str(n), f"L4-5: Moderate canal stenosis. Words {n}.") for n in range(1_000_000))
    for study_id, parsed in parse_reports(reports, jobs=2, batch=50):
        say(study_id)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a script whose output stays open for as long as it or one of its workers lives."""
    started: list[subprocess.Popen[str]] = []

    def start(ending: str) -> subprocess.Popen[str]:
        script = tmp_path / "script.py"
        script.write_text(SCRIPT + ending, encoding="utf-8")
        started.append(
            subprocess.Popen(
                [sys.executable, str(script)],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
        return started[-1]

    yield start
    for script in started:
        script.kill()
        script.communicate()


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
@pytest.mark.parametrize("moment", ["started", "worker", "0"])
def test_ctrl_c_ends_the_script_and_its_workers_with_one_traceback(start: Start, moment: str) -> None:
    """At its start, while a worker loads, and after the first result."""
    script = start(
        "if __name__ == '__mp_main__':\n    say('worker')\n    time.sleep(0.5)\n"
        "if __name__ == '__main__':\n    say('started')\n    run()\n",
    )
    assert script.stdout is not None
    assert f"{moment}\n" in iter(script.stdout.readline, "")
    os.killpg(script.pid, signal.SIGINT)
    _, errors = script.communicate(timeout=60)
    assert script.returncode != 0, errors
    assert errors.count("Traceback") == 1
    assert errors.endswith("KeyboardInterrupt\n")


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_workers_end_when_the_script_is_killed(start: Start) -> None:
    script = start("if __name__ == '__main__':\n    run()\n")
    assert script.stdout is not None
    script.stdout.readline()
    script.kill()
    script.communicate(timeout=60)


def test_a_script_without_a_main_guard_is_told_so(start: Start) -> None:
    script = start("run()\n")
    _, errors = script.communicate(timeout=60)
    assert script.returncode == 1
    assert "if __name__ == '__main__'" in errors.splitlines()[-1]


def test_the_package_offers_the_calls() -> None:
    assert reportparse.parse_reports is parse_reports
    assert reportparse.Policy is Policy
    assert reportparse.parse_report(report(0)[1]) == dict(parse_reports([report(0)]))["0"].findings


def test_importing_the_package_loads_no_pandas() -> None:
    code = "import sys, reportparse; sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
